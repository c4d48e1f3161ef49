"""Tar files (POSIX.1-1988 ustar, with pax and GNU long names), plain or gzipped, read from front to back.

Our own reader: Python's has followed links, looped on negative sizes and read headers as long as they claimed.
"""

import zlib
from collections.abc import Iterator
from typing import BinaryIO

from gateway.archives.checks import ArchiveFault, Limits, Member, Tally, member

MAGIC_GZIP = b"\x1f\x8b"
MAGIC_TAR = (b"ustar", 257)  # and where it stands

_BLOCK = 512
_PIECE = 1 << 16
_MAX_HEADER = 8192  # of a long name or a pax header
_ZERO = bytes(_BLOCK)
_FILES, _FOLDER = (b"0", b"\0"), b"5"
_LONG_NAME, _PAX, _PAX_GLOBAL = b"L", b"x", b"g"
_KINDS = {
    b"1": "a link",
    b"2": "a link",
    b"3": "a device",
    b"4": "a device",
    b"6": "a pipe",
    b"S": "a sparse file",
}


def members(file: BinaryIO, limits: Limits) -> Iterator[Member]:
    """The files of the archive, each checked as it comes. Raises ArchiveFault."""
    tally = Tally(limits)
    stream = _Stream(file, limits, tally)
    long_name = ""
    headers = 0
    while (header := stream.exactly(_BLOCK)) != _ZERO:
        headers += 1
        if headers > 4 * limits.members:  # folders, long names and pax headers are counted as well
            raise ArchiveFault(f"the archive holds more than {limits.members} files")
        kind, size = header[156:157], _checked_size(header)
        name = long_name or _name(header)
        if kind in (_LONG_NAME, _PAX, _PAX_GLOBAL):
            if size > _MAX_HEADER:
                raise ArchiveFault("the archive holds a header that is too long")
            body = stream.padded(size)
            if kind == _LONG_NAME:
                long_name = _text(body.rstrip(b"\0"))
            else:
                long_name = _pax_name(body, long_name, everywhere=kind == _PAX_GLOBAL)
            continue
        long_name = ""
        if kind == _FOLDER:
            if name.rstrip("/") not in ("", "."):
                tally.enter(name.rstrip("/"))
            if size:
                raise ArchiveFault(f"{name[:80]!a} is a folder with a content")
            continue
        if kind not in _FILES:
            what = _KINDS.get(kind, "no plain file")
            raise ArchiveFault(f"{name[:80]!a} is {what}")
        name = tally.enter(name)
        tally.announce(name, size)
        yield member(name, stream.padded(size))
    stream.end()


class _Stream:
    """The unpacked bytes of the file, never more at once than are asked for."""

    def __init__(self, file: BinaryIO, limits: Limits, tally: Tally) -> None:
        file.seek(0)
        head = file.read(2)
        file.seek(0)
        self._file = file
        self._inflater = zlib.decompressobj(31) if head == MAGIC_GZIP else None
        self._tally = tally
        # Headers and padding come on top of what the members hold.
        self._left = limits.total_bytes + limits.members * 8 * _BLOCK + 4 * limits.members * _MAX_HEADER
        self._read = self._given = 0
        self._buffer = b""

    def exactly(self, size: int) -> bytes:
        """So many bytes; raises ArchiveFault where the file ends before."""
        found = bytearray()
        while len(found) < size:
            piece = self._more(size - len(found))
            if not piece:
                raise ArchiveFault("the archive is cut off")
            found += piece
        return bytes(found)

    def padded(self, size: int) -> bytes:
        """So many bytes, and what fills their last block."""
        return self.exactly(size + -size % _BLOCK)[:size]

    def end(self) -> None:
        """Nothing but zeros may follow the archive's end (tar pads to 10 kB, some to more)."""
        while piece := self._more(_PIECE):
            if piece.strip(b"\0"):
                raise ArchiveFault("the archive goes on after its end")

    def _more(self, size: int) -> bytes:
        if self._inflater is None:
            found = self._file.read(min(size, _PIECE))
            self._read += len(found)
        else:
            found = self._inflated(self._inflater, min(size, _PIECE))
        self._given += len(found)
        if self._given > self._left:
            raise ArchiveFault("the archive unpacks to more than it may")
        self._tally.packed(self._given, self._read)
        return found

    def _inflated(self, inflater: "zlib._Decompress", size: int) -> bytes:
        try:
            while not inflater.eof:
                if not self._buffer:
                    self._buffer = self._file.read(_PIECE)
                    self._read += len(self._buffer)
                    if not self._buffer:
                        raise ArchiveFault("the archive is cut off")
                found = inflater.decompress(self._buffer, size)
                self._buffer = inflater.unconsumed_tail
                if found:
                    return found
        except zlib.error as error:
            raise ArchiveFault(f"the archive is damaged: {error}") from None
        if (inflater.unused_data + self._file.read(_PIECE)).strip(b"\0"):
            raise ArchiveFault("the archive goes on after its end")
        return b""


def _checked_size(header: bytes) -> int:
    stored = _octal(header[148:156])
    if stored != sum(header[:148]) + 8 * 0x20 + sum(header[156:]):
        raise ArchiveFault("the archive is damaged, or no tar file: a header's checksum is wrong")
    return _octal(header[124:136])


def _octal(field: bytes) -> int:
    digits = field.strip(b" \0")
    # Sizes above 8 GB are written otherwise; nobody needs one here.
    if len(digits) > 11 or digits.strip(b"01234567"):
        raise ArchiveFault("the archive is damaged, or no tar file: a header's number is none")
    return int(digits or b"0", 8)


def _name(header: bytes) -> str:
    name = _text(header[:100].split(b"\0", 1)[0])
    if header[257:263] == b"ustar\0":
        prefix = _text(header[345:500].split(b"\0", 1)[0])
        return f"{prefix}/{name}" if prefix else name
    return name


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise ArchiveFault(f"the archive holds a name that is no UTF-8: {raw[:80]!a}") from None


def _pax_name(body: bytes, before: str, *, everywhere: bool) -> str:
    """The path that a pax header gives (POSIX.1-2001, pax), else `before`; raises ArchiveFault."""
    found = before
    while body:
        digits, space, _ = body.partition(b" ")
        if not space or not digits.isdigit() or len(digits) > 5 or not 5 <= int(digits) <= len(body):
            raise ArchiveFault("the archive is damaged: a pax header cannot be read")
        record, body = body[len(digits) + 1 : int(digits) - 1], body[int(digits) :]
        key, _, value = record.partition(b"=")
        # These change what the header said that we have read already.
        if key in (b"size", b"linkpath") or key.startswith(b"GNU.sparse") or (everywhere and key == b"path"):
            raise ArchiveFault(f"the archive holds a pax header that is not supported: {key!a}")
        if key == b"path":
            found = _text(value)
    return found
