"""`bundle build`, `sign`, `verify`: what a publisher does with files. Needs no box."""

import hashlib
import os
import sys
import time
from argparse import Namespace
from getpass import getpass
from pathlib import Path

from gateway import changes
from gateway.bundles import applying, building, minisign, verifying
from gateway.bundles import format as formats
from gateway.bundles.fetching import SUFFIX, Parcel
from gateway.bundles.minisign import PublicKey
from gateway.bundles.verifying import Offer
from gateway.commands import output
from gateway.commands.times import moment
from gateway.data import existing
from gateway.errors import UsageError

PASSWORD = "HUSHGATE_KEY_PASSWORD"  # the variable's name
MAX_PASSWORD = 1024  # bytes, as minisign's


def build(options: Namespace) -> int:
    """Make one."""
    now = int(time.time())
    issued = moment(options.issued, now) if options.issued else now
    data = building.build(
        options.files,
        name=options.name,
        version=options.version,
        issued=issued,
        expires=moment(options.expires, issued),
        shipped=verifying.shipped(),
    )
    if options.output == Path("-"):
        sys.stdout.write(data.decode())
        return 0
    target = options.output or Path(f"{options.name}.bundle")
    _write(target, data)
    if options.json:
        output.json_line(
            {"file": str(target), "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        )
    else:
        output.note(
            output.harmless(
                f"{target}: {len(data)} bytes. Sign it: hushgate bundle sign {target}, or minisign -S -m {target}"
            )
        )
    return 0


def sign(options: Namespace) -> int:
    """Sign one."""
    data = read(options.file, formats.MAX_BYTES)
    formats.decode(data, verifying.shipped())  # what nobody can apply nobody should sign
    path = options.key.expanduser()
    sealed = minisign.read_secret_key(read(path, minisign.MAX_FILE))
    key = minisign.open_secret_key(sealed, _password(options, path) if sealed.encrypted else "")
    comment = options.comment or f"timestamp:{int(time.time())}\tfile:{options.file.name}\thashed"
    target = options.signature or beside(options.file)
    _write(target, minisign.write_signature(minisign.sign(data, key, comment)))
    if options.json:
        output.json_line({"file": str(target), "key": key.id, "comment": comment})
    else:
        output.note(output.harmless(f"{target}: signed with the key {key.id}"))
    return 0


def verify(options: Namespace) -> int:
    """Tell whose it is and what it holds."""
    parcel = parcel_of(options)
    offer = verifying.verify(parcel, _keys(options))
    row = shown(offer)
    if options.json:
        output.json_line(row)
    else:
        output.pairs({**row, "comment": offer.comment.replace("\t", "  ")}, as_json=False)
    formats.check_time(offer.bundle, time.time())
    return 0


def shown(offer: Offer) -> dict[str, object]:
    """A bundle in short."""
    bundle = offer.bundle
    return {
        "name": bundle.name,
        "version": bundle.version,
        "issued": formats.day(bundle.issued_at),
        "expires": formats.day(bundle.expires_at),
        "rules": len(bundle.rules),
        "lists": len(bundle.lists),
        "catalogue": bundle.rows,
        "key": offer.key.id,
        "comment": offer.comment,
        "sha256": offer.sha256,
    }


def parcel_of(options: Namespace) -> Parcel:
    """The bundle and the signature that a command names. Raises UsageError."""
    bundle = read(options.file, formats.MAX_BYTES)
    return Parcel(bundle, read(options.signature or beside(options.file), minisign.MAX_FILE))


def beside(path: Path) -> Path:
    """Where minisign puts a file's signature."""
    return path.with_name(path.name + SUFFIX)


def public_key(text: str) -> PublicKey:
    """The key in a file, or in a line as `minisign -P` takes it. Raises UsageError."""
    path = Path(text).expanduser()
    try:
        is_file = path.is_file()
    except OSError:  # too long for a path
        is_file = False
    return minisign.read_public_key(read(path, minisign.MAX_FILE) if is_file else text)


def read(path: Path, limit: int) -> bytes:
    """At most so many bytes and one. Raises UsageError."""
    try:
        if not path.is_file():  # a pipe or a device would keep us waiting
            raise UsageError(f"there is no file {path}", hint="give the path of a file")
        with path.open("rb") as file:
            return file.read(limit + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="is it yours to read?") from None


def _keys(options: Namespace) -> tuple[PublicKey, ...]:
    if options.key:
        return (public_key(options.key),)
    with changes.reading(existing(options.data)) as session:
        return applying.trusted(session)


def _password(options: Namespace, path: Path) -> str:
    """Never from the command line, which every user of the machine can read."""
    if options.password_fd is not None:
        with open(options.password_fd, "rb", closefd=False) as file:
            return file.readline(MAX_PASSWORD).rstrip(b"\r\n").decode(errors="replace")
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        raise UsageError(
            f"{path} wants a password",
            hint=f"put it into {PASSWORD}, or name a descriptor with --password-fd",
        )
    return getpass(f"Password of {path}: ")


def _write(path: Path, data: bytes) -> None:
    """Whole or not at all; for everybody to read, for it is to be published."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        part.chmod(0o644)
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="name another file") from None
