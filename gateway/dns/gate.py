"""Is this packet worth looking at? One walk over the bytes, in bounded time, before dnslib sees any of them.

dnslib 0.9.26 spends up to 13 s on a hostile 64 kB compression chain, invents a question where there is none
and lets names over 255 octets pass. What this gate lets through costs it at most a few milliseconds.
"""

from struct import Struct
from typing import NamedTuple

from gateway.errors import WireError
from gateway.iana import FORMERR, NOTIMP, OPT, SOA, TSIG
from gateway.names import MAX_LABEL, MAX_NAME

HEADER = Struct(">HHHHHH")
_FIXED = Struct(">HHIH")  # type, class, TTL, rdata length
_TWO = Struct(">HH")

MAX_QUERY = 4096  # a query with every EDNS option in use is far below
MAX_RECORDS = 512  # in an upstream's answer; a full 64 kB of small records is an attack, not an answer
MAX_POINTERS = 16  # in one name; real servers use one
# Of a whole message: pointers and labels that are followed, and octets its names unfold to. dnslib needs 2.5 µs
# for a pointer and 1 µs for a label; a name that is pointed to again is not read again (see wire.py).
MAX_ALL_POINTERS = MAX_RECORDS
MAX_ALL_LABELS = 2 * MAX_RECORDS
MAX_UNFOLDED = 32 * 1024


class QueryShape(NamedTuple):
    """Where the parts of a query lie."""

    ident: int
    flags: int
    name_end: int  # the question's name is data[12:name_end]
    type: int
    klass: int
    edns_at: int  # offset of OPT's fixed part (after its root name); 0 without EDNS


class RecordShape(NamedTuple):
    """Where one record of an answer lies. The owner begins at `owner_at`."""

    section: int  # 1 answer, 2 authority, 3 additional
    owner_at: int
    type: int
    klass: int
    ttl: int
    rdata_at: int
    rdata_end: int


def check_query(data: bytes) -> QueryShape:
    """The shape of a client's query.

    Raises WireError, its rcode None for what gets no answer (too short, or itself an answer).
    """
    if len(data) < HEADER.size:
        raise WireError("shorter than a header")
    ident, flags, questions, answers, authority, additional = HEADER.unpack_from(data)
    if flags & 0x8000:
        raise WireError("an answer, not a query")
    if flags & 0x7800:
        raise WireError("not a standard query", rcode=NOTIMP)
    if len(data) > MAX_QUERY:
        raise WireError(f"query over {MAX_QUERY} bytes", rcode=FORMERR)
    if questions != 1 or answers or authority or additional > 2:
        raise WireError("not one question", rcode=FORMERR)
    end = _question_name_end(data)
    if end + 4 > len(data):
        raise WireError("question cut short", rcode=FORMERR)
    qtype, klass = _TWO.unpack_from(data, end)
    edns_at = _additional(data, end + 4, additional)
    return QueryShape(ident, flags, end, qtype, klass, edns_at)


def _question_name_end(data: bytes) -> int:
    at, size = HEADER.size, len(data)
    while True:
        if at >= size:
            raise WireError("name cut short", rcode=FORMERR)
        length = data[at]
        if length > MAX_LABEL:  # a pointer in the first name could only point into the header
            raise WireError("pointer or bad label in the question", rcode=FORMERR)
        at += 1 + length
        if at - HEADER.size > MAX_NAME:
            raise WireError("name over 255 octets", rcode=FORMERR)
        if not length:
            return at


def _additional(data: bytes, at: int, count: int) -> int:
    """Offset of OPT's fixed part or 0. OPT at most once (RFC 6891 §6.1.1), TSIG tolerated, nothing else."""
    edns_at = 0
    for _ in range(count):
        owner_at, at = at, _skip_name(data, at)
        if at + _FIXED.size > len(data):
            raise WireError("additional record cut short", rcode=FORMERR)
        rtype, _, _, length = _FIXED.unpack_from(data, at)
        if rtype == OPT:
            if edns_at or at - owner_at != 1:  # its owner is the root (RFC 6891 §6.1.2)
                raise WireError("bad OPT", rcode=FORMERR)
            edns_at = at
        elif rtype != TSIG:
            raise WireError("unexpected additional record", rcode=FORMERR)
        at += _FIXED.size + length
    if at > len(data):
        raise WireError("additional record cut short", rcode=FORMERR)
    return edns_at


def _skip_name(data: bytes, at: int) -> int:
    while True:
        if at >= len(data):
            raise WireError("name cut short", rcode=FORMERR)
        length = data[at]
        if length >= 0xC0:
            return at + 2
        if length > MAX_LABEL:
            raise WireError("bad label", rcode=FORMERR)
        at += 1 + length
        if not length:
            return at


