"""The upstreams of a running box are changed over the API: no query is lost, and what was answered stays."""

import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPException
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from gateway import chosen, workers
from gateway.data import Data
from tests.fakes import quick_upstream, steady
from tests.fakes.box import running
from tests.fakes.live_box import LiveBox, program, wait_for_all_roles
from tests.live.panel import Answered, Panel, panel_of

PATIENCE = 20.0  # seconds


class Changing:
    """A box whose settings a token may change."""

    def __init__(self, live: LiveBox) -> None:
        self.live = live
        self.panel: Panel = panel_of(live)
        self.data = Data(live.data)
        made = live.command("token", "create", "--scope", "admin", "--name", f"test {time.monotonic_ns()}")
        self.token = made.stdout.strip()

    def call(self, method: str, path: str, body: Any = None, timeout: float = 30) -> Answered:
        """As an admin."""
        return self.panel.call(method, path, body, token=self.token, timeout=timeout)

    def set(self, **values: Any) -> dict[str, Any]:
        """Change settings; what is in force then."""
        answer = self.call("PATCH", "/v1/network", values)
        assert answer.status == 200, answer.body
        found: dict[str, Any] = answer.json()
        return found

    def setting(self, key: str) -> dict[str, Any]:
        """One setting as it is shown."""
        shown = self.call("GET", "/v1/network").json()["settings"]
        return next(one for one in shown if one["key"] == key)

    def in_workers(self) -> list[list[str]]:
        """The upstreams of each worker."""
        said = workers.ask_all(self.data.run, "status")
        return [
            [one["url"] for one in answer["upstreams"]]
            for answer in said.values()
            if isinstance(answer, dict)
        ]


