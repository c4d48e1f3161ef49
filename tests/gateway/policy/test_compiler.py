"""Lists and catalogue → base: what counts, what is refused, and what stops it."""

import hashlib
from io import BytesIO
from pathlib import Path

import msgspec
import pytest

from gateway.errors import OwnFault
from gateway.names import from_text, suffixes
from gateway.policy import catalogue as catalogues
from gateway.policy import compiler
from gateway.policy.compiler import compile_base, job
from gateway.policy.snapshot import Base, ListReport
from gateway.policy.state import ListState
from tests.fakes.policies import catalogue, row, write_lists

KEY = bytes(16)


def compiled(lists: tuple[ListState, ...]) -> tuple[Base, tuple[ListReport, ...]]:
    file = BytesIO()
    reports = compile_base(job(lists, None), file, KEY)
    return Base(file.getvalue(), "test"), reports


def test_each_list_is_told_what_became_of_its_lines(tmp_path: Path) -> None:
    lists = write_lists(
        tmp_path,
        {
            "good": "! title\n||a.test^\n0.0.0.0 b.test c.test\n",
            "bad": "||a.test^$nonsense\n||b.test^\n<html>\n",
        },
    )
    base, reports = compiled(lists)
    assert [(one.name, one.lines, one.rules, one.refused) for one in reports] == [
        ("good", 3, 3, 0),
        ("bad", 3, 1, 2),
    ]
    assert [(one.line, one.text) for one in reports[1].examples] == [(1, "||a.test^$nonsense"), (3, "<html>")]
    assert all(one.reason for one in reports[1].examples)
    assert base.reports() == reports
    assert len(base) == 4


def test_only_the_first_refused_lines_are_quoted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MAX_EXAMPLES", 3)
    _base, (report,) = compiled(write_lists(tmp_path, {"bad": "||a.test^$nonsense\n" * 10}))
    assert (report.refused, len(report.examples)) == (10, 3)


def test_a_disabled_list_is_left_out(tmp_path: Path) -> None:
    (state,) = write_lists(tmp_path, {"ads": "||a.test^\n"})
    assert job((msgspec.structs.replace(state, enabled=False),), None).lists == ()


def test_a_missing_copy_stops_the_compilation_and_names_the_list(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="list gone") as caught:
        compiled((ListState(1, "gone", str(tmp_path / "gone.txt"), ""),))
    assert "refresh or remove" in caught.value.hint


def test_a_copy_that_is_not_what_was_accepted_stops_the_compilation(tmp_path: Path) -> None:
    (state,) = write_lists(tmp_path, {"ads": "||a.test^\n"})
    version = hashlib.sha256(b"||a.test^\n").hexdigest()
    base, _reports = compiled((msgspec.structs.replace(state, version=version),))
    assert base.meta.lists[0].version == version
    Path(state.path).write_text("||other.test^\n")
    with pytest.raises(OwnFault, match="changed on disk"):
        compiled((msgspec.structs.replace(state, version=version),))


def test_the_fingerprint_tells_whether_a_base_has_to_be_compiled_again(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, {"ads": "||a.test^\n"})
    first = job(lists, catalogue(row("a.xiaomi.com")))
    assert job(lists, catalogue(row("a.xiaomi.com"))).fingerprint == first.fingerprint
    assert job(lists, catalogue(row("b.xiaomi.com"))).fingerprint != first.fingerprint
    assert job((), catalogue(row("a.xiaomi.com"))).fingerprint != first.fingerprint
    renewed = (msgspec.structs.replace(lists[0], version="0" * 64),)
    assert job(renewed, catalogue(row("a.xiaomi.com"))).fingerprint != first.fingerprint


def test_a_list_cannot_stall_the_gateway_with_rules_for_one_name(tmp_path: Path) -> None:
    text = "".join(f"||a.test^$client=10.0.{n >> 8}.{n & 255}\n" for n in range(compiler.MAX_UNDER_NAME + 5))
    base, (report,) = compiled(write_lists(tmp_path, {"ads": text}))
    assert report.refused == 5
    assert "for one name" in report.examples[0].reason
    assert len(base.find(list(suffixes(from_text("a.test"))))) == compiler.MAX_UNDER_NAME


def test_patterns_that_are_asked_about_every_name_are_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "MAX_PATTERNS", 2)
    base, (report,) = compiled(
        write_lists(tmp_path, {"ads": "/^a[0-9]/\n/^b[0-9]/\n/^c[0-9]/\n||d*.a.test^\n"})
    )
    assert (report.rules, report.refused) == (3, 1)
    assert "without a fixed end" in report.examples[0].reason
    assert len(base.meta.patterns) == 2


def test_a_few_large_patterns_count_like_many_small_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "MAX_STEPS", 300)
    _base, (report,) = compiled(write_lists(tmp_path, {"ads": "/^a[0-9]{200}b/\n/^c[0-9]{200}d/\n/^e/\n"}))
    assert (report.rules, [one.line for one in report.examples]) == (2, [2])


def test_many_patterns_under_one_domain_are_asked_all_at_once(tmp_path: Path) -> None:
    text = "".join(f"||ads{number}*.a.test^\n" for number in range(40))
    base, (report,) = compiled(write_lists(tmp_path, {"ads": text}))
    assert report.refused == 0
    assert len(base.find(list(suffixes(from_text("a.test"))))) == compiler.MAX_PATTERNS_UNDER_NAME
    assert len(base.meta.patterns) == 40 - compiler.MAX_PATTERNS_UNDER_NAME


def test_a_rule_that_takes_too_much_room_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compiler, "MAX_RULE_SIZE", 100)
    spared = "|".join(f"spared{number}.test" for number in range(20))
    _base, (report,) = compiled(write_lists(tmp_path, {"ads": f"||a.test^$denyallow={spared}\n"}))
    assert (report.rules, report.refused) == (0, 1)


def test_rows_and_domains_of_the_catalogue_are_in_the_base() -> None:
    shipped = catalogues.load()
    work = job((), shipped)
    assert len(work.rows) == len(shipped.rows) + len(shipped.bypass)
    assert {one.company for one in work.domains} == {vendor.company for vendor in shipped.vendors}
    file = BytesIO()
    compile_base(work, file, KEY)
    assert Base(file.getvalue(), "test").meta.rows == work.rows
