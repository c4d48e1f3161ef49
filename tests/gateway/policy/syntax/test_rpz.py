import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.rpz import is_record, is_zone_head

_HEAD = "$TTL 60\n@ IN SOA localhost. root.localhost. (\n 1 ; serial\n 2 3\n 4 5 )\n  NS localhost.\n"


def _said(text: str, syntax: str = "rpz") -> list[Rule | Refused]:
    return list(parse(text.splitlines(keepends=True), syntax))


def _rule(text: str) -> Rule:
    (rule,) = _said(_HEAD + text)
    assert isinstance(rule, Rule)
    return rule


def test_the_head_of_a_zone_says_nothing() -> None:
    assert _said(_HEAD) == []


@pytest.mark.parametrize(
    "text",
    [
        "ads.example CNAME .",
        "Ads.Example 300 IN CNAME .",
        "ads.example IN 5m CNAME *. ; nodata",
        "ads.example\tCNAME\trpz-drop.",
        "ads.example. CNAME .",
        "ads.example A 0.0.0.0",
        "ads.example AAAA ::1",
    ],
)
def test_every_way_to_answer_a_block_is_a_plain_block(text: str) -> None:
    rule = _rule(text)
    assert (rule.match, rule.name, rule.line) == (Match.EXACT, from_text("ads.example"), 7)
    assert (rule.rewrite, rule.conditions) == (None, None)
    assert not rule.allow


def test_a_wildcard_covers_what_is_below() -> None:
    for text in ("*.ads.example CNAME .", "*.ads.example 60 CNAME . ; c"):
        assert (_rule(text).match, _rule(text).name) == (Match.BELOW, from_text("ads.example"))


def test_passthru_in_both_spellings_allows() -> None:
    assert _rule("good.example CNAME rpz-passthru.").allow
    assert _rule("good.example CNAME good.example.").allow
    assert _rule("*.good.example CNAME *.good.example.").allow


def test_local_data_is_the_answer() -> None:
    said = _said(
        _HEAD
        + 'a.example A 192.0.2.1\n  TXT "x y"\nb.example CNAME garden.example.\nc.example MX 1 m.example.'
    )
    assert [(found.name, found.rewrite) for found in said if isinstance(found, Rule)] == [
        (from_text("a.example"), Rewrite(records=((1, bytes((192, 0, 2, 1))),))),
        (from_text("a.example"), Rewrite(records=((16, b"\x03x y"),))),
        (from_text("b.example"), Rewrite(cname=from_text("garden.example"))),
        (from_text("c.example"), Rewrite(records=((15, b"\x00\x01" + from_text("m.example")),))),
    ]


def test_names_are_triggers_without_the_origin_of_the_zone() -> None:
    said = _said(
        "$ORIGIN rpz.local.\n@ SOA a. b. 1 2 3 4 5\na.example CNAME .\nb.example.rpz.local. CNAME .\n"
        "$ORIGIN example.rpz.local.\nc CNAME .\nd CNAME e\nother.example. CNAME ."
    )
    rules = [found for found in said if isinstance(found, Rule)]
    assert [rule.name for rule in rules] == [from_text(f"{label}.example") for label in "abcd"]
    assert rules[3].rewrite == Rewrite(cname=from_text("e.example.rpz.local"))
    assert said[-1] == Refused(8, "other.example. CNAME .", "a name outside of the zone")


def test_the_owner_of_the_soa_is_the_origin_where_none_was_given() -> None:
    said = _said(
        "rpz.local. 60 IN SOA a. b. 1 2 3 4 5\nrpz.local. NS a.\na.example.rpz.local. CNAME .\nb.example CNAME .",
        "auto",
    )
    assert [found.name for found in said if isinstance(found, Rule)] == [
        from_text("a.example"),
        from_text("b.example"),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "32.1.2.0.192.rpz-ip CNAME .",
            "rpz-ip: triggers by address or name server are not supported here yet",
        ),
        ("32.1.2.0.192.rpz-client-ip CNAME .", "triggers by address"),
        ("ns.example.rpz-nsdname CNAME .", "triggers by address or name server"),
        ("32.1.2.0.192.rpz-nsip CNAME . ; c", "triggers by address or name server"),
        ("a.example CNAME rpz-tcp-only.", "rpz-tcp-only is not supported"),
        ("a.example CNAME rpz-passthru", "without its final dot"),
        ("a.example CNAME *.garden.example.", "wildcard as the target"),
        ("a.example CNAME a. b.", "CNAME takes one name"),
        ("* CNAME .", "every name"),
        ("a.example DNAME b.", "DNAME is not supported"),
        ("a.example", "without a type"),
        ("a.example FOO x", "unknown record type"),
        ("a..example CNAME .", "empty label"),
        ("$INCLUDE other", "$INCLUDE is not supported"),
        ("$ORIGIN", "$ORIGIN is not supported"),
        ("a.example TXT (", "never closed"),
        ('a.example TXT "', "does not end"),
    ],
)
def test_what_cannot_be_kept_to_is_refused_with_the_reason(text: str, reason: str) -> None:
    (found,) = _said(_HEAD + text)
    assert isinstance(found, Refused)
    assert reason in found.reason
    assert found.line == 7


def test_lines_that_lean_on_a_bad_name_are_bad_too() -> None:
    said = _said("a.example A 192.0.2.1\nb..example A 192.0.2.1\n A 192.0.2.2")
    assert [type(found) for found in said] == [Rule, Refused, Refused]
    assert isinstance(_said(" A 192.0.2.1")[0], Refused)


def test_a_common_line_is_the_owner_of_those_that_lean_on_it() -> None:
    said = _said(_HEAD + "*.a.example CNAME .\n TXT x")
    assert [(found.match, found.name) for found in said if isinstance(found, Rule)] == [
        (Match.BELOW, from_text("a.example"))
    ] * 2


def test_zones_and_records_are_recognised() -> None:
    for text in (
        "$TTL 60",
        "$ORIGIN x.",
        "@ SOA a. b. 1 2 3 4 5",
        "x. 60 IN SOA a. b. 1 2 3 4 5",
        "@\tIN\tSOA\ta.",
    ):
        assert is_zone_head(text)
    for text in ("# $TTL 60", "||a^$ttl", "a.example", "; SOA "):
        assert not is_zone_head(text)
    assert is_record("a.example CNAME .")
    assert is_record("*.a.example 60 IN cname rpz-passthru. ; c")
    assert not is_record("a.example CNAME b.example.")
