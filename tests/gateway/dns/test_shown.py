"""Records as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import shown
from gateway.dns.wire import Answer, Record
from gateway.iana import HTTPS, IN, NOERROR, TXT
from gateway.names import from_text
from tests.fakes.values import record, soa

NAME = from_text("www.example.org")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("www.example.org 300 A 192.0.2.1", "A 192.0.2.1 ttl 300"),
        ("www.example.org 300 AAAA 2001:db8::1", "AAAA 2001:db8::1 ttl 300"),
        ("www.example.org 60 CNAME a.example.net", "CNAME a.example.net ttl 60"),
        ("www.example.org 60 MX 10 mail.example.net", "MX 10 mail.example.net ttl 60"),
        ('www.example.org 60 TXT "v=1 <b>"', 'TXT "v=1 <b>" ttl 60'),
    ],
)
def test_a_record_is_shown_as_in_a_zone_file(line: str, text: str) -> None:
    assert shown.records(Answer(NOERROR, (record(line),))) == [text]


def test_the_owner_is_named_where_it_is_another_one() -> None:
    chain = (record("www.example.org 60 CNAME a.example.net"), record("a.example.net 60 A 192.0.2.1"))
    assert shown.records(Answer(NOERROR, chain)) == [
        "CNAME a.example.net ttl 60",
        "a.example.net A 192.0.2.1 ttl 60",
    ]
    assert shown.records(Answer(NOERROR)) == []
    assert shown.records(Answer(NOERROR, (soa("example.org"),))) == ["SOA ns.example ttl 3600"]


def test_an_answer_of_thousands_is_cut() -> None:
    found = shown.records(Answer(NOERROR, (record("www.example.org 300 A 192.0.2.1"),) * 1000))
    assert len(found) == shown.MAX_RECORDS + 1
    assert found[-1] == f"and {1000 - shown.MAX_RECORDS} more"


@given(st.sampled_from((1, 2, 5, 6, 15, TXT, 28, 33, 64, HTTPS, 999)), st.binary(max_size=600))
def test_whatever_an_upstream_sent_comes_out_short_and_printable(rtype: int, rdata: bytes) -> None:
    (line,) = shown.records(Answer(NOERROR, (Record(NAME, rtype, IN, 300, rdata),)))
    assert line.isprintable()
    assert line.isascii()
    assert len(line) <= shown.MAX_TEXT + 20
