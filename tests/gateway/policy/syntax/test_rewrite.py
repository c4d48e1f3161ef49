import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.rewrite import read

_A = Rewrite(records=((1, bytes((192, 0, 2, 1))),))


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("192.0.2.1", _A),
        ("NOERROR;A;192.0.2.1", _A),
        ("noerror;a;192.0.2.1", _A),
        ("::1", Rewrite(records=((28, bytes(15) + b"\x01"),))),
        ("NXDOMAIN", Rewrite(rcode=3)),
        ("NXDOMAIN;;", Rewrite(rcode=3)),
        ("REFUSED", Rewrite(rcode=5)),
        ("SERVFAIL;;", Rewrite(rcode=2)),
        ("NOERROR;;", Rewrite()),
        ("b.example", Rewrite(cname=from_text("b.example"))),
        ("NOERROR;CNAME;b.example.", Rewrite(cname=from_text("b.example"))),
        ("NOERROR;TXT;a; b", Rewrite(records=((16, b"\x04a; b"),))),
        ("NOERROR;PTR;b.example.", Rewrite(records=((12, from_text("b.example")),))),
        ("NOERROR;MX;10 b.example", Rewrite(records=((15, b"\x00\x0a" + from_text("b.example")),))),
        ("NOERROR;SRV;0 0 0 .", Rewrite(records=((33, bytes(7)),))),
        ("NOERROR;HTTPS;1 . alpn=h3", Rewrite(records=((65, b"\x00\x01\x00\x00\x01\x00\x03\x02h3"),))),
    ],
)
def test_a_value_is_an_answer(value: str, answer: Rewrite) -> None:
    assert read(value) == answer


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("NOERROR;A", "one value or three"),
        ("BADCODE;;", "unknown response code"),
        ("NOERROR;;x", "no record type"),
        ("NXDOMAIN;A;192.0.2.1", "no records go with NXDOMAIN"),
        ("NOERROR;A;::1", "is no address for an A record"),
        ("NOERROR;AAAA;192.0.2.1", "is no address for an AAAA record"),
        ("NOERROR;MX;b.example", "not the fields"),
        ("NOERROR;CAA;0 issue x", "cannot be given in a rule"),
        ("NOERROR;WAT;x", "unknown record type"),
        ("fe80::1%eth0", "an address, not a name"),
        ("a b", "white space"),
    ],
)
def test_what_is_no_answer_is_refused_with_the_reason(value: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        read(value)
