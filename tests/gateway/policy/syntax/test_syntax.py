"""The package as its callers see it: lists in, values out."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import SYNTAXES, disabled_by, parse, parse_rule

# One small list, published as the big ones are: the name and all below it wherever the syntax can say so.
_NAMES = (
    "ads.example",
    "metrics.shop.example",
    "t-1.co.example",
    "_dc.beacon.example",
    "xn--mnchen-3ya.example",
)
_PUBLISHED = {
    "hosts": ("# hosts\n127.0.0.1 localhost\n::1 localhost\n", "0.0.0.0 {}\n"),
    "domains": ("# names\n", "{}\n"),
    "adblock": ("[Adblock Plus]\n! names\n", "||{}^\n"),
    "dnsmasq": ("# dnsmasq\n", "local=/{}/\n"),
    "unbound": ("# unbound\nserver:\n", 'local-zone: "{}." always_nxdomain\n'),
    "rpz": (
        "$TTL 60\n@ SOA localhost. root.localhost. 1 2 3 4 5\n  NS localhost.\n; names\n",
        "{0} CNAME .\n*.{0} CNAME .\n",
    ),
}
_WORDS = (
    "0.0.0.0", "::", "127.0.0.1", "192.0.2.1", "||", "|", "^", "*", "*.", "@@", "/", "$", "##", "#",
    "!", ",", "|", "~", "=", "ads.example", "example", "münchen.example", "important", "badfilter",
    "client", "dnstype", "A", "AAAA", "dnsrewrite", "denyallow", "ctag", "NOERROR;A;192.0.2.1", ";",
    "HTTPS;1 . alpn=h3 ech=", "NOERROR;", "TXT;", "'", '"', "\\", "(", ")", "[a-z]{1000}",
    "(^|\\.)", "address=/", "server=/", "local=/", "local-zone: ", "local-data: ", "always_null",
    "redirect", "CNAME", " CNAME .", "SOA", "$TTL 60", "$ORIGIN ", "@", " ", "\t", "\n", "\r\n",
    "\x00", "\x1b", "\ufeff", "\ud800", ".", ";querytype=", ";reply=", ";invert", "rpz-ip",
    "rpz-drop.", "\\999", "3600", "IN", "xn--", "K", "．", "⁄", "a" * 70,
)  # fmt: skip
_texts = st.one_of(
    st.text(max_size=200),
    st.text(st.characters(exclude_categories=()), max_size=60),
    st.lists(st.sampled_from(_WORDS), max_size=12).map("".join),
)


def _said(text: str, syntax: str = "auto") -> list[Rule | Refused]:
    return list(parse(text.split("\n"), syntax))


@pytest.mark.parametrize("syntax", _PUBLISHED)
@pytest.mark.parametrize("told", [True, False], ids=["told", "detected"])
def test_the_same_list_blocks_the_same_names_in_six_syntaxes(syntax: str, told: bool) -> None:
    head, form = _PUBLISHED[syntax]
    text = head + "".join(form.format(name) for name in _NAMES)
    said = list(parse(text.splitlines(keepends=True), syntax if told else "auto"))
    rules = [rule for rule in said if isinstance(rule, Rule)]
    assert rules == said
    assert {rule.name for rule in rules} == {from_text(name) for name in _NAMES}
    assert not any(rule.allow or rule.rewrite or rule.conditions for rule in rules)
    below = {rule.name for rule in rules if rule.match is not Match.EXACT}
    assert below == (set() if syntax in ("hosts", "domains") else {from_text(name) for name in _NAMES})


def test_ten_bad_lines_among_many_are_reported_with_their_numbers_and_the_rest_counts() -> None:
    bad = (
        "||x.example^$third-party",
        "<html>",
        "bad..example",
        "||x.example/path",
        "example.org##.ad",
        "/a(?=b)/",
        "0.0.0.0 " + "a" * 64 + ".example",
        "1.2.3.4",
        "foo\x00.example",
        "x" * 5000,
    )
    lines = [f"||host{number}.example^" for number in range(3000)]
    numbers = [1, 2, 77, 500, 501, 1200, 1999, 2500, 2999, 3000]
    for number, text in zip(numbers, bad, strict=True):
        lines[number - 1] = text
    said = list(parse(lines))
    assert [found.line for found in said if isinstance(found, Refused)] == numbers
    assert sum(isinstance(found, Rule) for found in said) == 2990


def test_lines_are_numbered_as_an_editor_shows_them() -> None:
    said = list(
        parse(
            ["\ufeff# c\r\n", "\r\n", "a.example\r\n", "  ||b.example^  \r\n", "0.0.0.0 c.example d.example"]
        )
    )
    assert [(found.line, found.text) for found in said] == [
        (3, "a.example"),
        (4, "||b.example^"),
        (5, "0.0.0.0 c.example d.example"),
        (5, "0.0.0.0 c.example d.example"),
    ]


def test_a_byte_order_mark_hides_no_rule() -> None:
    for text in ("a.example", "||a.example^", "0.0.0.0 a.example", "a.example CNAME ."):
        assert [found.line for found in _said("\ufeff" + text) if isinstance(found, Rule)] == [1]


def test_an_unknown_syntax_is_the_callers_mistake() -> None:
    with pytest.raises(UsageError, match="unknown syntax 'yaml'"):
        parse([], "yaml")


def test_a_users_rule_is_one_rule() -> None:
    assert parse_rule("  ||ads.example^\n", 7) == Rule(
        "||ads.example^", 7, Match.SUFFIX, from_text("ads.example")
    )
    assert parse_rule("ads.example").match is Match.EXACT
    assert parse_rule("192.0.2.1 ads.example").rewrite is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        ("# note", "comment"),
        ("! note", "comment"),
        ("0.0.0.0 a.example b.example", "several names"),
        ("||a.example^\n||b.example^", "control character"),
        ("||a.example^$nonsense", r"unknown modifier \$nonsense"),
        ("x" * 5000, "longer than 4096"),
    ],
)
def test_a_users_text_that_is_no_rule_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason) as raised:
        parse_rule(text)
    assert raised.value.hint


def test_badfilter_names_the_rule_it_disables() -> None:
    assert disabled_by("||a.example^$badfilter") == "||a.example^"
    assert disabled_by("@@||a.example^$important,badfilter") == "@@||a.example^$important"
    assert disabled_by("||a.example^$badfilter,client='a, b'") == "||a.example^$client='a, b'"
    assert disabled_by("/ads$/$badfilter") == "/ads$/"


@settings(max_examples=600, deadline=None)
@given(text=_texts, syntax=st.sampled_from(SYNTAXES))
def test_any_text_gives_rules_and_refusals_and_nothing_else(text: str, syntax: str) -> None:
    lines = text.split("\n")
    for found in parse(lines, syntax):
        assert isinstance(found, Rule | Refused)
        assert 1 <= found.line <= len(lines)
        if isinstance(found, Refused):
            assert len(found.text) <= 200
            assert found.reason
            assert found.text.isprintable() or not found.text.isascii() or "\t" in found.text
        else:
            assert bool(found.name) != bool(found.regex)
            assert len(found.name) <= 255


@settings(max_examples=300, deadline=None)
@given(text=_texts)
def test_any_text_of_a_user_is_a_rule_or_a_usage_error(text: str) -> None:
    try:
        rule = parse_rule(text)
    except UsageError:
        return
    assert isinstance(rule, Rule)
    if rule.badfilter:
        assert "badfilter" not in disabled_by(rule.text).rpartition("$")[2].split(",")


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a.",
        "*",
        "^",
        "||",
        "$",
        ",",
        "|",
        "'",
        "\\",
        "(",
        "((a*)*",
        "[",
        "{1000}",
        " ",
        "1 ",
        "a ",
        "#",
        "##",
        ";",
        "é",
        "0.0.0.0 ",
        '"',
        "@",
        "/",
        "CNAME ",
    ],
)
def test_a_hostile_line_takes_a_bounded_time(piece: str, syntax: str) -> None:
    begun = time.process_time()
    for head in ("", "||", "/", "0.0.0.0 ", "||x^$client=", "@ SOA ", 'local-data: "', "address=/"):
        for tail in ("", "^", "/", "\\", "!"):
            list(parse([(head + piece * 4096)[:4000] + tail], syntax))
    # 40 lines; an exponential or cubic path in one of them would take minutes.
    assert time.process_time() - begun < 10
