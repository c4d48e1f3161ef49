"""DNS messages put together byte by byte, good ones and hostile ones: what no library would write."""

import random
from collections.abc import Callable
from struct import pack
from typing import NamedTuple

QUERY, REPLY = 0x0100, 0x8180  # RD; QR, RD and RA
EXAMPLE = b"\x03www\x07example\x03org\x00"
SHORT = b"\x01a\x00"
MAX_MESSAGE = 65_535


def header(
    flags: int,
    questions: int = 1,
    answers: int = 0,
    authority: int = 0,
    additional: int = 0,
    *,
    ident: int = 7,
) -> bytes:
    """The first twelve octets."""
    return pack(">HHHHHH", ident, flags, questions, answers, authority, additional)


def question(name: bytes = EXAMPLE, qtype: int = 1, klass: int = 1) -> bytes:
    """What stands behind the header."""
    return name + pack(">HH", qtype, klass)


def record(owner: bytes, rtype: int, rdata: bytes, *, klass: int = 1, ttl: int = 60) -> bytes:
    """One record; `owner` may be anything."""
    return owner + pack(">HHIH", rtype, klass, ttl, len(rdata)) + rdata


def pointer(offset: int) -> bytes:
    """A compression pointer."""
    return pack(">H", 0xC000 | offset)


def opt(*options: bytes, owner: bytes = b"\0", size: int = 1232, ttl: int = 0) -> bytes:
    """EDNS."""
    return record(owner, 41, b"".join(options), klass=size, ttl=ttl)


def option(code: int, value: bytes) -> bytes:
    """One option of an OPT."""
    return pack(">HH", code, len(value)) + value


def extended_error(code: int, text: bytes) -> bytes:
    """The option of RFC 8914."""
    return option(15, pack(">H", code) + text)


def query(*additional: bytes, name: bytes = EXAMPLE, qtype: int = 1, flags: int = QUERY) -> bytes:
    """A client's query."""
    return header(flags, additional=len(additional)) + question(name, qtype) + b"".join(additional)


def reply(
    *answers: bytes, authority: tuple[bytes, ...] = (), additional: tuple[bytes, ...] = (), flags: int = REPLY
) -> bytes:
    """An upstream's answer to `question()`."""
    counts = len(answers), len(authority), len(additional)
    return header(flags, 1, *counts) + question() + b"".join((*answers, *authority, *additional))


def mutated(chance: random.Random, packet: bytes) -> bytes:
    """`packet` with some octets changed, cut out, repeated or inserted."""
    data = bytearray(packet)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = chance.randbytes(1)
            case 1:
                data[at : at + 1] = chance.choice((b"\0", b"\x3f", b"\x40", b"\xc0\x0c", b"\xff"))
            case 2:
                del data[at : at + chance.randint(1, 8)]
            case 3:
                data[at:at] = data[at : at + chance.randint(1, 24)]
            case _:
                data[at:at] = chance.randbytes(chance.randint(1, 4))
    return bytes(data)


class Shape(NamedTuple):
    """A way to make little data cost much: a first record, and any number of others."""

    name: str
    first: bytes
    more: Callable[[int], bytes]
    section: int = 1

    def packet(self, count: int) -> bytes:
        """The message with `count` records besides the first."""
        counts = [0, 0, 0]
        counts[self.section - 1] = count + bool(self.first)
        return (
            header(REPLY, 1, *counts) + question(SHORT) + self.first + b"".join(map(self.more, range(count)))
        )

    def most(self, size: int) -> int:
        """How many records fit `size` octets."""
        left = min(size, MAX_MESSAGE) - len(self.packet(0))
        return max(left // len(self.more(0)), 0)


_FIRST = len(header(REPLY) + question(SHORT))  # where the first record's owner stands
_RDATA = _FIRST + 1 + 10  # where its rdata stands, if the owner is the root
_TREE = b"\x01x" * 127 + b"\0"  # the longest name, of the shortest labels
_WIDE = (b"\x3f" + b"w" * 63) * 3 + b"\x3d" + b"w" * 61 + b"\0"  # the longest name, of the longest labels
_CNAME, _SOA, _RP, _TXT, _A = 5, 6, 17, 16, 1


def _chain(hops: int) -> tuple[bytes, list[int]]:
    """A record whose rdata is a chain of label and pointer, and the offset of each link."""
    rdata, links = bytearray(b"\x01x\0"), [_RDATA]
    for _ in range(hops):
        links.append(_RDATA + len(rdata))
        rdata += b"\x01x" + pointer(links[-2])
    return record(b"\0", _TXT, bytes(rdata)), links


def shapes() -> list[Shape]:
    """Compression bombs and other heavy messages."""
    chain, links = _chain(15)
    long_chain, long_links = _chain(300)
    tree, wide = record(_TREE, _A, bytes(4)), record(_WIDE, _A, bytes(4))
    at = pointer(_FIRST)

    def in_tree(number: int) -> bytes:
        return pointer(_FIRST + 2 * (number % 120))

    return [
        Shape("owners that point to one long name", tree, lambda _: record(at, _A, bytes(4))),
        Shape("owners that point to one wide name", wide, lambda _: record(at, _A, bytes(4))),
        Shape("owners and targets that point to one long name", tree, lambda _: record(at, _CNAME, at)),
        Shape("three names in each record", tree, lambda _: record(at, _RP, at + at)),
        Shape("a SOA in each record", tree, lambda _: record(at, _SOA, at + at + bytes(20))),
        Shape("pointers into a tree of labels", tree, lambda n: record(in_tree(n), _CNAME, in_tree(n + 60))),
        Shape("a chain of pointers", chain, lambda _: record(pointer(links[-1]), _A, bytes(4))),
        Shape("links of a chain", chain, lambda n: record(pointer(links[n % 16]), _CNAME, pointer(links[9]))),
        Shape("a chain too long", long_chain, lambda _: record(pointer(long_links[-1]), _A, bytes(4))),
        Shape(
            "a label before each pointer", tree, lambda _: record(b"\x01y" + pointer(_FIRST + 250), _A, b"")
        ),
        Shape("a label before a long name", tree, lambda _: record(b"\x01y" + pointer(_FIRST + 4), _A, b"")),
        Shape("pointers to pointers", record(b"\0", _A, b""), lambda n: _to_the_one_before(n)),
        Shape("tiny records", b"", lambda _: record(b"\0", _A, b"")),
        Shape("names without compression", b"", lambda _: record(_TREE, _CNAME, _TREE)),
        Shape("text", b"", lambda _: record(b"\0", _TXT, b"\xff" + b"t" * 255)),
        Shape("empty options", b"", lambda _: opt(*[option(10, b"")] * 200), 3),
        Shape(
            "one OPT of empty options", opt(*[option(10, b"")] * 16_000), lambda _: record(b"\0", _A, b""), 3
        ),
        Shape(
            "one OPT of reasons", opt(*[extended_error(0, b"")] * 10_000), lambda _: record(b"\0", _A, b""), 3
        ),
    ]


def _to_the_one_before(number: int) -> bytes:
    """Each record's owner is one label and a pointer to the owner before it."""
    size = len(record(b"\x01z\xc0\x00", _A, b""))
    before = _FIRST if not number else _FIRST + 11 + (number - 1) * size
    return record(b"\x01z" + pointer(min(before, 0x3FFF)), _A, b"")
