import pytest

from gateway.dns import wire
from gateway.dns.links import protocol
from gateway.dns.wire import Query, Question
from gateway.iana import (
    AXFR,
    BADVERS,
    EDE_NOT_READY,
    HINFO,
    IXFR,
    NOERROR,
    NOTIMP,
    REFUSED,
    A,
    by_name,
    name_of,
)
from tests.fakes.values import question

CHAOS, HESIOD, ANY_CLASS = 3, 4, 255


def rcode(rtype: int = A, *, klass: int = 1, edns_version: int = 0) -> int | None:
    asked = Question(b"\1a\0", b"\1a\0", rtype, klass)
    answer = protocol.answer(Query(1, 0, asked, edns_version=edns_version))
    return None if answer is None else answer.rcode


@pytest.mark.parametrize(
    "rtype", ["A", "AAAA", "HTTPS", "SVCB", "TXT", "PTR", "DNSKEY", "ANY", "CAA", "TYPE65280"]
)
@pytest.mark.parametrize("edns_version", [-1, 0])
def test_ordinary_queries_pass(rtype: str, edns_version: int) -> None:
    assert rcode(by_name(rtype), edns_version=edns_version) is None


@pytest.mark.parametrize("version", [1, 2, 255])
def test_unknown_edns_version_is_badvers_before_anything_else(version: int) -> None:
    assert rcode(edns_version=version) == BADVERS
    assert rcode(AXFR, klass=CHAOS, edns_version=version) == BADVERS


@pytest.mark.parametrize("klass", [0, CHAOS, HESIOD, 254, ANY_CLASS, 65_535])
def test_other_classes_than_in_are_refused(klass: int) -> None:
    assert rcode(klass=klass) == REFUSED


@pytest.mark.parametrize("rtype", [AXFR, IXFR])
def test_zone_transfers_are_refused(rtype: int) -> None:
    assert rcode(rtype) == REFUSED


@pytest.mark.parametrize("rtype", [0, 128, 249, 250, 253, 254], ids=name_of)
def test_meta_types_are_not_implemented(rtype: int) -> None:
    assert rcode(rtype) == NOTIMP


def test_any_gets_one_made_up_record() -> None:
    answer = protocol.minimal_any(question("www.example.org", "ANY"))
    assert answer is not None
    ((record,), code) = (answer.records, answer.rcode)
    assert (code, record.type, record.rdata) == (NOERROR, HINFO, b"\x07RFC8482\x00")
    query = Query(1, 0, question("www.example.org", "ANY"))
    assert len(wire.encode_reply(query, answer, 512)) < 80  # no amplifier


@pytest.mark.parametrize("rtype", ["A", "HINFO", "TXT"])
def test_only_any_is_answered_minimally(rtype: str) -> None:
    assert protocol.minimal_any(question("www.example.org", rtype)) is None


def test_query_without_recursion_is_told_why_it_gets_nothing() -> None:
    answer = protocol.not_at_hand()
    assert (answer.rcode, [code for code, _ in answer.extended]) == (REFUSED, [EDE_NOT_READY])
