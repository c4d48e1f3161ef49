"""Lists full of rubbish, and names made to harm whoever reads the log: a running box stays as it was."""

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from gateway import names
from tests.fakes import live_box, quick_upstream, rubbish, steady
from tests.fakes.dig import dig
from tests.fakes.live_box import LiveBox
from tests.fakes.steady import Phone

BLOCKED = "0.0.0.0"
GOOD = {
    "tracking.miui.com": BLOCKED,
    "www.example.org": quick_upstream.ADDRESS,
    "*.example.org": quick_upstream.ADDRESS,
}
UNFIT = re.compile(r"[^\x20-\x7e\n]")  # for a terminal


# Of the rubbish, what differs to whoever subscribes; `check` is shown all of it.
TRIED = ("page", "noise", "name-of-10-mb", "packed-three-times", "nothing")


@pytest.fixture(scope="module")
def box() -> Iterator[LiveBox]:
    with quick_upstream.answering() as url, live_box.started(url) as box:
        yield box
        assert not box.faults(), box.box.text()


@pytest.fixture
def phone(box: LiveBox) -> Iterator[Phone]:
    """Asks all the while and is to lose nothing."""
    with steady.phone(box.port, GOOD) as phone:
        yield phone
        print(f"good client: {phone.report()}")
        phone.report().complain()


def written(folder: Path, files: dict[str, bytes]) -> dict[str, Path]:
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in files}


def each(box: LiveBox, commands: Mapping[str, Sequence[str]]) -> "dict[str, CompletedProcess[str]]":
    """Some at a time: most of a command's second is starting Python."""
    with ThreadPoolExecutor(4) as pool:
        done = {name: pool.submit(box.command, *words) for name, words in commands.items()}
        return {name: one.result() for name, one in done.items()}


def generation(box: LiveBox) -> set[int]:
    return {role["generation"] for role in box.json("status")}


def stored(box: LiveBox) -> list[str]:
    return sorted(path.name for path in (box.data / "lists").glob("*.*"))


@pytest.mark.usefixtures("phone")
def test_rubbish_is_refused_with_a_reason_and_changes_nothing(box: LiveBox, tmp_path: Path) -> None:
    before = generation(box), stored(box), box.json("lists")
    files = written(tmp_path, {name: data for name, data in rubbish.useless().items() if name in TRIED})
    assert len(files) == len(TRIED)
    done = each(box, {name: ("lists", "add", str(path)) for name, path in files.items()})
    for name, one in done.items():
        assert one.returncode == 1, name
        assert not one.stdout, name
        reading, error, hint = one.stderr.splitlines()
        assert reading.startswith("Reading "), name
        assert error.startswith(f"hushgate: {files[name]}: "), name
        assert hint.startswith("  → "), name
        assert error.isprintable(), name
        assert len(error) < 800, name
    assert (generation(box), stored(box), box.json("lists")) == before


def test_check_counts_rules_and_refused_lines_of_rubbish(box: LiveBox, tmp_path: Path) -> None:
    useless, half_good = rubbish.useless(), rubbish.half_good()
    for lacking in ("nothing", "comments"):  # no rule, but no bad line either
        half_good[lacking] = useless.pop(lacking), 0
    files = written(tmp_path, {**useless, **{name: data for name, (data, _) in half_good.items()}})
    done = each(box, {name: ("check", "--rules", str(path), "--json") for name, path in files.items()})
    for name, one in done.items():
        found = json.loads(one.stdout)
        assert not one.stderr, name
        assert one.returncode == (1 if found["refused"] else 0), name
        for line in found["refused"]:
            assert set(line) == {"line", "text", "reason"}
            assert len(line["text"]) <= 200
            assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line["text"]), name
        if name in half_good:
            assert found["refused_total"] == half_good[name][1], name
        else:
            assert found["refused"], name
    missing = box.command("check", "--rules", str(tmp_path / "missing"), "--json")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert "missing: No such file" in missing.stderr


