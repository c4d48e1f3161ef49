"""`manifest`: which pair of files is the generation in force. Small, and renamed into place as one."""

import hashlib
import os
from pathlib import Path

import msgspec

from gateway.errors import OwnFault

CURRENT = "manifest"
_HINT = "restart Hushgate to have it published again from the store"


class Manifest(msgspec.Struct, frozen=True):
    """One generation. Names are of files beside it, digests are SHA-256 in hex."""

    generation: int
    base: str
    base_sha256: str
    overlay: str
    overlay_sha256: str
    fingerprint: str  # of all that the base was made of

    @property
    def kept_as(self) -> str:
        """Where the manifest stays when a later one is in force."""
        return f"{CURRENT}-{self.generation}"


class _Sealed(msgspec.Struct, frozen=True):
    """The file's content: JSON, with a digest so that a damaged one is not taken for another generation."""

    manifest: msgspec.Raw
    sha256: str


def current(directory: Path) -> Manifest:
    """The manifest in force. Raises OwnFault where there is none or it is damaged."""
    return read(directory / CURRENT)


def read(path: Path) -> Manifest:
    """Raises OwnFault."""
    try:
        sealed = msgspec.json.decode(path.read_bytes(), type=_Sealed)
        if hashlib.sha256(sealed.manifest).hexdigest() != sealed.sha256:
            raise OwnFault(f"{path}: damaged", hint=_HINT)
        found = msgspec.json.decode(sealed.manifest, type=Manifest)
    except FileNotFoundError:
        raise OwnFault(f"{path.parent}: no policy has been published yet", hint="hushgate up") from None
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OwnFault(f"{path}: {error}", hint=_HINT) from error
    for name in (found.base, found.overlay):
        if Path(name).name != name:
            raise OwnFault(f"{path}: {name!r} is no file beside it", hint=_HINT)
    return found


def encode(manifest: Manifest) -> bytes:
    """What `read` reads."""
    body = msgspec.json.encode(manifest)
    return msgspec.json.encode(_Sealed(msgspec.Raw(body), hashlib.sha256(body).hexdigest()))


def place(path: Path, data: bytes) -> None:
    """Put a file in place whole: beside, synced, renamed. Raises OSError, and then the old one is still there."""
    beside = path.with_name(path.name + ".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def point(directory: Path, manifest: Manifest) -> None:
    """Put `manifest`, which lies beside under its own number, in force. Raises OSError: nothing has changed."""
    beside = directory / f"{CURRENT}.new"
    beside.unlink(missing_ok=True)
    try:
        os.link(directory / manifest.kept_as, beside)  # takes no room: works on a full disk as well
        beside.replace(directory / CURRENT)
    except OSError:
        place(
            directory / CURRENT, encode(manifest)
        )  # a file system without links, or a manifest without number
    sync_directory(directory)


def sync_directory(directory: Path) -> None:
    """Make renames durable. Raises OSError."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
