import dnslib
import pytest

from gateway.policy.syntax.domains import name_of
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.records import record, text_record, type_number


def _shown(kind: int, rdata: bytes) -> str:
    """The rdata as another implementation reads it."""
    return str(dnslib.RDMAP[dnslib.QTYPE[kind]].parse(dnslib.DNSBuffer(rdata), len(rdata)))


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("A", "192.0.2.1"),
        ("AAAA", "2001:db8::1"),
        ("NS", "ns.example."),
        ("PTR", "host.example."),
        ("MX", "10 mail.example."),
        ("SRV", "1 2 443 host.example."),
        ("HTTPS", '1 . alpn="h2,h3" port="443" ipv4hint="192.0.2.1,192.0.2.2"'),
        ("HTTPS", "0 svc.example."),
    ],
)
def test_rdata_reads_back_as_it_was_written(kind: str, fields: str) -> None:
    number, rdata = record(kind, fields.split(), lambda text: b"\0" if text == "." else name_of(text))
    assert number == type_number(kind)
    read = _shown(number, rdata)
    assert read.replace('"', "").rstrip(".") == fields.replace('"', "").rstrip(".")


def test_service_parameters_are_sorted_by_key() -> None:
    _, rdata = record(
        "SVCB", ["1", "a", "ipv6hint=2001:db8::1", "key9=x", "port=53", "mandatory=port", "no-default-alpn",
                 "alpn=dot", "ech=AAAA"], name_of,
    )  # fmt: skip
    keys = []
    at = 2 + len(name_of("a"))
    while at < len(rdata):
        keys.append(int.from_bytes(rdata[at : at + 2], "big"))
        at += 4 + int.from_bytes(rdata[at + 2 : at + 4], "big")
    assert keys == [0, 1, 2, 3, 5, 6, 9]


@pytest.mark.parametrize(
    ("kind", "fields", "reason"),
    [
        ("SVCB", "1 a port=x", "no number"),
        ("SVCB", "1 a port=1 port=2", "given twice"),
        ("SVCB", "1 a nonsense=1", "unknown service parameter"),
        ("SVCB", "1 a key65535=1", "unknown service parameter"),
        ("SVCB", "1 a alpn=", "alpn"),
        ("SVCB", "1 a no-default-alpn=1", "takes no value"),
        ("SVCB", "1 a ech=!", "no base64"),
        ("SVCB", "1 a ipv4hint=::1", "no address"),
        ("SVCB", "1 a mandatory=port", "mandatory service parameter is missing"),
        ("SVCB", "1 a mandatory=x", "mandatory"),
        ("MX", "70000 a", "no number"),
        ("MX", "-1 a", "no number"),
        ("SRV", "1 2 a", "not the fields"),
        ("A", "", "not the fields"),
        ("SOA", "a b", "cannot be given"),
    ],
)
def test_bad_fields_are_refused_with_the_reason(kind: str, fields: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        record(kind, fields.split(), name_of)


def test_a_long_text_becomes_several_strings() -> None:
    assert text_record([b"x" * 300]) == (16, b"\xff" + b"x" * 255 + b"\x2d" + b"x" * 45)
    assert text_record([b"a", b""]) == (16, b"\x01a\x00")
    with pytest.raises(LineFault, match="4096"):
        text_record([b"x" * 5000])
