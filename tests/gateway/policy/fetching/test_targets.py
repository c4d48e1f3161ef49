from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.fetching import targets
from gateway.policy.fetching.targets import SourceFault

PRIVATE = {
    "0.0.0.0": "unspecified",
    "10.1.2.3": "private",
    "100.100.100.200": "carrier-grade NAT",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "cloud metadata",
    "169.254.169.254": "link-local",
    "172.31.255.255": "private",
    "192.0.0.192": "protocol assignments",
    "192.168.1.1": "private",
    "198.19.0.1": "benchmarking",
    "224.0.0.251": "multicast",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "IPv4-compatible of loopback",
    "::ffff:169.254.169.254": "IPv4-mapped of link-local",
    "64:ff9b::a00:1": "NAT64 of private",
    "64:ff9b:1::1": "local NAT64",
    "2001:0:102:304::1": "Teredo",
    "2002:7f00:1::": "6to4 of loopback",
    "fd00:ec2::254": "unique local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "site-local",
    "ff02::1": "multicast",
}
PUBLIC = [
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "203.0.113.9",
    "2606:4700::1111",
    "2001:db8::9",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize(("address", "why"), PRIVATE.items())
def test_address_that_is_not_the_public_internets_is_forbidden(address: str, why: str) -> None:
    assert targets.forbidden(ip_address(address)) == why


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_allowed(address: str) -> None:
    assert targets.forbidden(ip_address(address)) == ""


def test_one_private_address_among_public_ones_is_enough() -> None:
    with pytest.raises(SourceFault, match=r"two-faced\.example points to 10\.0\.0\.1 \(private\)"):
        targets.check("two-faced.example", ("203.0.113.9", "10.0.0.1"))


def test_null_address_hints_that_the_name_may_be_blocked_here() -> None:
    with pytest.raises(SourceFault) as caught:
        targets.check("lists.example", ("0.0.0.0",))
    assert "hushgate why lists.example" in caught.value.hint


def test_url_is_taken_apart() -> None:
    target = targets.parse("HTTPS://me:p%40ss@Lists.Example.:8443/a/ü.txt?key=1#part")
    assert (target.secure, target.host, target.port) == (True, "lists.example", 8443)
    assert target.path == "/a/%C3%BC.txt?key=1"
    assert target.user == "me:p@ss"
    assert target.authority == "lists.example:8443"


def test_default_ports_international_names_and_ipv6_hosts() -> None:
    assert targets.parse("http://münchen.example").authority == "xn--mnchen-3ya.example"
    assert targets.parse("https://[2001:db8::1]/x").authority == "[2001:db8::1]"
    assert targets.parse("http://a.example").port == 80


def test_no_credentials_are_shown() -> None:
    target = targets.parse("https://me:secret@lists.example/a.txt?token=hidden")
    for text in (str(target), repr(target), f"{target}"):
        assert "secret" not in text
        assert "hidden" not in text
    assert str(target) == "https://lists.example/a.txt?…"


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://lists.example/a",
        "gopher://127.0.0.1:25/x",
        "javascript:alert(1)",
        "//lists.example/a",
        "http://",
        "http:///a",
        "http://a.example:99999/",
        "http://a.example/\r\nX: y",
        "http://a example/",
        "http://a.example\\@b.example/",
        "http://[::1/",
        "http://fe80::1%25eth0/",
        "http://[fe80::1%25eth0]/",
        "https://" + "a" * 3000,
    ],
)
def test_what_is_no_http_url_is_refused(url: str) -> None:
    with pytest.raises(SourceFault):
        targets.parse(url)


def test_refusal_of_a_broken_url_quotes_no_password() -> None:
    with pytest.raises(SourceFault) as caught:
        targets.parse("http://me:secr/et@lists.example/")
    assert "secr" not in str(caught.value)


@given(st.text() | st.from_regex(r"https?://\S*"))
def test_any_text_is_a_target_or_its_one_error(text: str) -> None:
    try:
        target = targets.parse(text)
    except SourceFault:
        return
    assert target.path.isascii()
    assert target.host.isascii()
    assert not set(target.authority + target.path) & set(" \r\n\t")
