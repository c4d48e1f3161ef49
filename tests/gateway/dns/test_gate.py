import contextlib
import random
import time
from bisect import bisect_left
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import gate, wire
from gateway.errors import WireError
from gateway.iana import FORMERR, MX, NOTIMP, SOA, SRV, TSIG
from tests.fakes import packets
from tests.fakes.packets import EXAMPLE, MAX_MESSAGE, opt, pointer, question, record

STALL = 0.005  # seconds that any packet may hold up the loop
TREE = b"\x01x" * 127 + b"\0"


def refusal(data: bytes) -> int | None:
    with pytest.raises(WireError) as caught:
        gate.check_query(data)
    return caught.value.rcode


def refused(data: bytes) -> str:
    with pytest.raises(WireError) as caught:
        gate.check_reply(data)
    return str(caught.value)


# Queries ----------------------------------------------------------------------------------------------------


def test_plain_query_has_its_parts_where_they_are() -> None:
    shape = gate.check_query(packets.query(qtype=28))
    assert shape == (7, packets.QUERY, 12 + len(EXAMPLE), 28, 1, 0)


def test_edns_is_found() -> None:
    data = packets.query(opt(size=4096))
    shape = gate.check_query(data)
    assert data[shape.edns_at : shape.edns_at + 4] == b"\x00\x29\x10\x00"


@pytest.mark.parametrize("cut", range(12))
def test_what_is_shorter_than_a_header_gets_no_answer(cut: int) -> None:
    assert refusal(packets.query()[:cut]) is None


def test_an_answer_gets_no_answer_whatever_else_is_wrong_with_it() -> None:
    for flags in (0x8000, 0x8180, 0xF800, 0xFFFF):
        assert refusal(packets.query(flags=flags)) is None
        assert refusal(packets.header(flags, questions=0)) is None


@pytest.mark.parametrize("opcode", range(1, 16))
def test_other_opcodes_are_not_implemented_even_without_a_question(opcode: int) -> None:
    assert refusal(packets.query(flags=opcode << 11)) == NOTIMP
    assert refusal(packets.header(opcode << 11, questions=0)) == NOTIMP


@pytest.mark.parametrize("counts", [(0, 0, 0, 0), (2, 0, 0, 0), (1, 1, 0, 0), (1, 0, 1, 0), (1, 0, 0, 3)])
def test_anything_but_one_question_is_a_format_error(counts: tuple[int, int, int, int]) -> None:
    body = question() + question() + record(b"\0", 1, bytes(4)) * 3
    assert refusal(packets.header(packets.QUERY, *counts) + body) == FORMERR


@pytest.mark.parametrize("cut", range(12, len(packets.query(opt(packets.option(10, b"cookies!"))))))
def test_query_cut_short_is_a_format_error(cut: int) -> None:
    assert refusal(packets.query(opt(packets.option(10, b"cookies!")))[:cut]) == FORMERR


def test_pointer_in_the_question_is_a_format_error() -> None:
    for name in (pointer(12), pointer(0), b"\x01a" + pointer(12), pointer(0x3FFF)):
        assert refusal(packets.query(name=name)) == FORMERR


@pytest.mark.parametrize("length", [0x40, 0x41, 0x7F, 0x80, 0xBF])
def test_reserved_label_types_are_format_errors(length: int) -> None:
    assert refusal(packets.query(name=bytes((length,)) + b"x" * length + b"\0")) == FORMERR


def test_names_have_at_most_255_octets() -> None:
    assert len(TREE) == 255
    assert gate.check_query(packets.query(name=TREE)).name_end == 12 + 255
    assert refusal(packets.query(name=b"\x02xx" + TREE[2:])) == FORMERR
    assert refusal(packets.query(name=b"\x01x" * 2000 + b"\0")) == FORMERR


def test_the_root_can_be_asked() -> None:
    assert gate.check_query(packets.query(name=b"\0", qtype=2)).name_end == 13


def test_two_opts_are_a_format_error() -> None:
    assert refusal(packets.query(opt(), opt())) == FORMERR


@pytest.mark.parametrize("owner", [b"\x01a\0", EXAMPLE, pointer(12), pointer(0), pointer(0x100)])
def test_opt_that_is_not_at_the_root_is_a_format_error(owner: bytes) -> None:
    assert refusal(packets.query(opt(owner=owner))) == FORMERR


def test_tsig_is_tolerated_and_other_additional_records_are_not() -> None:
    signature = record(b"\x03key\0", TSIG, b"\x00")
    assert gate.check_query(packets.query(opt(), signature)).edns_at
    assert gate.check_query(packets.query(signature)).edns_at == 0
    assert refusal(packets.query(record(EXAMPLE, 1, bytes(4)))) == FORMERR


