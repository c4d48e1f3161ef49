"""DNS messages: bytes ⇄ values. The only room that imports dnslib, and only behind the gate."""

from struct import Struct as Layout

import msgspec
from dnslib.buffer import BufferError as LibraryBufferError
from dnslib.label import DNSBuffer, DNSLabelError

from gateway.dns import edns, gate
from gateway.errors import WireError
from gateway.iana import CNAME, IN, OPT, SERVFAIL
from gateway.names import ROOT, Name

AA, TC, RD, RA, AD, CD = 0x0400, 0x0200, 0x0100, 0x0080, 0x0020, 0x0010

MAX_HOPS = 4  # pointers in a name we write: a chain of growing CNAMEs would make as many as there are links

_HEADER = gate.HEADER
_ASKED_NAME = b"\xc0\x0c"  # a pointer to the question's name, which follows the header
_RECORD = Layout(">HHIH")
_TWO = Layout(">HH")


class Question(msgspec.Struct, frozen=True):
    """What is asked."""

    name: Name
    spelled: bytes  # the same in the asker's letter case
    type: int
    klass: int = IN


class Query(msgspec.Struct, frozen=True):
    """A client's query."""

    id: int
    flags: int
    question: Question
    edns_version: int = -1  # -1: no EDNS
    udp_size: int = edns.MIN_UDP
    dnssec_ok: bool = False

    @property
    def checking_disabled(self) -> bool:
        """CD: the client validates by itself and wants even bogus data (RFC 4035 §3.2.2)."""
        return bool(self.flags & CD)

    @property
    def recursion_desired(self) -> bool:
        """RD."""
        return bool(self.flags & RD)

    @property
    def wants_authentic(self) -> bool:
        """May AD be set in the answer (RFC 6840 §5.7)?"""
        return self.dnssec_ok or bool(self.flags & AD)


class Record(msgspec.Struct, frozen=True):
    """One resource record, its rdata without compression."""

    name: Name
    type: int
    klass: int
    ttl: int
    rdata: bytes


class Answer(msgspec.Struct, frozen=True):
    """What is said to a question, before it is made a message for one client."""

    rcode: int
    records: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    ad: bool = False
    aa: bool = False
    extended: tuple[tuple[int, str], ...] = ()  # RFC 8914: code, text


class Reply(msgspec.Struct, frozen=True):
    """A message from an upstream."""

    id: int
    question: Question
    truncated: bool
    answer: Answer


def decode_query(data: bytes) -> Query:
    """A client's query. Raises WireError and nothing else."""
    shape = gate.check_query(data)
    spelled = data[_HEADER.size : shape.name_end]
    question = Question(spelled.lower(), spelled, shape.type, shape.klass)
    if not shape.edns_at:
        return Query(shape.ident, shape.flags, question)
    # OPT: the class is the sender's UDP size, the TTL is extended rcode, version and flags (RFC 6891 §6.1.3).
    _, size, ttl, _ = _RECORD.unpack_from(data, shape.edns_at)
    return Query(
        shape.ident,
        shape.flags,
        question,
        edns_version=ttl >> 16 & 0xFF,
        udp_size=max(size, edns.MIN_UDP),
        dnssec_ok=bool(ttl & edns.DO),
    )


def encode_query(
    spelled: bytes,
    qtype: int,
    ident: int,
    *,
    dnssec_ok: bool,
    checking_disabled: bool,
    udp_size: int = 1232,
    pad_to: int = 0,
) -> bytes:
    """A query for an upstream, with EDNS; `pad_to` rounds its length up (RFC 8467: 128 on encrypted ways)."""
    flags = RD | AD | (CD if checking_disabled else 0)
    head = _HEADER.pack(ident, flags, 1, 0, 0, 1) + spelled + _TWO.pack(qtype, IN)
    options = edns.padding(len(head) + edns.SIZE, pad_to) if pad_to else b""
    return head + edns.opt(udp_size, dnssec_ok=dnssec_ok, options=options)


def decode_reply(data: bytes) -> Reply:
    """An upstream's answer. Raises WireError and nothing else; bounded by the gate."""
    name_end, shapes = gate.check_reply(data)
    ident, flags, *_ = _HEADER.unpack_from(data)
    spelled = data[_HEADER.size : name_end]
    qtype, klass = _TWO.unpack_from(data, name_end)
    rcode = flags & 0x0F
    extended: tuple[tuple[int, str], ...] = ()
    sections: tuple[list[Record], list[Record]] = ([], [])
    names = _Names(data)
    for shape in shapes:
        if shape.type == OPT:
            rcode |= (shape.ttl >> 24) << 4
            extended = edns.extended_errors(data[shape.rdata_at : shape.rdata_end])
        elif shape.section < 3:
            sections[shape.section - 1].append(_record(data, names, shape))
    answer = Answer(
        rcode,
        tuple(sections[0]),
        tuple(sections[1]),
        ad=bool(flags & AD),
        aa=bool(flags & AA),
        extended=extended,
    )
    return Reply(ident, Question(spelled.lower(), spelled, qtype, klass), bool(flags & TC), answer)


