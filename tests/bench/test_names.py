from pathlib import Path

from tests.bench import names
from tests.bench.names import Workloads


def test_names_are_the_same_every_time_and_none_repeats() -> None:
    made = list(names.blocked(20_000))
    assert made == list(names.blocked(20_000))
    assert len(set(made)) == 20_000
    assert all(len(label) <= 63 for name in made for label in name.split("."))


def test_there_are_about_three_names_to_a_parent() -> None:
    parents = {".".join(name.split(".")[-2:]) for name in names.blocked(9000)}
    assert 2900 < len(parents) < 3100


def test_no_allowed_name_is_below_a_blocked_one() -> None:
    blocked = set(names.blocked(20_000))
    for name in names.allowed(2000):
        labels = name.split(".")
        assert not blocked & {".".join(labels[start:]) for start in range(len(labels))}


def test_a_never_seen_name_is_in_no_other_file(tmp_path: Path) -> None:
    work = Workloads(tmp_path, 10_000, 2, paced=500)
    seen = set(work.hot_names) | set(work.cached_names)
    for path in (*work.fresh, *work.paced):
        asked = [line.split()[0] for line in path.read_text().splitlines()]
        assert asked
        assert len(set(asked)) == len(asked)
        assert not seen & set(asked)
        seen |= set(asked)
    for path in work.mixed:
        asked = [line.split()[0] for line in path.read_text().splitlines()]
        assert len(asked) == names.MIXED_LINES
        assert not {name for fresh in work.fresh for name in fresh.read_text().split()} & set(asked)