def test_query_over_4096_octets_is_a_format_error() -> None:
    padding = gate.MAX_QUERY - len(packets.query(opt(packets.option(12, b""))))
    assert gate.check_query(packets.query(opt(packets.option(12, bytes(padding)))))
    assert refusal(packets.query(opt(packets.option(12, bytes(padding + 1))))) == FORMERR


@given(st.binary(max_size=700))
def test_any_bytes_are_a_query_or_refused(data: bytes) -> None:
    try:
        shape = gate.check_query(data)
    except WireError:
        return
    assert 12 < shape.name_end <= len(data) - 4


@given(st.binary(max_size=300), st.integers(0, 2))
def test_any_bytes_behind_a_good_header_are_a_query_or_a_format_error(body: bytes, additional: int) -> None:
    data = packets.header(packets.QUERY, additional=additional) + body
    try:
        end = gate.check_query(data).name_end
    except WireError as error:
        rcode = error.rcode
    else:
        assert data[end - 1] == 0
        return
    assert rcode == FORMERR


# Answers ----------------------------------------------------------------------------------------------------


def test_records_of_an_answer_are_found_with_their_sections() -> None:
    data = packets.reply(
        record(pointer(12), 5, EXAMPLE),
        authority=(record(b"\0", 6, pointer(12) + pointer(12) + bytes(20)),),
        additional=(opt(),),
    )
    name_end, records = gate.check_reply(data)
    assert data[12:name_end] == EXAMPLE
    assert [(r.section, r.type) for r in records] == [(1, 5), (2, 6), (3, 41)]
    assert data[records[0].rdata_at : records[0].rdata_end] == EXAMPLE


@pytest.mark.parametrize("rcode", range(16))
def test_every_rcode_passes(rcode: int) -> None:
    assert gate.check_reply(packets.reply(flags=packets.REPLY | rcode))[1] == []


@pytest.mark.parametrize("flags", [0x0100, 0x8800, 0xF800])
def test_what_is_no_answer_to_a_standard_query_is_refused(flags: int) -> None:
    assert refused(packets.reply(flags=flags)) == "not an answer to a standard query"


@pytest.mark.parametrize("questions", [0, 2])
def test_answer_to_no_or_two_questions_is_refused(questions: int) -> None:
    assert refused(packets.header(packets.REPLY, questions) + question() * 2) == "not one question"


def test_answer_cut_short_anywhere_is_refused() -> None:
    data = packets.reply(record(pointer(12), 15, b"\0\1" + EXAMPLE), additional=(opt(),))
    gate.check_reply(data)
    for cut in range(len(data)):
        refused(data[:cut])


def test_pointer_loops_and_forward_pointers_are_refused() -> None:
    here = 12 + len(question())
    for owner in (
        pointer(here),  # to itself
        b"\x01a" + pointer(here),  # to the label before it
        pointer(here + 2),  # forwards
        pointer(0x3FFF),  # out of the message
        pointer(0),  # into the header
        pointer(11),
    ):
        assert refused(packets.reply(record(owner, 1, bytes(4)))) == "compression loop or bomb"


def test_two_names_that_point_to_each_other_are_refused() -> None:
    first = 12 + len(question())
    second = first + 2 + 10 + 4
    assert refused(packets.reply(record(pointer(second), 1, bytes(4)), record(pointer(first), 1, bytes(4))))


def test_pointer_with_its_second_octet_missing_is_refused() -> None:
    assert refused(packets.header(packets.REPLY, 1, 1) + question() + b"\xc0") == "pointer cut short"


def test_chain_of_16_pointers_passes_and_of_17_does_not() -> None:
    start = 12 + len(question()) + 11
    for hops, passes in ((15, True), (16, False)):
        rdata, at = bytearray(b"\0"), start
        for _ in range(hops):
            rdata, at = rdata + pointer(at), start + len(rdata)
        data = packets.reply(record(b"\0", 16, bytes(rdata)), record(pointer(at), 1, bytes(4)))
        if passes:
            assert len(gate.check_reply(data)[1]) == 2
        else:
            assert refused(data) == "compression loop or bomb"


def test_name_that_unfolds_to_more_than_255_octets_is_refused() -> None:
    whole = record(TREE, 1, bytes(4))
    at = 12 + len(question())
    gate.check_reply(packets.reply(whole, record(b"\x01y" + pointer(at + 2), 1, bytes(4))))
    assert (
        refused(packets.reply(whole, record(b"\x01y" + pointer(at), 1, bytes(4)))) == "name over 255 octets"
    )


