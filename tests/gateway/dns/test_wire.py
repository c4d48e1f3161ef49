import random
from contextlib import suppress
from itertools import pairwise
from struct import unpack_from

import pytest
from dnslib import DNSRecord
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import edns, wire
from gateway.dns.wire import AA, AD, CD, RA, RD, TC, Answer, Query, Question, Record
from gateway.errors import WireError
from gateway.iana import BADVERS, CNAME, FORMERR, NOTIMP, NXDOMAIN, OPT, SERVFAIL, SOA, A
from gateway.names import labels
from tests import strategies
from tests.fakes import packets
from tests.fakes.packets import EXAMPLE, extended_error, opt, option, pointer, record

WIDE = (b"\x3f" + b"w" * 63) * 3 + b"\x3d" + b"w" * 61 + b"\0"  # 255 octets
ADDRESS = Record(EXAMPLE, A, 1, 300, bytes([203, 0, 113, 9]))


def query(
    spelled: bytes = EXAMPLE,
    qtype: int = A,
    *,
    flags: int = RD,
    has_edns: bool = True,
    dnssec_ok: bool = False,
) -> Query:
    question = Question(spelled.lower(), spelled, qtype)
    return Query(7, flags, question, edns_version=0 if has_edns else -1, udp_size=1232, dnssec_ok=dnssec_ok)


def flags_of(data: bytes) -> int:
    return int.from_bytes(data[2:4], "big")


def counts_of(data: bytes) -> tuple[int, ...]:
    return unpack_from(">HHHH", data, 4)


# Queries ----------------------------------------------------------------------------------------------------


def test_query_is_read_with_its_letter_case_kept_beside_the_name() -> None:
    read = wire.decode_query(packets.query(name=b"\x03wWw\x07eXaMple\x03ORG\0", qtype=28))
    assert read.question == Question(EXAMPLE, b"\x03wWw\x07eXaMple\x03ORG\0", 28)
    assert (read.id, read.edns_version, read.udp_size, read.dnssec_ok) == (7, -1, 512, False)
    assert (read.recursion_desired, read.checking_disabled, read.wants_authentic) == (True, False, False)


@pytest.mark.parametrize(("announced", "taken"), [(0, 512), (511, 512), (1232, 1232), (65_535, 65_535)])
def test_udp_size_of_edns_is_at_least_512(announced: int, taken: int) -> None:
    assert wire.decode_query(packets.query(opt(size=announced))).udp_size == taken


def test_edns_version_and_do_are_read() -> None:
    read = wire.decode_query(packets.query(opt(ttl=0x00_02_80_00), flags=CD | AD))
    assert (read.edns_version, read.dnssec_ok, read.checking_disabled) == (2, True, True)
    assert not wire.decode_query(packets.query(opt(ttl=0x00_00_7F_FF))).dnssec_ok


@given(
    strategies.spelled_names,
    st.integers(0, 65_535),
    st.integers(0, 65_535),
    st.booleans(),
    st.booleans(),
    st.sampled_from((0, 128, 468)),
)
def test_encoded_query_reads_back(
    spelled: bytes, qtype: int, ident: int, dnssec_ok: bool, checking_disabled: bool, pad_to: int
) -> None:
    data = wire.encode_query(
        spelled, qtype, ident, dnssec_ok=dnssec_ok, checking_disabled=checking_disabled, pad_to=pad_to
    )
    read = wire.decode_query(data)
    assert read.question == Question(spelled.lower(), spelled, qtype)
    assert (read.id, read.udp_size, read.edns_version) == (ident, 1232, 0)
    assert (read.dnssec_ok, read.checking_disabled) == (dnssec_ok, checking_disabled)
    assert read.recursion_desired
    assert read.wants_authentic
    assert not pad_to or len(data) % pad_to == 0


def test_library_reads_our_query() -> None:
    data = wire.encode_query(EXAMPLE, 28, 4711, dnssec_ok=True, checking_disabled=True, pad_to=128)
    read = DNSRecord.parse(data)
    assert (read.header.id, read.header.rd, read.header.ad, read.header.cd) == (4711, 1, 1, 1)
    assert (str(read.q.qname), read.q.qtype, read.q.qclass) == ("www.example.org.", 28, 1)
    assert (read.ar[0].rtype, read.ar[0].rclass, read.ar[0].ttl) == (OPT, 1232, edns.DO)
    assert [each.code for each in read.ar[0].rdata] == [12]
    assert len(data) == 128


# Upstreams' answers -----------------------------------------------------------------------------------------


