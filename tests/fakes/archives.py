"""Archives as others make them, sound and hostile; by Python's own modules, so that our readers meet another hand."""

import io
import tarfile
import zipfile
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return made.getvalue()


def tarred(files: Mapping[str, bytes], *, mode: str = "gz", form: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar file; `mode` is how it is packed."""
    return tarred_infos([(tarfile.TarInfo(name), content) for name, content in files.items()], mode, form)


def tarred_infos(
    infos: list[tuple[tarfile.TarInfo, bytes]], mode: str = "gz", form: int = tarfile.GNU_FORMAT
) -> bytes:
    """A tar file of members of any kind."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=f"w:{mode}", format=form) as archive:  # type: ignore[call-overload]  # mode is a variable
        for info, content in infos:
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return made.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tuple[tarfile.TarInfo, bytes]:
    """A link, a device, a pipe."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info, b""