@pytest.mark.parametrize(
    ("rtype", "before", "after"),
    [(5, b"", b""), (MX, b"\0\1", b""), (SRV, bytes(6), b""), (SOA, b"\0", bytes(20))],
)
def test_names_in_rdata_fill_it_exactly(rtype: int, before: bytes, after: bytes) -> None:
    good = before + EXAMPLE + after
    gate.check_reply(packets.reply(record(EXAMPLE, rtype, good)))
    for rdata in (good + b"\0", good[:-1], before, b""):
        data = packets.reply(record(EXAMPLE, rtype, rdata), record(b"\0", 1, bytes(20)))
        assert refused(data)


def test_second_opt_and_opt_in_the_wrong_place_are_refused() -> None:
    gate.check_reply(packets.reply(additional=(opt(),)))
    assert refused(packets.reply(additional=(opt(), opt()))) == "bad OPT"
    assert refused(packets.reply(additional=(opt(owner=EXAMPLE),))) == "bad OPT"
    assert refused(packets.reply(opt())) == "bad OPT"


def test_more_than_512_records_are_refused() -> None:
    tiny = record(b"\0", 1, bytes(4))
    assert len(gate.check_reply(packets.reply(*[tiny] * 512))[1]) == 512
    assert refused(packets.reply(*[tiny] * 513)) == "more than 512 records"


def test_large_honest_answer_passes() -> None:
    hosts = [b"\x06host" + b"%02d" % n + pointer(16) for n in range(99)]
    mail = [record(pointer(12), MX, b"\0\1" + host) for host in hosts]
    assert len(gate.check_reply(packets.reply(*mail))[1]) == 99
    addresses = [record(EXAMPLE, 1, bytes(4))] * 200  # an upstream that compresses nothing
    assert len(gate.check_reply(packets.reply(*addresses))[1]) == 200


@given(st.binary(max_size=700))
def test_any_bytes_are_an_answer_or_refused(data: bytes) -> None:
    _check_reply(data)


@given(st.binary(max_size=300), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_any_bytes_behind_a_good_header_are_an_answer_or_refused(body: bytes, counts: list[int]) -> None:
    _check_reply(packets.header(packets.REPLY, 1, *counts) + packets.question() + body)


def _check_reply(data: bytes) -> None:
    try:
        name_end, records = gate.check_reply(data)
    except WireError:
        return
    at = name_end + 4
    for each in records:
        assert at == each.owner_at < each.rdata_at <= each.rdata_end <= len(data)
        at = each.rdata_end


# Bombs ------------------------------------------------------------------------------------------------------


def fastest(work: Callable[[bytes], object], data: bytes) -> float:
    """Seconds that `work` needs where nothing else disturbs it."""
    best = 1.0
    for _ in range(20):
        begin = time.perf_counter()
        with contextlib.suppress(WireError):
            work(data)
        best = min(best, time.perf_counter() - begin)
        if best < STALL / 2:
            break
    return best


def passes(data: bytes) -> bool:
    try:
        gate.check_reply(data)
    except WireError:
        return False
    return True


@pytest.mark.parametrize("size", [1200, 4000, 64_000])
@pytest.mark.parametrize("shape", packets.shapes(), ids=lambda shape: shape.name.replace(" ", "-"))
def test_no_bomb_stalls_the_loop(shape: packets.Shape, size: int) -> None:
    most = shape.most(size)
    # As many records as fit, as many as are allowed, and as many as just pass the gate: that is where dnslib
    # has the most to do.
    just_passing = bisect_left(range(most + 1), True, key=lambda n: not passes(shape.packet(n))) - 1
    for count in {most, min(most, gate.MAX_RECORDS - 1), max(just_passing, 0)}:
        data = shape.packet(count)[:MAX_MESSAGE]
        for work in (gate.check_reply, wire.decode_reply, gate.check_query, wire.decode_query):
            assert fastest(work, data) < STALL, f"{work.__name__}, {count} records, {len(data)} octets"


@pytest.mark.parametrize("size", [1200, 4000, 64_000])
def test_no_rubbish_stalls_the_loop(size: int) -> None:
    chance = random.Random(size)
    for filling in (chance.randbytes(size), b"\x01x" * (size // 2), b"\xc0\x0c" * (size // 2), bytes(size)):
        for flags in (packets.QUERY, packets.REPLY):
            data = packets.header(flags, 1, 100, 100, 100) + filling
            for work in (gate.check_reply, wire.decode_reply, gate.check_query, wire.decode_query):
                assert fastest(work, data) < STALL
