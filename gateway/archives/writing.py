"""Write a tar.gz, piece by piece and the same bytes each time: no names of users, no times but the given one."""

import zlib
from collections.abc import Iterable, Iterator

from gateway.archives.checks import Member

_BLOCK = 512
_END = bytes(2 * _BLOCK)


def packed(members: Iterable[Member], now: int) -> Iterator[bytes]:
    """The archive of these members, all of the time `now` (Unix s)."""
    # The header zlib writes has no time and no name in it.
    deflater = zlib.compressobj(6, zlib.DEFLATED, 31)
    for member in members:
        for piece in (_header(member, now), member.content, bytes(-len(member.content) % _BLOCK)):
            if found := deflater.compress(piece):
                yield found
    yield deflater.compress(_END) + deflater.flush()


def _header(member: Member, now: int) -> bytes:
    """POSIX.1-1988 ustar: what every tar program reads."""
    name = member.name.encode("ascii")
    if len(name) > 100:
        raise ValueError(f"name too long for a tar file: {member.name}")
    fields = (
        name.ljust(100, b"\0"),
        b"0000600\0",
        b"0000000\0" * 2,
        b"%011o\0" % len(member.content),
        b"%011o\0" % max(now, 0),
        b" " * 8,  # the checksum, as if it were blanks
        b"0",
        bytes(100),
        b"ustar\x0000",
        bytes(64),
        b"0000000\0" * 2,
    )
    block = bytearray(b"".join(fields).ljust(_BLOCK, b"\0"))
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)
