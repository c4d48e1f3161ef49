"""DNS values written short, for tests: `question("www.example.org")`, `record("www.example.org A 192.0.2.1")`."""

from dnslib import RR
from dnslib.buffer import Buffer

from gateway.dns.wire import Question, Record
from gateway.iana import A, by_name
from gateway.names import from_text


def question(name: str, rtype: str = "A") -> Question:
    """As if asked in lower case."""
    wire = from_text(name)
    return Question(wire, wire, by_name(rtype) if rtype != "A" else A)


def record(line: str, ttl: int = 300) -> Record:
    """One record as in a zone file, without class; a TTL in the line counts."""
    parsed = RR.fromZone(line, ttl=ttl)[0]
    buffer = Buffer()
    parsed.rdata.pack(_Uncompressed(buffer))
    return Record(from_text(str(parsed.rname)), parsed.rtype, parsed.rclass, parsed.ttl, bytes(buffer.data))


def soa(zone: str, *, ttl: int = 3600, minimum: int = 60) -> Record:
    """A zone's SOA."""
    return record(f"{zone} {ttl} IN SOA ns.example. root.example. 1 3600 600 86400 {minimum}")


class _Uncompressed:
    """What dnslib packs rdata into: without compression pointers."""

    def __init__(self, buffer: Buffer) -> None:
        self._buffer = buffer

    def pack(self, layout: str, *values: object) -> None:
        self._buffer.pack(layout, *values)

    def append(self, data: bytes) -> None:
        self._buffer.append(data)

    def encode_name(self, name: object) -> None:
        self._buffer.append(from_text(str(name)))

    encode_name_nocompress = encode_name
