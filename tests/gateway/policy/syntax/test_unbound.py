import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.unbound import is_unbound


def _said(*lines: str) -> list[Rule | Refused]:
    return list(parse(lines, "unbound"))


@pytest.mark.parametrize(
    "kind",
    [
        "always_nxdomain",
        "always_null",
        "always_nodata",
        "always_refuse",
        "refuse",
        "deny",
        "static",
        "inform_deny",
    ],
)
def test_a_zone_that_is_kept_from_the_upstreams_is_blocked(kind: str) -> None:
    text = f'local-zone: "Ads.Example." {kind}'
    assert _said("server:", text) == [Rule(text, 2, Match.SUFFIX, from_text("ads.example"))]
    (unquoted,) = _said(f"  local-zone: ads.example {kind} # why")
    assert isinstance(unquoted, Rule)


def test_a_transparent_zone_is_an_exception() -> None:
    (rule,) = _said('local-zone: "good.example" always_transparent')
    assert isinstance(rule, Rule)
    assert rule.allow


def test_redirected_data_covers_all_below_the_zone() -> None:
    (rule,) = _said('local-zone: "ads.example" redirect', 'local-data: "ads.example A 0.0.0.0"')
    assert isinstance(rule, Rule)
    assert (rule.match, rule.line, rule.rewrite) == (Match.SUFFIX, 2, None)


def test_data_of_its_own_is_the_answer_for_one_name() -> None:
    said = _said(
        'local-data: "nas.example. 3600 IN A 192.0.2.7"',
        "local-data: 'nas.example TXT \"a b\"'",
        'local-data: "nas.example CNAME b.example."',
        'local-data: "nas.example MX 10 b.example."',
    )
    assert [(found.match, found.rewrite) for found in said if isinstance(found, Rule)] == [
        (Match.EXACT, Rewrite(records=((1, bytes((192, 0, 2, 7))),))),
        (Match.EXACT, Rewrite(records=((16, b"\x03a b"),))),
        (Match.EXACT, Rewrite(cname=from_text("b.example"))),
        (Match.EXACT, Rewrite(records=((15, b"\x00\x0a" + from_text("b.example")),))),
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('local-zone: "ads.example" block_a', "of type block_a"),
        ('local-zone: "ads.example"', "not a name and a type"),
        ('local-zone: "ads.example" redirect', "without local-data"),
        ('local-zone: "." refuse', "every name"),
        ("local-data:", "without a record"),
        ('local-data: "ads.example"', "without a type"),
        ('local-data: "ads.example CNAME"', "records of type CNAME"),
        ('local-data-ptr: "192.0.2.1 a.example"', "no rule about names"),
        ("include: other.conf", "no rule about names"),
        ("ads.example", "neither local-zone nor local-data"),
    ],
)
def test_all_else_is_refused_with_the_reason(text: str, reason: str) -> None:
    (found,) = _said(text)
    assert isinstance(found, Refused)
    assert reason in found.reason


def test_a_url_is_no_clause() -> None:
    assert is_unbound("server:")
    assert not is_unbound("server://x")
    assert not is_unbound("ads.example")
