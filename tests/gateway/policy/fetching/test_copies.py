import contextlib
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.fetching import copies
from gateway.policy.fetching.copies import Known, Report
from gateway.policy.fetching.targets import SourceFault
from gateway.policy.rule import Refused


def written(folder: Path, content: bytes) -> Path:
    path = folder / "text.part"
    path.write_bytes(content)
    return path


def report(rules: int, refused: int = 0) -> Report:
    refusals = (Refused(7, "<<<", "no name"),) if refused else ()
    return Report(rules, rules, refused, refusals, 100)


def test_report_counts_rules_and_quotes_refused_lines(tmp_path: Path) -> None:
    path = written(tmp_path, b"! title\n||a.example^\n\n||b.example^\n-bad-.exa mple.\n")
    found = copies.examine(path, "adblock")
    assert (found.rules, found.rule_lines, found.refused) == (2, 2, 1)
    assert [(line.line, line.text) for line in found.refusals] == [(5, "-bad-.exa mple.")]
    assert found.size == path.stat().st_size


def test_hosts_line_with_several_names_is_one_line_with_several_rules(tmp_path: Path) -> None:
    found = copies.examine(written(tmp_path, b"0.0.0.0 a.example b.example c.example\n"), "hosts")
    assert (found.rules, found.rule_lines) == (3, 1)


def test_only_the_first_thousand_refused_lines_are_quoted(tmp_path: Path) -> None:
    found = copies.examine(written(tmp_path, b"||a.example^\n" + b"..!..\n" * 1500), "adblock")
    assert found.refused == 1500
    assert len(found.refusals) == copies.MAX_REFUSALS


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><html>",
        b"\xef\xbb\xbf\r\n  <html>\n||a.example^\n",
        b"<?xml version='1.0'?>",
        b"||a.example^\n\0",
        "||a.example^\n".encode("utf-16"),
    ],
)
def test_web_page_or_binary_is_no_list(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(SourceFault, match=r"web page|NUL"):
        copies.examine(written(tmp_path, content), "auto")


def test_broken_utf8_costs_its_own_line_only(tmp_path: Path) -> None:
    found = copies.examine(written(tmp_path, b"# \xff\xfe\n||a.example^\n||\xff\xff.example^\n"), "adblock")
    assert (found.rules, found.refused) == (1, 1)


@given(content=st.binary(max_size=400))
def test_any_bytes_make_a_report_or_a_source_fault(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = written(tmp_path_factory.getbasetemp(), content)
    with contextlib.suppress(SourceFault):
        assert copies.examine(path, "auto").size == len(content)


def test_list_without_a_rule_is_never_fit() -> None:
    with pytest.raises(SourceFault, match=r"no rule in it; line 7: '<<<': no name"):
        copies.check_fit(report(0, 1), None, force=True)


def test_list_of_mostly_refused_lines_needs_force() -> None:
    copies.check_fit(report(10, 10), None, force=False)
    with pytest.raises(SourceFault, match="11 lines refused, only 10 usable"):
        copies.check_fit(report(10, 11), None, force=False)
    copies.check_fit(report(10, 11), None, force=True)


def test_list_that_lost_more_than_nine_tenths_needs_force() -> None:
    known = Known("00", 1000)
    copies.check_fit(report(101), known, force=False)
    with pytest.raises(SourceFault, match="only 99 rules left of 1000"):
        copies.check_fit(report(99), known, force=False)
    copies.check_fit(report(99), known, force=True)


def test_copy_is_named_by_its_content_and_readable_by_others(tmp_path: Path) -> None:
    part = written(tmp_path, b"||a.example^\n")
    version = copies.take(part, tmp_path)
    assert version == hashlib.sha256(b"||a.example^\n").hexdigest()
    assert copies.path_of(tmp_path, version).read_bytes() == b"||a.example^\n"
    assert copies.path_of(tmp_path, version).stat().st_mode & 0o777 == 0o644
    assert not part.exists()


def test_digest_of_a_missing_copy_is_empty(tmp_path: Path) -> None:
    assert copies.digest(tmp_path / "none") == ""


def test_only_a_line_feed_ends_a_line(tmp_path: Path) -> None:
    path = written(tmp_path, b"a\r\nb\nc\x0bd\xe2\x80\xa8e\rf")
    assert list(copies.lines(path)) == ["a\r\n", "b\n", "c\x0bd\u2028e\rf"]


def test_byte_order_mark_hides_no_rule(tmp_path: Path) -> None:
    assert copies.examine(written(tmp_path, b"\xef\xbb\xbf||a.example^\r\n"), "adblock").rules == 1


def test_sweep_keeps_what_is_named_and_what_may_still_be_loading(tmp_path: Path) -> None:
    for name in ("keep.txt", "old.txt", "young.part", "dead.part"):
        (tmp_path / name).touch()
    os.utime(tmp_path / "dead.part", (1000, 1000))
    os.utime(tmp_path / "young.part", (100_000, 100_000))
    assert copies.sweep(tmp_path, frozenset({"keep"}), now=100_001) == ["dead.part", "old.txt"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["keep.txt", "young.part"]