class _Names:
    """Walks the names of one message; one budget for all of them, so that no message costs much."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pointers = MAX_ALL_POINTERS
        self._labels = MAX_ALL_LABELS
        self._octets = MAX_UNFOLDED
        self._sizes: dict[int, int] = {}  # of the names that are nothing but a pointer, by its target

    def end_of(self, at: int) -> int:
        """Where the name at `at` ends. Pointers must go backwards. Raises WireError."""
        data = self._data
        target = (data[at] & 0x3F) << 8 | data[at + 1] if at + 1 < len(data) and data[at] >= 0xC0 else 0
        if target in self._sizes:
            octets, end = self._sizes[target], at + 2
        else:
            octets, end = self._walk(at)
            if target:
                self._sizes[target] = octets
        self._octets -= octets
        if self._octets < 0:
            raise WireError("names unfold to too much")
        return end

    def _walk(self, at: int) -> tuple[int, int]:
        """How long the name at `at` is when unfolded, and where it ends."""
        data, size = self._data, len(self._data)
        end, total, hops, floor = 0, 1, 0, at
        while True:
            if at >= size:
                raise WireError("name cut short")
            length = data[at]
            if length >= 0xC0:
                if at + 1 >= size:
                    raise WireError("pointer cut short")
                end = end or at + 2
                at = (length & 0x3F) << 8 | data[at + 1]
                hops += 1
                self._pointers -= 1
                if at >= floor or at < HEADER.size or hops > MAX_POINTERS or self._pointers < 0:
                    raise WireError("compression loop or bomb")
                floor = at
            elif length > MAX_LABEL:
                raise WireError("bad label")
            else:
                at += 1 + length
                if not length:
                    return total, end or at
                total += 1 + length
                self._labels -= 1
                if total > MAX_NAME:
                    raise WireError("name over 255 octets")
                if self._labels < 0:
                    raise WireError("too many labels")


# Types whose rdata holds names that may be compressed (RFC 3597 §4):
# octets before the first name, and how many names. Behind the last one only SOA has more.
_SOA_NUMBERS = 20  # octets: five of 32 bits (RFC 1035 §3.3.13)
NAMES_IN_RDATA = {
    2: (0, 1),  # NS
    5: (0, 1),  # CNAME
    6: (0, 2),  # SOA
    12: (0, 1),  # PTR
    15: (2, 1),  # MX
    17: (0, 2),  # RP
    18: (2, 1),  # AFSDB
    33: (6, 1),  # SRV
    39: (0, 1),  # DNAME
}


def check_reply(data: bytes) -> tuple[int, list[RecordShape]]:
    """Of an upstream's answer: where its question's name ends, and the shape of each record.

    Raises WireError. Work is bounded by MAX_RECORDS, MAX_ALL_POINTERS and MAX_UNFOLDED, not by the sender.
    """
    if len(data) < HEADER.size:
        raise WireError("shorter than a header")
    _, flags, questions, *counts = HEADER.unpack_from(data)
    if not flags & 0x8000 or flags & 0x7800:
        raise WireError("not an answer to a standard query")
    if questions != 1:
        raise WireError("not one question")
    if sum(counts) > MAX_RECORDS:
        raise WireError(f"more than {MAX_RECORDS} records")
    name_end = _question_name_end(data)
    at = name_end + 4
    names = _Names(data)
    records: list[RecordShape] = []
    edns = 0
    for section, count in enumerate(counts, 1):
        for _ in range(count):
            record = _record(data, names, at, section)
            records.append(record)
            at = record.rdata_end
            if record.type == OPT:
                edns += 1
                if edns > 1 or section != 3 or data[record.owner_at]:
                    raise WireError("bad OPT")  # RFC 6891 §6.1.1
    if at > len(data):
        raise WireError("message cut short")
    return name_end, records


def _record(data: bytes, names: _Names, owner_at: int, section: int) -> RecordShape:
    at = names.end_of(owner_at)
    if at + _FIXED.size > len(data):
        raise WireError("record cut short")
    rtype, klass, ttl, length = _FIXED.unpack_from(data, at)
    at += _FIXED.size
    end = at + length
    if end > len(data):
        raise WireError("record cut short")
    if rtype in NAMES_IN_RDATA:
        skip, count = NAMES_IN_RDATA[rtype]
        inner = at + skip
        for _ in range(count):
            inner = names.end_of(inner)
        # More or less than its names would be another name to those who read the rdata as one.
        if inner + (_SOA_NUMBERS if rtype == SOA else 0) != end:
            raise WireError("rdata is not as long as its names")
    return RecordShape(section, owner_at, rtype, klass, ttl, at, end)