def test_answer_is_read_without_compression_owners_in_lower_case_and_rdata_as_it_was_sent() -> None:
    data = packets.reply(
        record(b"\x03WWW" + pointer(16), CNAME, b"\x05Alias" + pointer(16)),
        authority=(record(pointer(16), SOA, pointer(12) + b"\x04root" + pointer(24) + bytes(20), ttl=9),),
        flags=packets.REPLY | AD | AA | TC | NXDOMAIN,
    )
    reply = wire.decode_reply(data)
    assert (reply.id, reply.truncated) == (7, True)
    assert reply.question == Question(EXAMPLE, EXAMPLE, A)
    answer = reply.answer
    assert (answer.rcode, answer.ad, answer.aa) == (NXDOMAIN, True, True)
    assert answer.records == (Record(EXAMPLE, CNAME, 1, 60, b"\x05Alias" + EXAMPLE[4:]),)
    assert answer.authority == (Record(EXAMPLE[4:], SOA, 1, 9, EXAMPLE + b"\x04root\x03org\0" + bytes(20)),)


def test_extended_errors_of_an_upstream_come_back_in_its_answer() -> None:
    data = packets.reply(additional=(opt(extended_error(22, b"no"), extended_error(15, b"")),))
    assert wire.decode_reply(data).answer.extended == ((22, "no"), (15, ""))
    assert wire.decode_reply(packets.reply()).answer.extended == ()


def test_additional_records_are_left_out() -> None:
    reply = wire.decode_reply(packets.reply(additional=(record(EXAMPLE, A, bytes(4)), opt())))
    assert reply.answer == Answer(0)


@pytest.mark.parametrize("rcode", [*range(16), 16, 23, 4095])
def test_every_rcode_is_read_the_upper_bits_from_edns(rcode: int) -> None:
    data = packets.reply(flags=packets.REPLY | rcode & 15, additional=(opt(ttl=(rcode >> 4) << 24),))
    assert wire.decode_reply(data).answer.rcode == rcode


@pytest.mark.parametrize(
    ("sent", "taken"), [(0, 0), ((1 << 31) - 1, (1 << 31) - 1), (1 << 31, 0), (0xFFFFFFFF, 0)]
)
def test_ttl_with_the_top_bit_counts_as_zero(sent: int, taken: int) -> None:
    data = packets.reply(record(EXAMPLE, A, bytes(4), ttl=sent))
    assert wire.decode_reply(data).answer.records[0].ttl == taken


@pytest.mark.parametrize("label", [b"a.b", b"\0", b"\\", b" ", b"m\xc3\xbcnchen"])
def test_labels_with_special_bytes_stay_one_label(label: bytes) -> None:
    owner = bytes((len(label),)) + label + b"\x03org\0"
    read = wire.decode_reply(packets.reply(record(owner, CNAME, owner))).answer.records[0]
    assert (read.name, read.rdata) == (owner, owner)
    asked = wire.decode_query(packets.query(name=owner)).question
    assert (asked.name, asked.spelled) == (owner, owner)


def test_labels_that_are_not_utf8_can_be_asked_but_an_answer_with_them_is_refused() -> None:
    owner = b"\x02\xff\xfe\x03org\0"
    assert wire.decode_query(packets.query(name=owner)).question.name == owner
    with pytest.raises(WireError, match="unreadable record"):
        wire.decode_reply(packets.reply(record(owner, A, bytes(4))))


# Anything ---------------------------------------------------------------------------------------------------


