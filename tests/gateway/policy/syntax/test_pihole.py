import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Conditions, Match, Rule
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.pihole import is_regex, read


def _rule(text: str) -> Rule:
    (rule,) = read(text, 1)
    return rule


def test_query_types_are_conditions() -> None:
    assert _rule("^ads[0-9];querytype=A,AAAA").conditions == Conditions(types=(1, 28))
    assert _rule("^ads[0-9];querytype=!A,HTTPS").conditions == Conditions(not_types=(1, 65))


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("NXDOMAIN", Rewrite(rcode=3)),
        ("nodata", Rewrite()),
        ("REFUSED", Rewrite(rcode=5)),
        ("192.0.2.1,::1", Rewrite(records=((1, bytes((192, 0, 2, 1))), (28, bytes(15) + b"\x01")))),
    ],
)
def test_a_reply_is_a_rewrite(reply: str, answer: Rewrite) -> None:
    assert _rule(f"^ads[0-9];reply={reply}").rewrite == answer


def test_a_name_inverted_is_all_but_the_name_and_what_is_below_it() -> None:
    rule = _rule(r"(^|\.)good\.example$;invert;querytype=A")
    assert (rule.match, rule.regex) == (Match.REGEX, ".*")
    assert rule.conditions == Conditions(types=(1,), deny_allow=(from_text("good.example"),))


def test_a_simple_expression_is_a_name() -> None:
    rule = _rule(r"(\.|^)ads\.example$")
    assert (rule.match, rule.name, rule.conditions) == (Match.SUFFIX, from_text("ads.example"), None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("^ads;reply=IP", "no such reply"),
        ("^ads;reply=", "no such reply"),
        ("^ads;querytype=FOO", "unknown record type"),
        ("^ads;querytype=", "unknown record type"),
        ("^ads;invert=1", "unknown extension"),
        ("^ads[0-9];invert", "for a name with all below it only"),
        (r"^ads\.example$;invert", "for a name with all below it only"),
        (r"(^|\.)a\.example$;invert;invert", "for a name with all below it only"),
        (".*$", "every name"),
    ],
)
def test_what_cannot_be_kept_to_is_refused(text: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        _rule(text)


def test_only_what_is_nothing_else_is_taken_for_an_expression() -> None:
    for text in (r"ads\.example", "^ads", "ads$", r"(^|\.)a\.b$", "ads;querytype=A", "ads;invert"):
        assert is_regex(text)
    for text in (
        "ads.example", "||ads.example^", "@@||a^$client='a\\,b'", "/ads$/", "^ads^", "<a>$", "a b$", "*.a.example",
        "ads.example$client=a\\,b", "|a.example|",
    ):  # fmt: skip
        assert not is_regex(text)
