"""What the lists say: only those that a group chose, and patterns only where they can matter."""

from io import BytesIO
from pathlib import Path

import pytest

from gateway.names import from_text
from gateway.policy.compiler import compile_base, job
from gateway.policy.matching import subscribed as room
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.subscribed import Subscribed
from gateway.policy.matching.victory import Candidate
from gateway.policy.snapshot import Base
from tests.fakes.policies import write_lists

LISTS = {
    "ads": "||a.test^\n||b.test^$dnstype=A\n/^a/\n@@/^ab/\n",
    "more": "0.0.0.0 a.test\n*.a.test\n/^a/$dnstype=AAAA\n",
}


class Choice:
    def __init__(self, *lists: int) -> None:
        self.lists = bytes(lists)
        self.disabled: frozenset[int] = frozenset()
        self.disabled_patterns: frozenset[int] = frozenset()


def subscribed(folder: Path) -> Subscribed:
    file = BytesIO()
    compile_base(job(write_lists(folder, LISTS), None), file, bytes(16))
    return Subscribed(Base(file.getvalue(), "test"))


def named(lists: Subscribed, found: list[Candidate]) -> set[tuple[str, int]]:
    refs = [
        lists.ref_of_line(origin) if isinstance(origin, int) else origin.ref  # type: ignore[union-attr] # no row here
        for _rank, origin in found
    ]
    return {(ref.list, ref.line) for ref in refs}


@pytest.mark.parametrize(
    ("name", "choice", "expected"),
    [
        ("a.test", Choice(1, 1), {("ads", 1), ("more", 1)}),
        ("a.test", Choice(0, 1), {("more", 1)}),
        ("a.test", Choice(0, 0), set()),
        ("x.a.test", Choice(1, 1), {("ads", 1), ("more", 2)}),
        ("b.test", Choice(1, 1), {("ads", 2)}),
        ("b.test", Choice(0, 1), set()),
        ("ac.example", Choice(1, 1), {("ads", 3)}),
        ("abc.example", Choice(1, 1), {("ads", 4)}),
        ("abc.a.test", Choice(1, 1), {("ads", 1), ("more", 2), ("ads", 4)}),
    ],
)
def test_rules_of_the_chosen_lists_are_found(
    name: str, choice: Choice, expected: set[tuple[str, int]], tmp_path: Path
) -> None:
    lists = subscribed(tmp_path)
    probe = Probe(Asker("192.0.2.7"), from_text(name), 1)
    assert named(lists, lists.candidates(choice, probe, [])) == expected


def test_patterns_that_cannot_matter_are_found_when_asked_for(tmp_path: Path) -> None:
    lists = subscribed(tmp_path)
    probe = Probe(Asker("192.0.2.7"), from_text("abc.a.test"), 1)
    every = lists.candidates(Choice(1, 1), probe, [], every=True)
    assert ("ads", 3) in named(lists, every)


def test_conditional_rules_are_kept_ready_in_bounded_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_KEPT_RULES", 2)
    text = "".join(f"||n{number}.test^$dnstype=A\n" for number in range(9))
    file = BytesIO()
    compile_base(job(write_lists(tmp_path, {"ads": text}), None), file, bytes(16))
    lists = Subscribed(Base(file.getvalue(), "test"))
    for number in (*range(9), *range(9)):
        probe = Probe(Asker("192.0.2.7"), from_text(f"n{number}.test"), 1)
        assert named(lists, lists.candidates(Choice(1), probe, [])) == {("ads", number + 1)}
    assert len(lists._ready) <= 2
