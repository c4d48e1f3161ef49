import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.data import Data
from gateway.settings import OFF, Panel
from tests.fakes.ears import Ear, listening
from tests.fakes.terminal import Terminal
from tests.goldens import Golden


def worker(role: str, **more: Any) -> dict[str, Any]:
    return {
        "role": role,
        "pid": 7,
        "since": int(time.time()) - 7300,
        "generation": 42,
        "counts": {"packets": 1234},
        "events": {"waiting": 3, "dropped": 0, "keeper": True},
        "upstreams": [
            {
                "url": "tls://192.0.2.1",
                "domain": "",
                "state": "up",
                "sent": 100,
                "failed": 1,
                "latency_ms": 12.3,
                "last_error": "",
            }
        ],
        **more,
    }


def keeper(**journal: Any) -> dict[str, Any]:
    state = {"state": "writing", "reason": "", "waiting": 0, "stored": 9, "refused": 0, "set_aside": ""}
    return {
        "role": "keeper",
        "pid": 8,
        "since": int(time.time()) - 30,
        "generation": 42,
        "journal": {**state, **journal},
    }


@pytest.fixture
def roles(data: Data) -> Iterator[dict[str, Ear]]:
    """Two workers and the keeper, whose answers a test may change."""
    settings = data.read_settings()
    data.write_settings(
        msgspec.structs.replace(
            settings, dns=msgspec.structs.replace(settings.dns, workers=2), panel=Panel(listen=OFF)
        )
    )
    with ExitStack() as stack:
        yield {
            one["role"]: stack.enter_context(listening(data.run, one["role"], partial(_say, one)))
            for one in (worker("dns-0"), worker("dns-1"), keeper())
        }


def _say(what: dict[str, Any], _: object) -> dict[str, Any]:
    return what


@pytest.mark.usefixtures("roles")
def test_what_people_read(terminal: Terminal, golden: Golden) -> None:
    golden.check("status.txt", terminal.good("status").out.replace("31 s", "30 s"))


@pytest.mark.usefixtures("roles")
def test_each_role_is_an_object_of_its_own(terminal: Terminal) -> None:
    rows = terminal.rows("status")
    assert [(row["role"], row["state"], row["generation"]) for row in rows] == [
        ("dns-0", "up", 42),
        ("dns-1", "up", 42),
        ("keeper", "up", 42),
    ]
    assert rows[0]["upstreams"][0]["url"] == "tls://192.0.2.1"


def test_where_nothing_runs_it_says_so_and_fails(terminal: Terminal) -> None:
    said = terminal.run("status")
    assert said.code == 1
    assert {line.split()[1] for line in said.out.splitlines()[1:-2] if line} >= {"down"}
    assert "keeper does not run" in said.out
    assert "hushgate up" in said.err
    assert {row["state"] for row in terminal.run("status", "--json").rows()} == {"down"}


def test_one_role_that_is_down_fails_and_is_named(terminal: Terminal, roles: dict[str, Ear]) -> None:
    roles["dns-1"].answer = lambda _: {"error": "out of memory"}
    said = terminal.run("status")
    assert said.code == 1
    assert "dns-1: out of memory" in said.out


def test_trouble_with_the_log_is_shown(terminal: Terminal, roles: dict[str, Ear]) -> None:
    roles["keeper"].answer = lambda _: {
        **keeper(state="waiting", reason="database is locked", refused=2),
        "set_aside": ["/data/journal.db.corrupt-1"],
    }
    said = terminal.good("status").out
    assert "The log is waiting: database is locked" in said
    assert "refused 2 events" in said
    assert "set aside as /data/journal.db.corrupt-1" in said


def test_a_worker_that_decides_by_an_older_generation_is_shown(
    terminal: Terminal, roles: dict[str, Ear]
) -> None:
    roles["dns-1"].answer = lambda _: worker("dns-1", policy_fault="overlay-42: damaged")
    assert "dns-1 decides by an older generation: overlay-42: damaged" in terminal.good("status").out


def test_why_packets_are_not_guarded_is_shown(terminal: Terminal, roles: dict[str, Ear]) -> None:
    roles["dns-1"].answer = lambda _: worker("firewall", fault="nft is not installed")
    assert "firewall: nft is not installed" in terminal.good("status").out


def test_lost_events_are_shown(terminal: Terminal, roles: dict[str, Ear]) -> None:
    lost = {"waiting": 0, "dropped": 5, "keeper": False}
    roles["dns-0"].answer = lambda _: worker("dns-0", events=lost)
    lines = terminal.good("status").out.splitlines()
    assert lines[1].split()[-1] == "5"


def test_the_box_of_another_user_is_said_to_be_that(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    assert "is another user's" in terminal.refused("status")
