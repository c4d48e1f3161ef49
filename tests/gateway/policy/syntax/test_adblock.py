import pytest

from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.adblock import is_comment, rule
from gateway.policy.syntax.lines import LineFault


def _said(text: str) -> list[Rule | Refused]:
    return list(parse(text.split("\n"), "adblock"))


def test_headers_and_comments_say_nothing() -> None:
    assert _said("[Adblock Plus 2.0]\n[AdGuard]\n! Title: x\n!\n# note\n#\n## Heading\n#####\n!#if x") == []


@pytest.mark.parametrize(
    "text",
    [
        "##.ad",
        "###banner",
        "##div.ad",
        "example.org##.ad",
        "example.org#@#.ad",
        "a.example#?#div",
        "a.example#$#body {}",
        "a.example#%#code",
        "a.example$$script",
        "##+js(x)",
        "##^script",
    ],
)
def test_rules_for_the_elements_of_a_page_are_refused(text: str) -> None:
    (found,) = _said(text)
    assert isinstance(found, Refused)
    assert "elements of a page" in found.reason


def test_an_exception_allows() -> None:
    found = rule("@@||ads.example^$important", 4)
    assert (found.allow, found.important, found.match, found.name, found.line) == (
        True,
        True,
        Match.SUFFIX,
        from_text("ads.example"),
        4,
    )


def test_a_plain_name_with_modifiers_is_that_name_alone() -> None:
    found = rule("ads.example$important", 1)
    assert (found.match, found.name, found.important) == (Match.EXACT, from_text("ads.example"), True)


def test_a_hosts_line_in_an_adblock_list_is_a_hosts_line() -> None:
    assert _said("0.0.0.0 ads.example") == [
        Rule("0.0.0.0 ads.example", 1, Match.EXACT, from_text("ads.example"))
    ]


def test_a_comment_behind_a_rule_is_no_part_of_it() -> None:
    for text in ("||ads.example^ # why", "||ads.example^$important # why"):
        assert rule(text, 1).text == text.removesuffix(" # why")
    found = rule("||ads.example^$client='a # b'", 1)
    assert found.conditions is not None
    assert found.conditions.clients[0].name == "a # b"


def test_a_regular_expression_keeps_its_own_dollar() -> None:
    assert rule("/ad[0-9]$/", 1).regex == "ad[0-9]$"
    found = rule("/ad[0-9]$/$important", 1)
    assert (found.regex, found.important) == ("ad[0-9]$", True)
    assert rule("@@/a$|b/$dnstype=A", 1).allow


@pytest.mark.parametrize(
    "text", ["*", "||*^", "|*", "/.*/", "@@*", "*$important", "*$dnsrewrite=192.0.2.1", "*.*", "||.^", "*.."]
)
def test_a_rule_for_every_name_is_refused(text: str) -> None:
    with pytest.raises(LineFault, match="every name"):
        rule(text, 1)


@pytest.mark.parametrize(
    "text", ["*$client=192.0.2.1", "||*^$dnstype=AAAA", "*$denyallow=org|example", "*$ctag=child"]
)
def test_a_rule_for_every_name_may_be_for_somebody(text: str) -> None:
    found = rule(text, 1)
    assert (found.match, found.regex) == (Match.REGEX, ".*")
    assert found.conditions is not None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("||ads.example^$third-party", r"unknown modifier \$third-party"),
        ("||ads.example^$important,popup", r"unknown modifier \$popup"),
        ("||ads.example^$respgeo=RU", r"unknown modifier \$respgeo"),
        ("||ads.example/banner", "URL or a path"),
        ("/banner/ads", "URL or a path"),
        ("/", "URL or a path"),
        ("||ads.example^$", "empty modifier"),
        ("@@", "no name"),
        ("||", "no name"),
        ("ads.example other.example", "white space"),
    ],
)
def test_what_cannot_be_kept_to_is_refused_whole(text: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        rule(text, 1)


def test_what_a_comment_is() -> None:
    assert is_comment("# example.org##.ad")
    assert not is_comment("||a^")
    assert not is_comment("[a-z]+")
