import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.data import Data
from gateway.model import Action, VerdictRow
from tests.fakes.events import ALLOWED, BLOCKED, NOW, event
from tests.fakes.idle_box import note
from tests.fakes.terminal import Terminal
from tests.goldens import Golden

KEYS = [
    *("time", "device", "channel", "name", "type", "address", "port", "action", "rule"),
    *("company", "purpose", "country", "count", "bytes", "generation"),
]
OBSERVED = VerdictRow(Action.OBSERVED, "lists", "ads", 4, "||ads.example^", "", "", "", 7)


@pytest.fixture(autouse=True)
def _in_greenwich(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def filled(data: Data) -> Data:
    note(
        data,
        event("www.example.org", time=NOW),
        event("tracking.miui.com", time=NOW + 1, verdict=1, count=3, kind=28),
        event("ads.example", time=NOW + 7000, verdict=2, device="2001:db8::8", kind=65),
        event(None, time=NOW + 7001, kind=0),
        verdicts=(ALLOWED, BLOCKED, OBSERVED),
    )
    return data


@pytest.mark.usefixtures("filled")
def test_rows_have_the_keys_that_programs_rely_on(terminal: Terminal) -> None:
    rows = terminal.rows("log")
    assert [row["name"] for row in rows] == ["www.example.org", "tracking.miui.com", "ads.example", ""]
    assert [key for key in rows[1] if key != "id"] == KEYS
    assert {key: rows[1][key] for key in KEYS} == {
        "time": "2023-11-14T22:13:21Z",
        "device": "192.0.2.7",
        "channel": "dns",
        "name": "tracking.miui.com",
        "type": "AAAA",
        "address": "",
        "port": 0,
        "action": "blocked",
        "rule": {"layer": "catalogue", "list": "xiaomi", "line": 12, "text": "||tracking.miui.com^"},
        "company": "Xiaomi",
        "purpose": "telemetry",
        "country": "CN",
        "count": 3,
        "bytes": 60,
        "generation": 7,
    }
    assert rows[0]["rule"] is None


@pytest.mark.usefixtures("filled")
def test_what_people_read(terminal: Terminal, golden: Golden) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna's phone")
    golden.check("log.txt", terminal.good("log").out)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--limit", "1"), [""]),
        (("-n", "2"), ["ads.example", ""]),
        (("--name", "*.miui.com"), ["tracking.miui.com"]),
        (("--name", "Tracking.MIUI.com."), ["tracking.miui.com"]),
        (("--action", "observed"), ["ads.example"]),
        (("--company", "xiaomi"), ["tracking.miui.com"]),
        (("--device", "2001:DB8::8"), ["ads.example"]),
        (("--device", "Anna"), ["www.example.org", "tracking.miui.com", ""]),
        (("--since", "2023-11-15"), ["ads.example", ""]),
    ],
)
def test_rows_can_be_chosen(terminal: Terminal, words: tuple[str, ...], names: list[str]) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    assert [row["name"] for row in terminal.rows("log", *words)] == names


@pytest.mark.usefixtures("filled")
def test_nothing_found_is_said_to_the_person(terminal: Terminal) -> None:
    said = terminal.good("log", "--name", "nothing.example")
    assert (said.out, "nothing in the log is like that" in said.err) == ("", True)
    assert terminal.good("log", "--name", "nothing.example", "--json").err == ""


def test_an_empty_log_says_how_to_fill_it(terminal: Terminal) -> None:
    assert "hushgate demo" in terminal.good("log").err


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("--limit", "-5"), 2, "no number from 1"),
        (("--limit", "0"), 2, "no number from 1"),
        (("--limit", "10001"), 2, "no number from 1"),
        (("--since", "yesterday"), 1, "is no time"),
        (("--device", "nobody"), 1, "no device 'nobody'"),
        (("--action", "eaten"), 2, "invalid choice"),
    ],
)
def test_nonsense_is_refused_with_a_hint(
    terminal: Terminal, words: tuple[str, ...], code: int, reason: str
) -> None:
    assert reason in terminal.refused("log", *words, code=code)


def test_hostile_names_do_not_reach_the_terminal(terminal: Terminal, data: Data) -> None:
    note(data, event(b"\x05\x1b[2Jx\x00", time=NOW))
    assert "\x1b" not in terminal.good("log").out


def test_the_log_is_read_when_the_policy_is_damaged(terminal: Terminal, filled: Data) -> None:
    (filled.policy / "manifest").write_bytes(b"rubbish")
    assert len(terminal.rows("log")) == 4


def test_following_shows_what_comes_and_ends_with_ctrl_c(data: Data) -> None:
    call = [sys.executable, "-m", "gateway.cli", "log", "--follow", "--json", "--data", str(data.root)]
    note(data, event("before.example"))
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        limit = threading.Timer(30, process.kill)
        limit.start()
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline())["name"] == "before.example"
            note(data, event("while.example", time=NOW + 1))
            assert json.loads(process.stdout.readline())["name"] == "while.example"
            process.send_signal(2)
            assert process.wait(20) == 130
            assert process.stderr is not None
            assert process.stderr.read() == ""
        finally:
            limit.cancel()
            process.kill()


def test_a_reader_that_has_seen_enough_is_no_error(data: Data) -> None:
    note(data, *(event(f"n{number}.example", time=NOW + number) for number in range(3000)))
    call = f"{sys.executable} -m gateway.cli log -n 3000 --data {data.root} | head -n 1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", call], capture_output=True, text=True, timeout=30, env={**os.environ}
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_json_without_a_number_is_the_whole_log_oldest_first(data: Data, terminal: Terminal) -> None:
    note(data, *(event(f"n{number}.example", time=NOW + number) for number in range(1500)))
    rows = terminal.rows("log")
    assert [row["name"] for row in rows] == [f"n{number}.example" for number in range(1500)]
    assert [row["name"] for row in terminal.rows("log", "--limit", "2")] == ["n1498.example", "n1499.example"]


@pytest.mark.usefixtures("filled")
def test_list_and_type_narrow_what_is_shown(terminal: Terminal) -> None:
    assert [row["name"] for row in terminal.rows("log", "--list", "ads")] == ["ads.example"]
    assert [row["name"] for row in terminal.rows("log", "--type", "aaaa")] == ["tracking.miui.com"]


@pytest.mark.usefixtures("filled")
def test_log_is_written_to_a_file(terminal: Terminal, tmp_path: Path) -> None:
    for kind in ("csv", "jsonl"):
        done = terminal.run("log", "--action", "blocked", "--export", str(tmp_path / f"log.{kind}"))
        assert done.code == 0
        assert (tmp_path / f"log.{kind}").read_text().count("tracking.miui.com^") == 1
    assert sorted(path.name for path in tmp_path.glob("log.*")) == ["log.csv", "log.jsonl"]


@pytest.mark.usefixtures("filled")
def test_file_that_cannot_be_is_refused_with_a_hint(terminal: Terminal, tmp_path: Path) -> None:
    refused = terminal.run("log", "--export", str(tmp_path / "log.xls"))
    assert refused.code == 1
    assert ".parquet" in refused.err
    refused = terminal.run("log", "--export", str(tmp_path / "absent" / "log.csv"))
    assert refused.code == 1
    assert "cannot be written" in refused.err
