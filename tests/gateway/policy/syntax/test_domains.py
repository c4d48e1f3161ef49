from ipaddress import ip_address

import pytest

from gateway.names import from_text
from gateway.policy.rule import Match, Rule
from gateway.policy.syntax.domains import address_of, is_null, name_of, read, without_comment
from gateway.policy.syntax.lines import LineFault


def test_a_plain_name_is_that_name_alone() -> None:
    assert list(read("Ads.Example.", 3)) == [Rule("Ads.Example.", 3, Match.EXACT, from_text("ads.example"))]


def test_a_star_in_front_is_all_below_the_name() -> None:
    assert list(read("*.ads.example", 1)) == [Rule("*.ads.example", 1, Match.BELOW, from_text("ads.example"))]


def test_comments_are_no_names() -> None:
    assert list(read("# a.example", 1)) == []
    assert list(read("! a.example", 1)) == []
    assert [rule.text for rule in read("a.example # why", 1)] == ["a.example"]
    assert [rule.name for rule in read("a.example#why", 1)] == [from_text("a.example")]
    assert without_comment("a#b #c #d") == "a#b"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ads", "a single word"),
        ("a..example", "empty label"),
        ("1.2.3.4", "an address"),
        ("2001:db8::1", "an address"),
        ("x.example/ads", "a URL or a path"),
        ("https://x.example", "a URL or a port"),
        ("x.example:80", "a URL or a port"),
        ("a*b.example", r"a `\*` elsewhere"),
        ("a b.example", "white space"),
        ("<html>", "'<' in the name"),
        ("a\\046b.example", "backslash"),
        ("a" * 64 + ".example", "label longer than 63"),
        ("a." * 130 + "example", "longer than 255"),
        ("a." * 1000, "longer than 255"),
        ("xn--.ex\u2044ample.é", "not a valid international name|'/'"),
        ("*.", "no name"),
        (".", "every name"),
        ("*..", "every name"),
    ],
)
def test_what_is_no_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        list(read(text, 1))


def test_an_international_name_becomes_punycode() -> None:
    assert name_of("München.example") == from_text("xn--mnchen-3ya.example")
    assert name_of("例え。テスト") == from_text("xn--r8jz45g.xn--zckzah")


def test_names_that_real_lists_hold_are_accepted() -> None:
    for text in (
        "_dmarc.a.example",
        "-ads.a.example",
        "a_b.example",
        "a--b.example",
        "1.2.3.4.example",
        "x.xn--p1ai",
    ):
        assert name_of(text, full=True) == from_text(text)


@pytest.mark.parametrize(
    "text", ["0.0.0.0", "0", "127.0.0.1", "127.9.9.9", "::", "::1", "::ffff:127.0.0.1", "::ffff:0:0"]
)
def test_an_address_of_nowhere_blocks(text: str) -> None:
    address = address_of(text)
    assert address is not None
    assert is_null(address)


def test_other_addresses_do_not_block() -> None:
    for text in ("192.0.2.1", "2001:db8::1", "255.255.255.255", "::ffff:192.0.2.1"):
        assert not is_null(ip_address(text))
    assert address_of("fe80::1%lo0") == ip_address("fe80::1")
    assert address_of("ads.example") is None
