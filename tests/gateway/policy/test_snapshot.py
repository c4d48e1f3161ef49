"""The mapped file: finds what was put in, and is refused when it is not whole."""

import hashlib
import tracemalloc
from collections import defaultdict
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import OwnFault
from gateway.names import Name, from_text, suffixes
from gateway.policy.compiler import compile_base, job
from gateway.policy.generation.build import Builder
from gateway.policy.rule import Match
from gateway.policy.snapshot import HEADER, LINES_PER_MARK, Base, pack_value
from tests.fakes.policies import catalogue, row, write_lists

KEY = bytes(range(16))
NAMES = st.lists(st.sampled_from([b"a", b"b", b"c", b"com", b"x" * 63]), min_size=1, max_size=5).map(
    lambda labels: b"".join(bytes((len(label),)) + label for label in labels) + b"\0"
)
KINDS = st.sampled_from([Match.EXACT, Match.SUFFIX, Match.BELOW])


def base_of(*rules: tuple[Name, Match, bool, bool]) -> Base:
    builder = Builder(KEY)
    for line, (name, kind, important, allow) in enumerate(rules, 1):
        builder.add_name(name, kind, important, allow, line)
    file = BytesIO()
    builder.write(file, fingerprint="")
    return Base(file.getvalue(), "test")


@settings(deadline=None)
@given(rules=st.lists(st.tuples(NAMES, KINDS, st.booleans(), st.booleans())), asked=st.lists(NAMES))
def test_any_names_are_found_as_a_dictionary_finds_them(
    rules: list[tuple[Name, Match, bool, bool]], asked: list[Name]
) -> None:
    base = base_of(*rules)
    model: defaultdict[Name, dict[int, int]] = defaultdict(dict)
    for line, (name, kind, important, allow) in enumerate(rules, 1):
        model[name].setdefault(pack_value(kind, important, allow, 0), line)  # the first line of several
    for name in [*asked, *(rule[0] for rule in rules)]:
        expected = {
            (suffix, flags | line)
            for suffix in suffixes(name)
            for flags, line in model[suffix].items()
            if flags >> 30 != Match.EXACT or suffix == name
        }
        found = set(base.find(list(suffixes(name))))
        # A name that counts for itself alone may be found for a name below it; the flags tell.
        assert {(suffix, value) for suffix, value in found if value >> 30 or suffix == name} == expected


def test_hosts_named_by_several_lists_are_beside_each_other(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, {"one": "||a.test^\n", "two": "0.0.0.0 a.test\n||a.test^\n"})
    file = BytesIO()
    compile_base(job(lists, None), file, KEY)
    base = Base(file.getvalue(), "test")
    found = base.find(list(suffixes(from_text("a.test"))))
    assert {base.text_of_value(value) for _suffix, value in found} == {"||a.test^", "0.0.0.0 a.test"}
    assert len(found) == 3


def test_another_key_gives_other_hashes() -> None:
    file_of = []
    for key in (bytes(16), KEY):
        builder = Builder(key)
        builder.add_name(from_text("a.test"), Match.EXACT, False, False, 1)
        file = BytesIO()
        builder.write(file, fingerprint="")
        file_of.append(file.getvalue())
    assert file_of[0][HEADER.size :] != file_of[1][HEADER.size :]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    lists = write_lists(
        folder, {"ads": "||a.test^\n||b.test^$dnstype=A\n/^c[0-9]/\n", "hosts": "0.0.0.0 d.test\n"}
    )
    path = folder / "base"
    with path.open("wb") as file:
        compile_base(job(lists, catalogue(row("e.xiaomi.com"))), file, KEY)
    return path


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_damaged_file_is_refused(written: Path, data: st.DataObject) -> None:
    whole = written.read_bytes()
    digest = hashlib.sha256(whole).hexdigest()
    damaged = bytearray(whole)
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        damaged[data.draw(st.integers(0, len(whole) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    path = written.with_name("damaged")
    path.write_bytes(damaged)
    with pytest.raises(OwnFault):
        Base.open(path, digest)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_damage_that_nobody_checks_for_never_crashes_a_look_up(written: Path, data: st.DataObject) -> None:
    damaged = bytearray(written.read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        base = Base(bytes(damaged), "damaged")
        for name in ("a.test", "b.test", "d.test"):
            for _suffix, value in base.find(list(suffixes(from_text(name)))):
                base.text_of_value(value)
        base.reports()
    except OwnFault:
        pass  # refused: as good as the right answer


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "empty"), (b"\x7fELF" + bytes(500), "not a policy base"), (b"HUSHBASE" + bytes(500), "header")],
)
def test_foreign_files_are_refused_with_a_reason(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "base"
    path.write_bytes(content)
    with pytest.raises(OwnFault, match=reason) as caught:
        Base.open(path)
    assert caught.value.hint
    with pytest.raises(OwnFault):
        Base.open(tmp_path / "missing")


def test_a_line_is_read_as_written_from_anywhere_in_a_list(tmp_path: Path) -> None:
    lines = [
        "\ufeff# first",
        *(f"||n{number}.test^  # ümlaut" for number in range(3 * LINES_PER_MARK)),
        "",
        "||end.test^",
    ]
    (tmp_path / "crlf.txt").write_bytes("\r\n".join(lines).encode())
    other = write_lists(tmp_path, {"before": "||a.test^\n||b.test^"})
    lists = (*other, type(other[0])(2, "crlf", str(tmp_path / "crlf.txt"), ""))
    file = BytesIO()
    compile_base(job(lists, None), file, KEY)
    base = Base(file.getvalue(), "test")
    assert [base.text_of(1, line) for line in range(1, len(lines) + 1)] == ["# first", *lines[1:]]
    assert [base.text_of(0, line) for line in (0, 1, 2, 3)] == ["", "||a.test^", "||b.test^", ""]


def test_a_copy_that_is_gone_or_changed_gives_no_text(tmp_path: Path) -> None:
    lists = write_lists(tmp_path, {"ads": "||a.test^\n"})
    file = BytesIO()
    compile_base(job(lists, None), file, KEY)
    base = Base(file.getvalue(), "test")
    assert base.text_of(0, 1) == "||a.test^"
    Path(lists[0].path).write_text("||b.test^ something longer\n")
    assert base.text_of(0, 1) == ""
    Path(lists[0].path).unlink()
    assert base.text_of(0, 1) == ""


def test_an_open_base_costs_a_worker_next_to_nothing(tmp_path: Path) -> None:
    builder = Builder(KEY)
    for number in range(100_000):
        builder.add_name(from_text(f"n{number}.test"), Match.SUFFIX, False, False, number + 1)
    path = tmp_path / "base"
    with path.open("wb") as file:
        builder.write(file, fingerprint="")
    assert path.stat().st_size < 16 * 100_000
    tracemalloc.start()
    base = Base.open(path, hashlib.sha256(path.read_bytes()).hexdigest())
    held, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(base) == 100_000
    assert held < 100_000
