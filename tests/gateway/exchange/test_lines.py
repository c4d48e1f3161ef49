import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.exchange import lines
from gateway.exchange.lines import read
from gateway.policy.syntax import SYNTAXES


def test_rules_and_refused_lines_are_told_apart() -> None:
    found = read(b"! ads\r\n||ads.example^\r\nno rule at all\n0.0.0.0 b.example\n\xff\xfe\n", group="kids")
    assert [(rule.text, rule.group) for rule in found.rules] == [
        ("||ads.example^", "kids"),
        ("b.example", "kids"),
    ]
    assert [(one.line, one.text) for one in found.refused] == [(3, "no rule at all"), (5, "\\xdcff\\xdcfe")]


def test_a_zone_is_read_as_one() -> None:
    records = ("ads.example CNAME .", "*.ads.example CNAME .", "good.example CNAME rpz-passthru.")
    zone = "\n".join(("$TTL 60", "@ SOA . . 1 2 3 4 5", *records)).encode()
    assert [rule.text for rule in read(zone, "rpz").rules] == [
        "ads.example",
        "*.ads.example",
        "@@|good.example^",
    ]


def test_what_is_too_large_for_rules_is_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="lines") as refused:
        read(b"\n" * (lines.MAX_LINES + 1))
    assert "hushgate lists add" in refused.value.hint
    monkeypatch.setattr(lines, "MAX_TEXT", 10)
    with pytest.raises(UsageError, match="MB"):
        read(b"x" * 11)


@given(st.binary(max_size=400), st.sampled_from(SYNTAXES))
def test_any_bytes_are_rules_and_refusals_in_bounded_time(content: bytes, syntax: str) -> None:
    began = time.monotonic()
    found = read(content, syntax)
    shown = "".join(one.text for one in found.refused)
    assert not {char for char in shown if unicodedata.category(char) in ("Cc", "Cs")} - {"\t"}
    assert time.monotonic() - began < 2
