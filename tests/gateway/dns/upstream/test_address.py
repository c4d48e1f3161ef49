"""Upstream URLs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns.upstream.address import UpstreamAddress, parse
from gateway.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "scheme", "host", "port", "name", "path"),
    [
        ("udp://9.9.9.9", "udp", "9.9.9.9", 53, "", ""),
        ("udp://[2620:fe::fe]:53", "udp", "2620:fe::fe", 53, "", ""),
        ("udp://[fe80::1%eth0]", "udp", "fe80::1%eth0", 53, "", ""),
        ("udp://127.0.0.1:5353", "udp", "127.0.0.1", 5353, "", ""),
        ("tcp://9.9.9.9", "tcp", "9.9.9.9", 53, "", ""),
        ("tls://1.1.1.1:853#one.one.one.one", "tls", "1.1.1.1", 853, "one.one.one.one", ""),
        ("tls://1.1.1.1", "tls", "1.1.1.1", 853, "1.1.1.1", ""),
        ("tls://DNS.Quad9.net", "tls", "dns.quad9.net", 853, "dns.quad9.net", ""),
        (
            "https://dns.quad9.net/dns-query",
            "https",
            "dns.quad9.net",
            443,
            "dns.quad9.net",
            "/dns-query",
        ),
        ("https://9.9.9.9/dns-query", "https", "9.9.9.9", 443, "9.9.9.9", "/dns-query"),
        ("https://9.9.9.9", "https", "9.9.9.9", 443, "9.9.9.9", "/dns-query"),
        (
            "https://[2620:fe::fe]:8443/a?b=c#dns.quad9.net",
            "https",
            "2620:fe::fe",
            8443,
            "dns.quad9.net",
            "/a?b=c",
        ),
        ("recursive", "recursive", "", 0, "", ""),
    ],
)
def test_url_is_read(text: str, scheme: str, host: str, port: int, name: str, path: str) -> None:
    found = parse(text)
    assert (found.scheme, found.host, found.port, found.server_name, found.path) == (
        scheme,
        host,
        port,
        name,
        path,
    )
    assert found.text == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9.9.9.9",
        "ftp://9.9.9.9",
        "udp://",
        "udp://9.9.9.999",
        "udp://9.9.9",
        "udp://2620:fe::fe",
        "udp://[2620:fe::zz]",
        "udp://9.9.9.9:0",
        "udp://9.9.9.9:65536",
        "udp://9.9.9.9:",
        "udp://9.9.9.9/dns-query",
        "udp://9.9.9.9#name",
        "tls://9.9.9.9#",
        "https://dns.quad9.net/\r\nX: y",
        "https://dns.quad9.net/a b",
        "tls://exa mple.org",
        "tls://a..b",
        "Recursive",
        " udp://9.9.9.9",
        "udp://9.9.9.9\n",
    ],
)
def test_bad_url_is_one_clear_error_with_a_hint(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert repr(text) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "udp://9.9.9.9" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://one:geheim@dns.example/q", "https://***@dns.example/q"),
        ("tls://geheim@9.9.9.9", "tls://***@9.9.9.9"),
        ("udp://one:geheim@[::1]:53", "udp://***@[::1]:53"),
        ("https://dns.example:x/q?key=geheim", "https://dns.example:x/q?***"),
        ("https://dns.example/q q?key=geheim", "https://dns.example/q q?***"),
        ("https://dns.example/q?key=ge\theim", "https://dns.example/q?***"),
        ("udp://[x]/?key=geheim", "udp://[x]/?***"),
    ],
)
def test_an_error_does_not_tell_a_secret(text: str, shown: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text)
    assert "heim" not in f"{caught.value} {caught.value.hint}"
    assert repr(shown) in str(caught.value)


@given(
    st.one_of(
        st.text(),
        st.text(alphabet="udptlshc:/[]#.0123456789abx%?@ \n").map(lambda tail: "tls://" + tail),
    )
)
def test_any_text_gives_an_address_or_the_one_error(text: str) -> None:
    try:
        found = parse(text)
    except SettingsError:
        return
    assert isinstance(found, UpstreamAddress)
    assert found.scheme == "recursive" or (found.host and 0 < found.port < 65536)


def test_loopback_is_known() -> None:
    assert parse("udp://127.0.0.1").is_loopback
    assert parse("udp://[::1]").is_loopback
    assert not parse("udp://9.9.9.9").is_loopback
    assert not parse("tls://localhost.example").is_loopback