@given(st.binary(max_size=600), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
def test_any_bytes_are_a_message_or_a_wire_error(
    body: bytes, answers: int, authority: int, more: int
) -> None:
    reply = packets.header(packets.REPLY, 1, answers, authority, more) + packets.question() + body
    for data in (body, reply, packets.header(packets.QUERY, additional=more) + body):
        for decode in (wire.decode_query, wire.decode_reply):
            with suppress(WireError):
                decode(data)


def test_20000_mutated_packets_raise_nothing_but_wire_errors() -> None:
    chance = random.Random(20_000)
    queries = [packets.query(opt(option(10, bytes(8))), name=name) for name in (EXAMPLE, WIDE, b"\0")]
    replies = [
        packets.reply(
            record(pointer(12), CNAME, b"\x05alias" + pointer(16)),
            record(EXAMPLE, 33, bytes(6) + EXAMPLE),
            authority=(record(pointer(16), SOA, pointer(12) + pointer(16) + bytes(20)),),
            additional=(opt(extended_error(15, b"ads"), option(12, bytes(20))),),
        ),
        wire.encode_reply(query(), Answer(0, (ADDRESS,) * 3, extended=((15, "no"),)), 1232),
    ]
    read = 0
    for number in range(20_000):
        data = packets.mutated(chance, chance.choice(queries if number % 2 else replies))
        with suppress(WireError):
            (wire.decode_query if number % 2 else wire.decode_reply)(data)
            read += 1
    assert read > 1000  # otherwise it was the header alone that was tried


# Our answers ------------------------------------------------------------------------------------------------


@given(
    strategies.answers(),
    st.booleans(),
    st.booleans(),
    st.sampled_from((0, RD, CD, AD, RD | CD | AD)),
)
def test_library_agrees_with_what_we_meant(
    answer: Answer, has_edns: bool, dnssec_ok: bool, flags: int
) -> None:
    asked = query(b"\x03wWw\x07exAmple\x03orG\0", flags=flags, has_edns=has_edns, dnssec_ok=dnssec_ok)
    data = wire.encode_reply(asked, answer, 65_535)
    parsed = DNSRecord.parse(data)
    head = parsed.header
    assert (head.id, head.qr, head.opcode, head.tc, head.ra) == (7, 1, 0, 0, 1)
    assert (head.rd, head.cd) == (bool(flags & RD), bool(flags & CD))
    assert head.aa == answer.aa
    assert head.ad == (answer.ad and (dnssec_ok or bool(flags & AD)))
    assert data[12:29] == asked.question.spelled
    for ours, theirs in zip(answer.records + answer.authority, parsed.rr + parsed.auth, strict=True):
        assert tuple(label.lower() for label in theirs.rname.label) == tuple(labels(ours.name))
        assert (theirs.rtype, theirs.rclass, theirs.ttl) == (ours.type, ours.klass, ours.ttl)
    if not has_edns:
        assert parsed.ar == []
        return
    (theirs,) = parsed.ar
    wanted = (OPT, 1232, (answer.rcode >> 4) << 24 | (edns.DO if dnssec_ok else 0))
    assert (theirs.rtype, theirs.rclass, theirs.ttl) == wanted
    assert theirs.ttl >> 24 << 4 | head.rcode == answer.rcode
    assert [(each.code, each.data) for each in theirs.rdata] == [
        (15, code.to_bytes(2, "big") + text.encode()) for code, text in answer.extended
    ]


@given(strategies.answers(), strategies.readable_names)
def test_our_answer_reads_back_as_it_was(answer: Answer, spelled: bytes) -> None:
    asked = query(spelled, dnssec_ok=True)
    reply = wire.decode_reply(wire.encode_reply(asked, answer, 65_535))
    assert (reply.id, reply.question, reply.truncated) == (7, asked.question, False)
    read = reply.answer
    assert (read.rcode, read.ad, read.aa, read.extended) == (
        answer.rcode,
        answer.ad,
        answer.aa,
        answer.extended,
    )
    assert [_folded(each) for each in read.records] == [_folded(each) for each in answer.records]
    assert [_folded(each) for each in read.authority] == [_folded(each) for each in answer.authority]


def _folded(each: Record) -> Record:
    """Compression may give a target the letter case of an equal name before it."""
    rdata = each.rdata.lower() if each.type == CNAME else each.rdata
    return Record(each.name, each.type, each.klass, each.ttl, rdata)


@given(strategies.answers(), strategies.spelled_names, st.integers(512, 4096), st.booleans())
def test_no_answer_exceeds_its_limit_and_a_cut_one_has_question_and_opt(
    answer: Answer, spelled: bytes, limit: int, has_edns: bool
) -> None:
    asked = query(spelled, has_edns=has_edns)
    data = wire.encode_reply(asked, answer, limit)
    assert len(data) <= limit
    assert wire.decode_reply(data).truncated == bool(flags_of(data) & TC)
    if wire.decode_reply(data).truncated:
        assert counts_of(data) == (1, 0, 0, has_edns)
        assert data[12 : 12 + len(spelled)] == spelled
        assert len(wire.encode_reply(asked, answer, 65_535)) > limit
    else:
        assert data == wire.encode_reply(asked, answer, 65_535)


def test_longest_name_with_four_long_reasons_keeps_to_512_octets() -> None:
    answer = Answer(SERVFAIL, extended=tuple((n, "r" * 200) for n in range(4)))
    data = wire.encode_reply(query(WIDE), answer, 512)
    assert len(data) <= 512
    read = wire.decode_reply(data)
    assert (read.truncated, read.answer.rcode, read.answer.extended) == (True, SERVFAIL, ())
    assert counts_of(data) == (1, 0, 0, 1)


@pytest.mark.parametrize("rcode", [BADVERS, 17, 23, 32])
def test_rcode_that_needs_edns_is_servfail_without_it(rcode: int) -> None:
    data = wire.encode_reply(query(has_edns=False), Answer(rcode), 1232)
    assert flags_of(data) & 15 == SERVFAIL
    assert counts_of(data) == (1, 0, 0, 0)


def test_owner_that_is_the_question_points_to_it_in_any_letter_case() -> None:
    mixed = b"\x03wWw\x07eXample\x03Org\0"
    data = wire.encode_reply(query(mixed), Answer(0, (ADDRESS, ADDRESS)), 1232)
    body = data[12 + len(mixed) + 4 :]
    assert body[:2] == pointer(12)
    assert body[16:18] == pointer(12)


def test_cname_points_to_the_longest_known_suffix() -> None:
    chain = (
        Record(EXAMPLE, CNAME, 1, 60, b"\x03cdn\x07EXAMPLE\x03org\0"),
        Record(b"\x03cdn\x07example\x03org\0", CNAME, 1, 60, b"\x04edge\x03cdn\x07example\x03org\0"),
        Record(b"\x04edge\x03cdn\x07example\x03org\0", A, 1, 60, bytes(4)),
    )
    data = wire.encode_reply(query(), Answer(0, chain), 1232)
    first = 12 + len(EXAMPLE) + 4
    target = first + 12
    assert data[target : target + 6] == b"\x03cdn" + pointer(16)
    assert data[target + 6 : target + 8] == pointer(target)
    read = wire.decode_reply(data).answer.records
    assert [(each.name, each.rdata) for each in read] == [(each.name, each.rdata.lower()) for each in chain]


def test_chain_of_growing_names_does_not_become_a_chain_of_pointers() -> None:
    names = [EXAMPLE]
    for letter in b"abcdefghijklmnopq":
        names.append(bytes((1, letter)) + names[-1])
    chain = tuple(Record(owner, CNAME, 1, 60, target) for owner, target in pairwise(names))
    assert wire.decode_reply(wire.encode_reply(query(), Answer(0, chain), 1232)).answer.records == chain


def test_nothing_points_beyond_what_14_bits_can_say() -> None:
    filling = Record(EXAMPLE, 16, 1, 60, b"\xff" + b"t" * 255)
    late = Record(b"\x04late" + EXAMPLE, A, 1, 60, bytes(4))
    answer = Answer(0, (*[filling] * 70, late, late))
    data = wire.encode_reply(query(), answer, 65_535)
    assert len(data) > 0x4000
    assert data.count(b"\x04late" + pointer(12)) == 2
    assert wire.decode_reply(data).answer.records == answer.records


@pytest.mark.parametrize(("owner", "target"), [(b"\0", b"\0"), (WIDE, b"\x01x" * 127 + b"\0")])
def test_shortest_and_longest_names_are_written_and_read(owner: bytes, target: bytes) -> None:
    answer = Answer(0, (Record(owner, CNAME, 1, 60, target), Record(owner, 2, 1, 60, target)))
    assert wire.decode_reply(wire.encode_reply(query(owner), answer, 1232)).answer.records == answer.records


# Errors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rcode", [FORMERR, NOTIMP, 5])
@pytest.mark.parametrize("opcode", [0, 4, 15])
def test_error_is_the_header_alone_with_id_and_opcode_of_what_it_answers(rcode: int, opcode: int) -> None:
    packet = packets.header(opcode << 11 | 0x07FF, 9, 9, 9, 9, ident=0xBEEF) + b"rubbish"
    data = wire.encode_error(packet, rcode)
    assert data == packets.header(0x8000 | opcode << 11 | RD | RA | CD | rcode, 0, ident=0xBEEF)


@given(st.binary(min_size=12, max_size=60).map(lambda data: data[:2] + bytes((data[2] & 0x7F,)) + data[3:]))
def test_every_refused_packet_with_a_header_gets_an_error_of_twelve_octets(data: bytes) -> None:
    try:
        wire.decode_query(data)
    except WireError as error:
        reply = wire.encode_error(data, error.rcode or 0)
    else:
        return
    assert (len(reply), reply[:2]) == (12, data[:2])
    assert flags_of(reply) & 0x8000
    assert flags_of(reply) & 15 in (FORMERR, NOTIMP)
