"""Queries as phones and tools really send them, and what becomes of them in hostile hands."""

import random
from collections.abc import Callable, Sequence
from struct import pack

from gateway.names import from_text
from tests.fakes.packets import header, opt, option, question, record

MAX_DATAGRAM = 65_507  # IPv4's 65535 octets without the headers of IP and UDP
RD, AD, CD = 0x0100, 0x0020, 0x0010
TSIG = 250

_NAMES = (
    *map(
        from_text,
        (
            "www.example.org",
            "tracking.miui.com",  # in the catalogue
            "hushgate.home.arpa",
            "_dns.resolver.arpa",
            "use-application-dns.net",
            "münchen.de",
            "例え.テスト",
            "_443._tcp.www.example.org",
            "1.0.168.192.in-addr.arpa",
            "localhost",
            ".",
        ),
    ),
    b"\x03wWw\x07eXaMpLe\x03OrG\0",  # 0x20
    b"\x0fTrAcKiNg\x04MiUi\x03\0\x1b.\0",  # a label that swallows others, NUL and ESC
    b"\x05a.b\0c\x03com\0",
    b"\x3f" + b"x" * 63 + b"\x03com\0",
    (b"\x3f" + b"y" * 63) * 3 + b"\x3d" + b"z" * 61 + b"\0",
    b"\x01q" * 127 + b"\0",
    b"\x04\xff\xfe\x80\xc0\x03org\0",
    b"\x07<b>&\"'/\x03org\0",
)
_TYPES = (*range(66), 99, 108, 109, *range(248, 260), 32_768, 65_280, 65_535)
_CLASSES = (0, 1, 3, 4, 254, 255, 65_535)
_OPTIONS = (
    option(1, bytes(18)),  # LLQ
    option(2, bytes(8)),  # UL
    option(3, b""),  # NSID
    option(5, b"\x08\x0d\x0f"),  # DAU
    option(6, b"\x02"),  # DHU
    option(7, b"\x01"),  # N3U
    option(8, b"\0\x01\x18\0\xc0\0\x02"),  # client subnet
    option(9, b""),  # EXPIRE
    option(10, b"cookies!"),
    option(10, b"cookies!" + b"from the server "),
    option(11, b""),  # TCP keepalive
    option(12, bytes(64)),  # padding
    option(13, b"\x03org\0"),  # CHAIN
    option(14, b"\x4f\x66"),  # key tag
    option(15, b"\0\x0fwhy"),  # extended error, which no query has
    option(18, b"\x05agent\0"),  # report channel
    option(65_001, b"own use"),
)
_SIZES = (0, 512, 1232, 4096, 65_535)
_VERSIONS = (0, 0x0001_0000, 0x00FF_0000, 0x8000, 0xFF00_8000)  # EDNS version, DO, upper bits of an rcode
_SIGNATURE = record(
    b"\x03key\0", TSIG, b"\x0bhmac-sha256\0" + bytes(6) + pack(">HH", 300, 32) + bytes(38), klass=255, ttl=0
)


def seeds() -> list[bytes]:
    """Every kind of query there is: names, types, classes, opcodes, flags, EDNS options, signatures."""
    whole = opt(*_OPTIONS, ttl=0x8000)
    www = _NAMES[0]
    return [
        *(_query(name, edns) for name in _NAMES for edns in (b"", opt(), whole)),
        *(_query(www, opt(), qtype=number) for number in _TYPES),
        *(_query(www, klass=number) for number in _CLASSES),
        *(_query(www, flags=opcode << 11 | RD) for opcode in range(16)),
        *(_query(www, flags=flags) for flags in (0, RD, RD | AD, RD | CD, RD | AD | CD, 0x07FF, 0x8180)),
        *(_query(www, opt(one)) for one in _OPTIONS),
        *(_query(www, opt(size=size, ttl=ttl)) for size in _SIZES for ttl in _VERSIONS),
        _query(www, _SIGNATURE),
        _query(www, opt(), _SIGNATURE),
        _query(www, opt(option(12, bytes(3900)))),
        _query(www, opt(option(10, b"cookies!"), option(12, bytes(47)), ttl=0x8000), qtype=65),
    ]


def _query(name: bytes, *additional: bytes, qtype: int = 1, klass: int = 1, flags: int = RD) -> bytes:
    present = [part for part in additional if part]
    return header(flags, additional=len(present)) + question(name, qtype, klass) + b"".join(present)


def mutations(chance: random.Random, kinds: Sequence[bytes]) -> Callable[[], bytes]:
    """Each call: another mutation of one of `kinds`, with another id, of at most MAX_DATAGRAM octets."""
    below, pick, octets = chance.randrange, chance.choice, chance.randbytes

    def flipped(data: bytearray) -> bytearray:
        for _ in range(below(1, 9)):
            data[below(len(data))] ^= 1 << below(8)
        return data

    def cut(data: bytearray) -> bytearray:
        return data[: below(len(data))]

    def spliced(data: bytearray) -> bytearray:
        other = pick(kinds)
        return data[: below(len(data))] + other[below(len(other)) :]

    def lying(data: bytearray) -> bytearray:
        """About how many parts there are, or how long one is."""
        at = pick(
            (4, 6, 8, 10, 12, 12 + data[12] + 1 if len(data) > 12 else 12, len(data) - 2, below(len(data)))
        )
        data[at : at + 2] = pick(
            (b"\0\0", b"\0\1", b"\0\2", b"\xff\xff", b"\x3f\x3f", b"\x40\x80", octets(2))
        )
        return data

    def pointing(data: bytearray) -> bytearray:
        for _ in range(below(1, 4)):
            at = below(12, len(data)) if len(data) > 12 else 0
            data[at : at + below(3)] = pick((b"\xc0\x0c", b"\xc0\x00", b"\xff\xff", pack(">H", 0xC000 | at)))
        return data

    def grown(data: bytearray) -> bytearray:
        # Rarely by much: 64 kB of each would measure the loopback device.
        size = below(64, 1500) if below(20) else below(4000, MAX_DATAGRAM - len(data))
        return data + pick((bytes(64), octets(64), b"\x01x" * 32, b"\xc0\x0c" * 32, bytes(data[12:76]))) * (
            size // 64
        )

    def repeated(data: bytearray) -> bytearray:
        at = below(len(data))
        data[at:at] = data[at : at + below(1, 40)] * below(1, 4)
        return data

    def rubbish(_: bytearray) -> bytearray:
        return bytearray(octets(below(120)))

    def unchanged(data: bytearray) -> bytearray:
        return data

    ways = (
        *(flipped,) * 6,
        *(cut,) * 3,
        *(spliced,) * 3,
        *(lying,) * 4,
        *(pointing,) * 3,
        *(grown,) * 1,
        *(repeated,) * 2,
        rubbish,
        unchanged,
    )

    def mutation() -> bytes:
        found = pick(ways)(bytearray(pick(kinds)))
        return octets(2) + bytes(found[2:MAX_DATAGRAM])

    return mutation
