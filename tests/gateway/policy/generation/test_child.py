"""The compiler's own process: the same base as in this one, and its end in any case."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from gateway.errors import OwnFault
from gateway.names import from_text, suffixes
from gateway.policy.compiler import compile_base, job
from gateway.policy.generation.child import compile_apart
from gateway.policy.snapshot import Base
from gateway.policy.state import ListState
from tests.fakes.policies import catalogue, row, write_lists


def test_the_child_compiles_what_this_process_would(tmp_path: Path) -> None:
    work = job(
        write_lists(tmp_path, {"ads": "||a.test^\n||b.test^$nonsense\n"}), catalogue(row("a.xiaomi.com"))
    )
    here = BytesIO()
    reports = compile_base(work, here, bytes(16))
    assert compile_apart(work, tmp_path / "base") == reports
    apart = Base.open(tmp_path / "base")
    assert apart.meta == Base(here.getvalue(), "here").meta
    assert len(apart) == 1


def test_what_the_child_could_not_do_is_told_with_its_hint(tmp_path: Path) -> None:
    work = job((ListState(1, "gone", str(tmp_path / "gone"), ""),), None)
    with pytest.raises(OwnFault, match="list gone") as caught:
        compile_apart(work, tmp_path / "base")
    assert caught.value.hint == "refresh or remove the list"
    with pytest.raises(OwnFault, match="No such file"):
        compile_apart(job((), None), tmp_path / "no folder" / "base")


def test_a_child_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="longer than"):
        compile_apart(job((), None), tmp_path / "base", deadline=0.0)


def test_a_million_names_fit_into_sixteen_megabytes_and_into_hardly_any_of_a_workers_own(
    tmp_path: Path,
) -> None:
    path = tmp_path / "million.txt"
    path.write_text("".join(f"||n{number}.a{number % 977}.test^\n" for number in range(1_000_000)))
    (report,) = compile_apart(job((ListState(1, "million", str(path), ""),), None), tmp_path / "base")
    assert (report.rules, report.refused) == (1_000_000, 0)
    assert (tmp_path / "base").stat().st_size < 16_000_000
    before = _own_memory()
    base = Base.open(tmp_path / "base")
    for number in (0, 499_999, 999_999):
        found = base.find(list(suffixes(from_text(f"x.n{number}.a{number % 977}.test"))))
        assert [base.text_of_value(value) for _suffix, value in found] == [
            f"||n{number}.a{number % 977}.test^"
        ]
    assert base.find(list(suffixes(from_text("n1000000.a1.test")))) == []
    assert _own_memory() - before < 1_000_000


def _own_memory() -> int:
    """Bytes that only this process holds."""
    pages = Path("/proc/self/statm").read_text().split()
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE")
