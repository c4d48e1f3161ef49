import pytest

from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import parse
from gateway.policy.syntax.detect import SYNTAXES, Mixed, reader_for
from gateway.policy.syntax.rpz import Zone

_MIXED = r"""# a list as they are passed around
! of everything
; at once
127.0.0.1 localhost
0.0.0.0 hosts.example
plain.example
*.star.example
||adblock.example^
@@||good.example^
address=/dnsmasq.example/0.0.0.0
local-zone: "unbound.example" always_null
rpz.example CNAME .
(^|\.)regex\.example$
/^slash[0-9]\.example$/
^pihole[0-9]+\.;querytype=A
"""


def test_a_mixed_list_is_told_line_by_line() -> None:
    said = list(parse(_MIXED.split("\n")))
    assert not [found for found in said if isinstance(found, Refused)]
    assert [(found.line, found.match) for found in said if isinstance(found, Rule)] == [
        (5, Match.EXACT),
        (6, Match.EXACT),
        (7, Match.BELOW),
        (8, Match.SUFFIX),
        (9, Match.SUFFIX),
        (10, Match.SUFFIX),
        (11, Match.SUFFIX),
        (12, Match.EXACT),
        (13, Match.SUFFIX),
        (14, Match.REGEX),
        (15, Match.REGEX),
    ]


def test_a_list_that_opens_like_a_zone_is_a_zone() -> None:
    assert isinstance(reader_for("auto", ["; licence", "\ufeff$TTL 60"]), Zone)
    assert isinstance(reader_for("auto", ["a.example", "# the SOA record"]), Mixed)


def test_a_list_that_is_told_to_be_one_syntax_is_read_as_no_other() -> None:
    lines = {
        "hosts": "||a.example^",
        "domains": "||a.example^",
        "adblock": "address=/a.example/",
        "dnsmasq": "a.example",
        "unbound": "a.example",
        "rpz": "||a.example^",
    }
    assert set(lines) == set(SYNTAXES) - {"auto"}
    for syntax, line in lines.items():
        (found,) = parse([line], syntax)
        assert isinstance(found, Refused), syntax


@pytest.mark.parametrize(
    "rubbish",
    [
        "<!DOCTYPE html>",
        '<div class="x">Not found</div>',
        '{"error": 404}',
        "404: Not Found",
        "function(){ return 1 }",
        "PK\x03\x04",
        "Lorem ipsum dolor sit amet",
        "}",
        "});",
        "https://lists.example/x.txt",
    ],
)
def test_rubbish_is_no_rule(rubbish: str) -> None:
    assert [type(found) for found in parse([rubbish])] == [Refused]


def test_what_unbound_left_open_is_told_at_the_end() -> None:
    said = list(parse(['local-zone: "a.example" redirect', "b.example"]))
    assert [(type(found), found.line) for found in said] == [(Rule, 2), (Refused, 1)]