@contextmanager
def box(folder: Path, upstream: str = "") -> Iterator[Changing]:
    """A box of two workers in this folder; nobody names an upstream."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("HUSHGATE_")}
    command = [program(), "up"]
    data = folder / "data"
    with running(command, data, upstream=upstream, environment=environment, panel=True) as made:
        wait_for_all_roles(Data(data))
        yield Changing(LiveBox(made, data, command[0]))


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="hg-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[str, str]]:
    """Two upstreams that say the same."""
    with quick_upstream.answering() as one, quick_upstream.answering() as other:
        yield one, other


def eventually(look: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.05)  # between two looks


def test_no_query_is_lost_while_upstreams_are_changed_and_they_are_the_same_after_a_restart(
    folder: Path, two: tuple[str, str]
) -> None:
    with box(folder) as changing:
        assert changing.setting("dns.upstreams")["source"] == "default"
        first = changing.set(upstreams=[two[0]])
        assert first["applied"]["workers"] == first["applied"]["of"] == 2
        assert [one["ok"] for one in first["tested"]] == [True]
        questions = {"*.example.net": quick_upstream.ADDRESS, "tracking.miui.com": "0.0.0.0"}
        with steady.phone(changing.live.port, questions, every=0.002) as phone:
            for turn, upstream in zip(range(30), cycle(reversed(two)), strict=False):
                changed = changing.set(upstreams=[upstream], blocked_ttl=10 + turn)
                assert changed["applied"]["workers"] == 2
                assert changing.in_workers() == [[upstream]] * 2
            phone.report().complain(p99_ms=250)
        last = changed["upstreams"]
        assert not changing.live.faults()
    with box(folder) as again:
        assert again.setting("dns.upstreams") == {
            **again.setting("dns.upstreams"), "value": last, "source": "panel", "editable": True
        }  # fmt: skip
        assert again.in_workers() == [last] * 2
        assert again.live.box.address("new.example.net") == quick_upstream.ADDRESS
        assert "set by the panel" in again.live.command("check").stdout
        # A worker that is killed comes back with them, and so do both.
        os.kill(again.live.pids()["hush dns-0"], signal.SIGKILL)
        eventually(lambda: again.in_workers() == [last] * 2)
        again.data.chosen.write_bytes(b"")  # as a power cut leaves files
    with box(folder) as again:
        assert again.in_workers() == [last] * 2
        assert "panel-settings.json" in again.live.box.text()
        assert again.call("GET", "/v1/network").status == 503
        again.data.chosen.unlink()
        eventually(lambda: last not in again.in_workers())
        assert again.set(upstreams=[two[0]])["applied"]["workers"] == 2
        assert again.set(upstreams=None)["upstreams"] == []
    with box(folder, two[0]) as named:
        shown = named.setting("dns.upstreams")
        assert (shown["source"], shown["editable"]) == ("environment", False)
        refused = named.call("PATCH", "/v1/network", {"upstreams": [two[1]]})
        assert refused.status == 409
        assert "environment" in refused.json()["detail"]


def test_an_upstream_that_does_not_answer_is_refused_and_nothing_changes(
    folder: Path, two: tuple[str, str]
) -> None:
    with box(folder) as changing:
        changing.set(upstreams=[two[0]])
        dead = f"udp://127.0.0.1:{changing.panel.port}"
        refused = changing.call("PATCH", "/v1/network", {"upstreams": [two[0], dead]})
        assert refused.status == 422
        assert dead in refused.json()["detail"]
        assert changing.in_workers() == [[two[0]]] * 2
        assert changing.set(upstreams=[two[0], dead], force=True)["upstreams"] == [two[0], dead]
        assert changing.in_workers() == [[two[0], dead]] * 2
        test = changing.call("POST", "/v1/network:test", {"upstream": dead}).json()
        assert (test["ok"], test["ms"]) == (False, None)
        assert test["error"]


def test_a_trace_is_a_real_question_that_leaves_no_row(folder: Path, two: tuple[str, str]) -> None:
    with box(folder) as changing:
        changing.set(upstreams=[two[0]])
        for name, last, action in (
            ("www.example.net", "answers", "allowed"),
            ("tracking.miui.com", "policy", "blocked"),
        ):
            traced = changing.call("GET", f"/v1/trace?name={name}").json()
            assert (traced["links"][-1]["link"], traced["verdict"]["action"]) == (last, action)
        assert traced["answer"]["records"] == ["A 0.0.0.0 ttl 10"]
        # What a phone asks afterwards is in the log; the traced questions are not.
        assert changing.live.box.address("seen.example.net") == quick_upstream.ADDRESS
        eventually(lambda: "seen.example.net" in changing.live.command("log", "--json").stdout)
        logged = changing.live.command("log", "--json").stdout
        assert "www.example.net" not in logged
        assert "tracking.miui.com" not in logged


def test_a_panel_killed_in_the_middle_of_changes_leaves_all_of_one_mind(
    folder: Path, two: tuple[str, str]
) -> None:
    with box(folder) as changing:
        changing.set(upstreams=[two[0]])
        acknowledged: list[int] = []
        over = threading.Event()

        def change_on() -> None:
            for upstream in cycle(reversed(two)):
                if over.is_set():
                    return
                try:
                    answer = changing.call("PATCH", "/v1/network", {"upstreams": [upstream], "force": True})
                except (OSError, HTTPException):  # it was killed just then
                    continue
                if answer.status == 200:
                    acknowledged.append(answer.json()["serial"])

        def acknowledged_more(number: int) -> None:
            wanted = len(acknowledged) + number
            eventually(lambda: len(acknowledged) >= wanted)

        asker = threading.Thread(target=change_on)
        asker.start()
        try:
            for _ in range(4):
                acknowledged_more(3)
                os.kill(changing.live.pids()["hush panel"], signal.SIGKILL)
        finally:
            over.set()
            asker.join()
        eventually(lambda: changing.call("GET", "/v1/network").status == 200)
        stored = chosen.read(changing.data.chosen)
        assert stored.serial >= max(acknowledged)
        eventually(lambda: changing.in_workers() == [stored.values["dns.upstreams"]] * 2)
        assert changing.setting("dns.upstreams")["value"] == stored.values["dns.upstreams"]

        def noted() -> bool:
            items = changing.call("GET", "/v1/audit?limit=1&action=network").json()["items"]
            return bool(items[0]["detail"]["after"]["serial"] == stored.serial)

        eventually(noted)
        assert changing.set(blocked_ttl=77)["serial"] == stored.serial + 1