@pytest.mark.usefixtures("phone")
def test_half_good_list_is_taken_with_a_report_and_goes_without_a_trace(box: LiveBox, tmp_path: Path) -> None:
    bad = sum(refused for _, refused in rubbish.half_good().values())
    lines = b"".join(data for data, _ in rubbish.half_good().values())
    (path,) = written(tmp_path, {"half": lines}).values()
    (added,) = box.json("lists", "add", str(path))
    assert (added["rules"], added["refused"]) == (len(rubbish.GOOD) * len(rubbish.half_good()), bad)
    assert dig(box.port, "good7.rubbish.example").records == [BLOCKED]
    number = str(added["id"])
    done = each(box, {"table": ("lists", "report", number), "json": ("lists", "report", number, "--json")})
    assert not UNFIT.search(done["table"].stdout)
    assert len(done["table"].stdout.splitlines()) == bad + 1  # with a heading
    assert len(done["json"].stdout.splitlines()) == bad
    box.json("lists", "remove", number)
    assert dig(box.port, "good7.rubbish.example").records == [quick_upstream.ADDRESS]


@pytest.mark.soak
@pytest.mark.usefixtures("phone")
def test_a_million_lines_of_noise_change_nothing(box: LiveBox, tmp_path: Path) -> None:
    before = generation(box), stored(box)
    (path,) = written(tmp_path, {"noise": rubbish.noise(1_000_000)}).values()
    done = box.command("lists", "add", str(path), timeout=120)
    assert done.returncode == 1
    assert "lines refused, only" in done.stderr
    assert (generation(box), stored(box)) == before


HOSTILE_LABELS = [
    b"<script>alert(1)</script>",
    b"<img src=x onerror=alert(1)>",
    b"\x1b[31mred\x1b[0m\x1b]0;title\x07",
    b"\xe2\x80\xaegnp.exe",  # U+202E: written from right to left
    b"\xe2\x80\xa8line",  # U+2028
    b"\xc2\x9b31m",  # CSI in one character
    b"nul\0byte",
    b"cr\r\nlf: forged",
    b"tab\there",
    b"\"quoted\"'single'`",
    b"back\\slash\\032",
    b"a.b",
    b"=cmd|' /C calc'!A0",
    b"%s%n%x{0}${7*7}",
    b"'; DROP TABLE log_event; --",
    b"\xff\xfe\x80",
    b"\x7f",
    b" ",
]


def test_hostile_names_appear_harmless_in_the_log_and_whole_in_its_json(box: LiveBox) -> None:
    spelled = [bytes((len(label),)) + label + names.from_text("hostile.example") for label in HOSTILE_LABELS]
    for name in spelled:
        dig(box.port, name, "AAAA", address="127.0.0.5")
    wanted = {names.to_text(name.lower()) for name in spelled}
    assert len(wanted) == len(HOSTILE_LABELS)
    deadline = time.monotonic() + 10
    while True:
        rows = box.json("log", "--device", "127.0.0.5")
        if {row["name"] for row in rows} == wanted:
            break
        assert time.monotonic() < deadline, wanted - {row["name"] for row in rows}
    assert all(row["name"].isascii() and row["name"].isprintable() for row in rows)
    assert {names.from_text(row["name"]) for row in rows} == {
        name.lower() for name in spelled
    }  # nothing is lost
    shown = box.command("log", "--device", "127.0.0.5").stdout
    assert not UNFIT.search(shown)
    assert len(shown.splitlines()) == len(rows)
    patterns = ("' OR '1'='1", '" OR 1=1 --', "%", "\\")
    searches = {text: ("log", "--device", "127.0.0.5", "--name", text, "--json") for text in patterns}
    for pattern, one in each(box, searches).items():
        assert (one.returncode, one.stdout) == (0, ""), pattern


def test_two_thousand_evil_patterns_cost_a_bounded_time(box: LiveBox, tmp_path: Path) -> None:
    (path,) = written(tmp_path, {"evil": rubbish.evil_patterns()}).values()
    with steady.phone(box.port, GOOD) as phone:
        (added,) = box.json("lists", "add", str(path))
        assert added["rules"] + added["refused"] == 2000
    phone.report().complain()
    worst = dict.fromkeys(rubbish.evil_names(), quick_upstream.ADDRESS)
    with steady.phone(box.port, worst, address="127.0.0.4", every=0.02) as asking:
        time.sleep(1)
    print(f"evil names, {added['rules']} patterns: {asking.report()}")
    assert not asking.report().unanswered