def _record(data: bytes, names: "_Names", shape: gate.RecordShape) -> Record:
    try:
        name = names.read(shape.owner_at)[0].lower()
        rdata = data[shape.rdata_at : shape.rdata_end]
        names_from, count = gate.NAMES_IN_RDATA.get(shape.type, (0, 0))
        if count:
            at = shape.rdata_at + names_from
            plain = data[shape.rdata_at : at]
            for _ in range(count):
                inner, at = names.read(at)
                plain += inner
            rdata = plain + data[at : shape.rdata_end]
    except (DNSLabelError, LibraryBufferError) as error:
        raise WireError(f"unreadable record: {error}") from None
    # RFC 2181 §8: a TTL with the top bit set counts as zero.
    return Record(name, shape.type, shape.klass, shape.ttl if shape.ttl < 1 << 31 else 0, rdata)


class _Names:
    """The names of one message, without compression, in the letter case they came in."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._buffer = DNSBuffer(data)
        # By what points to them. Most owners of an answer point to one name; the gate relies on reading it once.
        self._known: dict[bytes, bytes] = {}

    def read(self, at: int) -> tuple[bytes, int]:
        """The name at this offset, and where it ends."""
        pointer = self._data[at : at + 2]
        if pointer in self._known:
            return self._known[pointer], at + 2
        self._buffer.offset = at
        label = self._buffer.decode_name()
        name = b"".join(bytes((len(part),)) + part for part in label.label) + ROOT
        if pointer[0] >= 0xC0:
            self._known[pointer] = name
        return name, self._buffer.offset


def encode_reply(query: Query, answer: Answer, limit: int, udp_size: int = 1232) -> bytes:
    """The message for one client; what does not fit `limit` becomes a truncated one (RFC 2181 §9).

    The question goes back as it was spelled, and owners that equal it point to it.
    """
    question = query.question
    # Without OPT there is no room for the upper bits of an rcode: BADVERS would read as NOERROR.
    rcode = answer.rcode if answer.rcode < 16 or query.edns_version >= 0 else SERVFAIL
    flags = 0x8000 | RA | query.flags & (RD | CD) | rcode & 0x0F
    flags |= AA if answer.aa else 0
    flags |= AD if answer.ad and query.wants_authentic else 0
    tail = b""
    if query.edns_version >= 0:
        reasons = b"".join(edns.extended_error(code, text) for code, text in answer.extended)
        tail = edns.opt(udp_size, rcode=rcode, dnssec_ok=query.dnssec_ok, options=reasons)
    asked = question.spelled + _TWO.pack(question.type, question.klass)
    body = _written(question.name, len(asked), answer)
    if _HEADER.size + len(asked) + len(body) + len(tail) > limit:
        if _HEADER.size + len(asked) + len(tail) > limit:  # a long name and many reasons
            tail = edns.opt(udp_size, rcode=rcode, dnssec_ok=query.dnssec_ok)
        return _HEADER.pack(query.id, flags | TC, 1, 0, 0, 1 if tail else 0) + asked + tail
    counts = (1, len(answer.records), len(answer.authority), 1 if tail else 0)
    return _HEADER.pack(query.id, flags, *counts) + asked + body + tail


def encode_error(data: bytes, rcode: int) -> bytes:
    """What a packet that the gate refused is told: its own header with the rcode, no question."""
    ident, flags, *_ = _HEADER.unpack_from(data)
    return _HEADER.pack(ident, 0x8000 | flags & (0x7800 | RD | CD) | RA | rcode, 0, 0, 0, 0)


def _written(name: Name, asked: int, answer: Answer) -> bytes:
    """The records of `answer` to a question of `asked` octets about `name`."""
    records = answer.records
    if not answer.authority and not [r for r in records if r.type == CNAME or r.name != name]:
        # Most answers: addresses of the very name. Five times as fast as to look for what may be compressed.
        return b"".join(
            [_ASKED_NAME + _RECORD.pack(r.type, r.klass, r.ttl, len(r.rdata)) + r.rdata for r in records]
        )
    body = _Body(name, asked)
    for record in (*records, *answer.authority):
        body.add(record)
    return bytes(body.data)


class _Body:
    """Records being written, owners compressed against the question and earlier names."""

    def __init__(self, question: Name, asked: int) -> None:
        self.data = bytearray()
        self._start = _HEADER.size + asked
        self._known: dict[Name, tuple[int, int]] = {}  # offset, and the pointers that are followed from there
        self._remember(question, _HEADER.size, len(question) - 1, 0)

    def add(self, record: Record) -> None:
        self._name(record.name)
        if record.type == CNAME:
            at = len(self.data)
            self.data += _RECORD.pack(record.type, record.klass, record.ttl, 0)
            self._name(record.rdata)
            length = len(self.data) - at - _RECORD.size
            self.data[at + 8 : at + 10] = length.to_bytes(2, "big")
        else:
            self.data += _RECORD.pack(record.type, record.klass, record.ttl, len(record.rdata)) + record.rdata

    def _remember(self, name: Name, at: int, until: int, hops: int) -> None:
        """Labels of `name` before `until`, written at `at`, may be pointed to from now on."""
        offset = 0
        while offset < until and at + offset < 0x4000:  # a pointer has 14 bits
            self._known.setdefault(name[offset:].lower(), (at + offset, hops))
            offset += 1 + name[offset]

    def _name(self, name: Name) -> None:
        at, known = 0, None
        while name[at]:
            known = self._known.get(name[at:].lower())
            if known is not None:
                break
            at += 1 + name[at]
        position = self._start + len(self.data)
        offset, hops = known or (0, 0)
        self.data += name[:at] + ((0xC000 | offset).to_bytes(2, "big") if known else ROOT)
        if hops < MAX_HOPS:
            self._remember(name, position, at, hops + 1 if known else 0)
