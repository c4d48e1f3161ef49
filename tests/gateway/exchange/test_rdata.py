"""What a zone file's fields say comes back as such fields, and means the same."""

import pytest

from gateway.exchange.rdata import NotSayable, absolute, fields_of, plain, strings_of
from gateway.names import ROOT, from_text
from gateway.policy.syntax.records import record, text_record


def name(text: str) -> bytes:
    return ROOT if text == "." else from_text(text)


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("NS", "ns.example"),
        ("PTR", "host.example"),
        ("MX", "10 mail.example"),
        ("SRV", "1 2 443 host.example"),
        ("SRV", "0 0 0 ."),
        ("HTTPS", "1 . alpn=h2,h3 port=8443 ipv4hint=192.0.2.1,192.0.2.2 ech=AAAA ipv6hint=2001:db8::1"),
        ("SVCB", "2 svc.example mandatory=alpn,port alpn=h2 no-default-alpn port=1 key65000=x"),
        ("HTTPS", "0 other.example"),
    ],
)
def test_fields_come_back(kind: str, fields: str) -> None:
    number, rdata = record(kind, fields.split(), name)
    assert fields_of(number, rdata, plain) == tuple(fields.split())
    assert record(kind, fields_of(number, rdata, absolute), name) == (number, rdata)


def test_strings_come_back() -> None:
    assert strings_of(text_record([b"a", b"", b"b" * 300])[1]) == [b"a", b"", b"b" * 255, b"b" * 45]
    assert absolute(ROOT) == plain(ROOT) == "."


def test_what_is_no_text_cannot_be_said() -> None:
    with pytest.raises(NotSayable):
        fields_of(65, b"\0\1\0" + b"\0\7\0\1\xff", plain)
    with pytest.raises(NotSayable, match="LOC"):
        fields_of(29, b"", plain)
