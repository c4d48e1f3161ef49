"""Zip files (PKWARE's APPNOTE.TXT 6.3), read by their directory. No more of the format than backups need.

Our own reader: each field is checked before it is believed, and nothing is allocated by the archive's word.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from gateway.archives.checks import ArchiveFault, Limits, Member, Tally, member

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")  # a first member, or the end of one that holds nothing

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_MAX_COMMENT = 0xFFFF
_ENCRYPTED = 0x0001 | 0x0040 | 0x2000
_UTF8 = 0x0800
_STORED, _DEFLATED = 0, 8
_TYPE, _FILE, _FOLDER = 0o170000, 0o100000, 0o040000  # stat(2), in the upper half of the attributes
_PIECE = 1 << 16


class _Entry(msgspec.Struct, frozen=True):
    name: str
    raw: bytes  # the name's bytes
    method: int
    crc: int
    packed: int
    size: int
    at: int  # of the local header


def members(file: BinaryIO, limits: Limits) -> Iterator[Member]:
    """All files of the archive, the checks of its whole directory done first. Raises ArchiveFault."""
    tally = Tally(limits)
    entries = _directory(file, limits, tally)
    _check_apart(entries)
    for entry in entries:
        yield member(entry.name, _content(file, entry))


def _directory(file: BinaryIO, limits: Limits, tally: Tally) -> list[_Entry]:
    whole = file.seek(0, 2)
    start = max(0, whole - _END.size - _MAX_COMMENT)
    file.seek(start)
    tail = file.read(whole - start)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise ArchiveFault("the zip file is damaged or cut off: it has no end of its directory")
    _, disk, first, here, count, size, offset, comment = _END.unpack_from(tail, at)
    if at + _END.size + comment != len(tail):
        raise ArchiveFault("the zip file goes on after its end")
    if disk or first or here != count:
        raise ArchiveFault("the zip file is one part of several")
    if 0xFFFF in (count, here) or 0xFFFFFFFF in (size, offset):
        raise ArchiveFault("the zip file has the form of one above 4 GB")
    if count > 2 * limits.members:  # folders count here as well
        raise ArchiveFault(f"the archive holds more than {limits.members} files")
    if offset + size != start + at:
        raise ArchiveFault("the zip file's directory is not where it says")
    file.seek(offset)
    return list(_entries(file.read(size), count, offset, tally))


def _entries(directory: bytes, count: int, end: int, tally: Tally) -> Iterator[_Entry]:
    at = 0
    for _ in range(count):
        if len(directory) - at < _ENTRY.size:
            raise ArchiveFault("the zip file's directory is cut off")
        fields = _ENTRY.unpack_from(directory, at)
        signature, _, _, flags, method, _, _, crc, packed, size = fields[:10]
        name_length, extra, comment, _, _, attributes, where = fields[10:]
        if signature != b"PK\x01\x02":
            raise ArchiveFault("the zip file's directory is damaged")
        raw = directory[at + _ENTRY.size : at + _ENTRY.size + name_length]
        at += _ENTRY.size + name_length + extra + comment
        if at > len(directory):
            raise ArchiveFault("the zip file's directory is cut off")
        name = _name(raw, flags)
        _check_kind(name, attributes >> 16, flags, method)
        if name.endswith("/"):
            if size:
                raise ArchiveFault(f"{name[:80]!a} is a folder with a content")
            tally.enter(name.rstrip("/"))
            continue
        tally.enter(name)
        tally.announce(name, size)
        tally.packed(size, packed)
        if where + _LOCAL.size + len(raw) + packed > end:
            raise ArchiveFault(f"{name[:80]!a} reaches beyond its archive")
        yield _Entry(name.removeprefix("./"), raw, method, crc, packed, size, where)
    if at != len(directory):
        raise ArchiveFault("the zip file's directory holds more than it says")


def _name(raw: bytes, flags: int) -> str:
    # Without the flag it is code page 437, of which ASCII is all that anybody uses.
    try:
        return raw.decode("utf-8" if flags & _UTF8 else "ascii")
    except UnicodeDecodeError:
        raise ArchiveFault(f"the archive holds a name that is no UTF-8: {raw[:80]!a}") from None


def _check_kind(name: str, mode: int, flags: int, method: int) -> None:
    shown = ascii(name[:80])
    if flags & _ENCRYPTED:
        raise ArchiveFault(f"{shown} is encrypted", hint="pack it again without a password")
    if method not in (_STORED, _DEFLATED):
        raise ArchiveFault(f"{shown} is packed with a method that is not supported ({method})")
    if mode & _TYPE not in (0, _FILE, _FOLDER):
        raise ArchiveFault(f"{shown} is a link or a device, not a file")


def _check_apart(entries: list[_Entry]) -> None:
    """Members that share bytes are how the best bombs are built."""
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.at < end:
            raise ArchiveFault("the zip file's members overlap")
        end = entry.at + _LOCAL.size + len(entry.raw) + entry.packed


def _content(file: BinaryIO, entry: _Entry) -> bytes:
    file.seek(entry.at)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or header[:4] != b"PK\x03\x04":
        raise ArchiveFault(f"{entry.name!a} is not where the zip file's directory says")
    name_length, extra = _LOCAL.unpack(header)[-2:]
    if file.read(name_length) != entry.raw:
        raise ArchiveFault(f"{entry.name!a} has another name in the archive than in its directory")
    file.seek(extra, 1)
    content = _stored(file, entry) if entry.method == _STORED else _inflated(file, entry)
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        raise ArchiveFault(f"{entry.name!a} is damaged: its checksum is wrong")
    return content


def _stored(file: BinaryIO, entry: _Entry) -> bytes:
    if entry.packed != entry.size:
        raise ArchiveFault(f"{entry.name!a} has two sizes")
    return file.read(entry.size)


def _inflated(file: BinaryIO, entry: _Entry) -> bytes:
    inflater = zlib.decompressobj(-15)
    content = bytearray()
    left = entry.packed
    try:
        while left and not inflater.eof:
            piece = file.read(min(left, _PIECE))
            if not piece:
                break
            left -= len(piece)
            # One byte more than promised shows that more would come.
            content += inflater.decompress(piece, entry.size + 1 - len(content))
            if len(content) > entry.size or inflater.unconsumed_tail:
                raise ArchiveFault(f"{entry.name!a} is larger than it says")
    except zlib.error as error:
        raise ArchiveFault(f"{entry.name!a} is damaged: {error}") from None
    if not inflater.eof or left or inflater.unused_data:
        raise ArchiveFault(f"{entry.name!a} is damaged: its end is missing, or comes too early")
    return bytes(content)
