"""A Pi-hole moves into a running box, and backups of the box come back: whole, or not at all."""

import http.client
import json
import os
import random
import signal
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.pihole import domains, gravity, v6
from tests.live.house import BLOCKED, OUTSIDE, RULED, House, eventually

OTHER, THIRD = "news.example.org", "www.example.org"
KILLS = 4


def send(house: House, method: str, path: str, content: bytes = b"", *, token: str) -> tuple[int, bytes]:
    """One request with a file as its body."""
    panel = http.client.HTTPConnection("127.0.0.1", house.panel, timeout=60)
    try:
        panel.request(method, path, content, {"Authorization": f"Bearer {token}"})
        answer = panel.getresponse()
        return answer.status, answer.read()
    finally:
        panel.close()


def token(house: House, scope: str) -> str:
    """As a person makes one."""
    return house.run("token", "create", "--scope", scope, "--name", scope).stdout.strip()


def told(house: House) -> list[str]:
    return [house.address(name) for name in (RULED, OTHER, THIRD)]


def _are(house: House, wanted: list[str]) -> bool:
    return told(house) == wanted


def test_a_pi_hole_moves_in_over_http_and_out_again(house: House) -> None:
    database = gravity(
        *domains(
            (1, 1, RULED, 1, "", (0,)),
            (2, 3, r"(\.|^)example\.org$", 1, "", (0,)),
            (3, 0, THIRD, 1, "", (0,)),
            (4, 3, "^ads[0-9]+;querytype=A", 1, "", (0,)),
        )
    )
    rules, admin = token(house, "rules"), token(house, "admin")
    assert send(house, "GET", "/v1/backup", token=rules)[0] == 403
    status, before = send(house, "GET", "/v1/backup", token=admin)
    assert status == 200
    tried = send(house, "POST", "/v1/rules:import?dry_run=true", v6(database, ""), token=rules)
    assert (tried[0], json.loads(tried[1])["result"]["rules"]) == (200, 4)
    assert told(house) == [OUTSIDE] * 3
    status, said = send(house, "POST", "/v1/rules:import", v6(database, ""), token=rules)
    done: dict[str, Any] = json.loads(said)
    assert (status, done["rules"], done["applied"]["workers"], done["refused"]) == (200, 4, 2, [])
    assert told(house) == [BLOCKED, BLOCKED, OUTSIDE]
    status, given = send(house, "GET", "/v1/rules:export?format=adblock", token=rules)
    assert "@@|www.example.org^" in given.decode().splitlines()
    assert send(house, "POST", "/v1/restore", before, token=rules)[0] == 403
    status, said = send(house, "POST", "/v1/restore", before, token=admin)
    assert (status, json.loads(said)["applied"]["workers"]) == (200, 2)
    assert told(house) == [OUTSIDE] * 3


@pytest.fixture
def backups(house: House, tmp_path: Path) -> tuple[Path, Path]:
    """Two of this box: one that blocks the first name, one that blocks the others."""
    first, second = tmp_path / "first.tar.gz", tmp_path / "second.tar.gz"
    house.one("rules", "add", f"||{RULED}^")
    house.one("backup", str(first))
    house.one("rules", "remove", "1")
    for name in (OTHER, THIRD):
        house.one("rules", "add", f"||{name}^")
    house.one("backup", str(second))
    return first, second


FIRST, SECOND = [BLOCKED, OUTSIDE, OUTSIDE], [OUTSIDE, BLOCKED, BLOCKED]


def _stored(house: House) -> list[str]:
    return [row["text"] for row in house.rows("rules")]


def _is_one_of_them(house: House) -> bool:
    """What is stored is one of the two, and what phones are told is that, as soon as the keeper has looked."""
    stored = _stored(house)
    assert stored in ([f"||{RULED}^"], [f"||{OTHER}^", f"||{THIRD}^"])
    eventually(partial(_are, house, FIRST if len(stored) == 1 else SECOND), seconds=60)
    return len(stored) == 1


def test_a_restore_killed_at_any_moment_leaves_one_state_or_the_other(
    house: House, backups: tuple[Path, Path]
) -> None:
    chance = random.Random(5)
    first = False
    for _ in range(KILLS):
        process = house.begin("restore", str(backups[first]))
        timer = threading.Timer(chance.uniform(0.3, 1.5), process.kill)
        timer.start()
        process.communicate(timeout=60)
        timer.cancel()
        acknowledged = process.returncode == 0
        now = _is_one_of_them(house)
        assert not acknowledged or now is not first
        first = now
    house.one("restore", str(backups[0]))
    assert told(house) == FIRST


def _other_panel(house: House, victim: int) -> int:
    """The process of the panel that is not this one; 0 while there is none."""
    return next((pid for pid in house.role_pids("panel") if pid != victim), 0)


def test_the_panel_killed_while_it_restores_leaves_one_state_or_the_other(
    house: House, backups: tuple[Path, Path]
) -> None:
    chance = random.Random(6)
    admin = token(house, "admin")
    contents = [path.read_bytes() for path in backups]
    first = False
    for _ in range(KILLS // 2):
        victim = _other_panel(house, 0)
        timer = threading.Timer(chance.uniform(0.0, 0.12), os.kill, (victim, signal.SIGKILL))
        timer.start()
        try:
            acknowledged = send(house, "POST", "/v1/restore", contents[first], token=admin)[0] == 200
        except (OSError, http.client.HTTPException):
            acknowledged = False
        timer.join()
        now = _is_one_of_them(house)
        assert not acknowledged or now is not first
        first = now
        eventually(partial(_other_panel, house, victim))
