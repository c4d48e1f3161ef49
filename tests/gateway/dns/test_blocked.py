import pytest

from gateway.dns import wire
from gateway.dns.blocked import blocked, negative, reason, rewritten
from gateway.dns.cache import lifetime
from gateway.dns.wire import Query
from gateway.iana import AAAA, CNAME, EDE_BLOCKED, NOERROR, NXDOMAIN, REFUSED, SOA, A
from gateway.model import Action, BlockedAnswer, Layer, Rewrite, RuleRef, Verdict
from gateway.names import from_text
from tests.fakes.values import question

NAME = "tracking.miui.com"
RULE = RuleRef(Layer.CATALOGUE, "xiaomi.toml", 12, "||tracking.miui.com^")


def verdict(answer: BlockedAnswer = BlockedAnswer.AUTO) -> Verdict:
    return Verdict(Action.BLOCKED, RULE, answer=answer)


@pytest.mark.parametrize("way", [BlockedAnswer.AUTO, BlockedAnswer.NULL])
@pytest.mark.parametrize(("rtype", "null"), [("A", bytes(4)), ("AAAA", bytes(16))])
def test_addresses_of_a_blocked_name_are_null(way: BlockedAnswer, rtype: str, null: bytes) -> None:
    answer = blocked(question(NAME, rtype), verdict(way), 10)
    ((record,), authority) = (answer.records, answer.authority)
    assert (answer.rcode, record.rdata, record.ttl, authority) == (NOERROR, null, 10, ())


@pytest.mark.parametrize("rtype", ["HTTPS", "TXT", "MX", "ANY"])
def test_other_types_of_a_blocked_name_have_no_data(rtype: str) -> None:
    answer = blocked(question(NAME, rtype), verdict(), 10)
    assert (answer.rcode, answer.records) == (NOERROR, ())
    assert [record.type for record in answer.authority] == [SOA]


@pytest.mark.parametrize("rtype", ["A", "AAAA", "HTTPS"])
def test_blocked_name_does_not_exist_where_its_group_wants_it_so(rtype: str) -> None:
    answer = blocked(question(NAME, rtype), verdict(BlockedAnswer.NXDOMAIN), 10)
    assert (answer.rcode, answer.records, len(answer.authority)) == (NXDOMAIN, (), 1)


@pytest.mark.parametrize("way", BlockedAnswer)
@pytest.mark.parametrize("rtype", ["A", "HTTPS"])
def test_every_blocked_answer_says_by_which_rule(way: BlockedAnswer, rtype: str) -> None:
    ((code, text),) = blocked(question(NAME, rtype), verdict(way), 10).extended
    assert code == EDE_BLOCKED
    assert text.startswith("Hushgate: ")
    for part in ("catalogue", "xiaomi.toml", "line 12", "||tracking.miui.com^"):
        assert part in text


def test_reason_names_what_it_knows_and_no_more() -> None:
    name = from_text(NAME)
    assert reason(None, name) == NAME
    assert reason(RuleRef(Layer.LISTS, "ads", 3, ""), name) == "lists ads, line 3"
    assert reason(RuleRef(Layer.RULES, "everyone", 0, "||miui.com^"), name) == "rules everyone: ||miui.com^"


@pytest.mark.parametrize("ttl", [0, 10, 10_800])
def test_negative_answer_may_be_kept_as_long_as_it_says(ttl: int) -> None:
    asked = question(NAME)
    answer = negative(asked, NXDOMAIN, ttl)
    (soa,) = answer.authority
    assert (soa.name, soa.type, soa.ttl) == (asked.name, SOA, ttl)
    assert int.from_bytes(soa.rdata[-4:], "big") == ttl
    assert lifetime(asked, answer) == ttl
    assert answer.extended == ()


def test_negative_answer_can_be_written_and_read() -> None:
    asked = question(NAME)
    answer = negative(asked, NXDOMAIN, 10, aa=True, why="no")
    query = Query(1, 0, asked, edns_version=0)
    assert wire.decode_reply(wire.encode_reply(query, answer, 1232)).answer == answer


def test_rewrite_to_addresses_answers_the_type_that_was_asked() -> None:
    rewrite = Rewrite(records=((A, bytes([192, 0, 2, 1])), (A, bytes([192, 0, 2, 2])), (AAAA, bytes(16))))
    answer = rewritten(question(NAME), rewrite, 10)
    assert [record.rdata for record in answer.records] == [bytes([192, 0, 2, 1]), bytes([192, 0, 2, 2])]
    assert {record.name for record in answer.records} == {from_text(NAME)}


def test_rewrite_without_the_type_that_was_asked_has_no_data() -> None:
    answer = rewritten(question(NAME, "HTTPS"), Rewrite(records=((A, bytes(4)),)), 10)
    assert (answer.rcode, answer.records, len(answer.authority)) == (NOERROR, (), 1)


@pytest.mark.parametrize("rcode", [NXDOMAIN, REFUSED])
def test_rewrite_to_an_rcode_is_that_rcode(rcode: int) -> None:
    answer = rewritten(question(NAME), Rewrite(rcode=rcode), 10)
    assert (answer.rcode, answer.records) == (rcode, ())


@pytest.mark.parametrize("rtype", ["A", "TXT", "CNAME"])
def test_rewrite_to_a_name_is_a_cname_whatever_was_asked(rtype: str) -> None:
    target = from_text("sink.example")
    (record,) = rewritten(question(NAME, rtype), Rewrite(cname=target), 10).records
    assert (record.type, record.rdata) == (CNAME, target)
