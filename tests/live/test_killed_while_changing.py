"""kill -9 of panel and keeper at random points while the API changes rules, one by one and in bulk.

No acknowledged change is lost, none is half applied, the database is sound, what is stored is in force, and DNS
answers throughout.
"""

import contextlib
import http.client
import itertools
import json
import os
import random
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.policy import manifest
from gateway.policy.decide import Policy
from tests.fakes.upstream import FakeUpstream
from tests.live.asking import asking
from tests.live.house import BLOCKED, OUTSIDE, TELEMETRY, House, eventually, living

ROLES = ("panel", "keeper")
A_LIFE = 6  # kills, three of each role: then the box is started anew
BULK = 7  # rules of one bulk change
CHECKED = 40  # names that are asked for in the end

_Said = tuple[int, Any]  # status and body; 0: nobody knows what became of it


class Changer:
    """Sends changes one after the other, and remembers of each what it was told."""

    def __init__(self, house: House, token: str, chance: random.Random) -> None:
        self.acknowledged: dict[str, int] = {}  # text → the rule's number
        self.deleted: set[str] = set()
        self.unsure: set[str] = set()  # added or deleted, and the answer never came
        self.bulks: list[tuple[str, ...]] = []
        self.wrong: list[str] = []
        self.sent = self.cut = 0
        self._house = house
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._chance = chance
        self._stopping = threading.Event()
        self._numbers = itertools.count()

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Change one thing after the other for the length of the body."""
        self._stopping.clear()
        thread = threading.Thread(target=self._run, name="changer")
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join()

    def send(self, method: str, path: str, body: object = None) -> _Said:
        """What was answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self._house.panel, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, self._headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, None
        finally:
            connection.close()

    def _run(self) -> None:
        for number in self._numbers:
            if self._stopping.is_set():
                return
            match self._chance.randrange(4):
                case 0:
                    self._add_many(number)
                case 1 if self.acknowledged:
                    self._delete()
                case _:
                    self._add(number)

    def _add(self, number: int) -> None:
        text = f"||one{number}.example.org^"
        status, told = self._sent("POST", "/v1/rules", {"text": text})
        if status == 201:
            self.acknowledged[text] = told["id"]
            self._must_be(text, BLOCKED)
        else:
            self.unsure.add(text)

    def _add_many(self, number: int) -> None:
        texts = tuple(f"||bulk{number}-{place}.example.org^" for place in range(BULK))
        self.bulks.append(texts)
        status, told = self._sent("POST", "/v1/rules:bulk", {"create": [{"text": text} for text in texts]})
        if status == 200:
            self.acknowledged.update(zip(texts, told["created"], strict=True))
            self._must_be(texts[-1], BLOCKED)
        else:
            self.unsure.update(texts)

    def _delete(self) -> None:
        singles = [text for text in self.acknowledged if text.startswith("||one")]
        if not singles:
            return
        text = self._chance.choice(singles)
        status, _ = self._sent("DELETE", f"/v1/rules/{self.acknowledged.pop(text)}")
        if status == 200:
            self.deleted.add(text)
            self._must_be(text, "rcode 3")
        else:
            self.unsure.add(text)

    def _sent(self, method: str, path: str, body: object = None) -> _Said:
        status, told = self.send(method, path, body)
        self.sent += 1
        if not status:
            self.cut += 1
        elif status not in (200, 201, 503):
            self.wrong.append(f"{method} {path}: {status} {told}")
        return status, told

    def _must_be(self, text: str, expected: str) -> None:
        said = self._house.address(_name(text))
        if said != expected:
            self.wrong.append(f"{text} was acknowledged, and then {said}")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kills", [8, pytest.param(200, marks=pytest.mark.soak)])
def test_no_acknowledged_change_is_lost_and_none_is_half_applied(
    data_dir: Path, world: FakeUpstream, kills: int
) -> None:
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    print(f"seed {seed}")  # shown when it fails
    with living(House(data_dir / "box", world.url)) as house:
        made = house.run("token", "create", "--scope", "rules", "--name", "changer")
        changer = Changer(house, made.stdout.strip().splitlines()[-1], random.Random(seed))
        left = kills
        while left:
            left -= _one_life(house, changer, chance, left)
            assert not changer.wrong
            _all_is_whole(house, changer, chance)
            if left:  # a supervisor lets a role that died again and again wait longer and longer
                house.stop()
                house.start()
    print(f"{changer.sent} changes, {changer.cut} cut off, {kills} kills")
    assert changer.cut >= kills / 20, "hardly a change was under way when a role was killed"


def _one_life(house: House, changer: Changer, chance: random.Random, left: int) -> int:
    """Changes and kills until the supervisor would wait too long; how many kills."""
    kills = min(A_LIFE, left)
    with (
        asking(house.port, itertools.cycle((TELEMETRY, "www.example.org")), rate=100, sends=2) as steady,
        changer.at_work(),
    ):
        for number in range(kills):
            role = ROLES[number % len(ROLES)]
            (pid,) = eventually(lambda role=role: house.role_pids(role))  # type: ignore[misc]  # bound now
            eventually(lambda: changer.send("GET", "/v1/rules?limit=1")[0] == 200)
            until = time.monotonic() + chance.uniform(0.0, 0.5)
            eventually(lambda until=until: time.monotonic() > until)  # type: ignore[misc]  # bound now
            os.kill(pid, signal.SIGKILL)
            eventually(lambda role=role, pid=pid: house.role_pids(role) not in ([], [pid]))  # type: ignore[misc]  # bound now
        eventually(lambda: changer.send("GET", "/v1/rules?limit=1")[0] == 200)
        more = changer.sent + 3
        eventually(lambda: changer.sent >= more)
    assert not steady.lost()
    assert not steady.repeated()
    assert steady.told(TELEMETRY) == {BLOCKED}
    assert steady.told("www.example.org") == {OUTSIDE}
    return kills


def _all_is_whole(house: House, changer: Changer, chance: random.Random) -> None:
    # What a killed panel had published and not stored is taken back by the keeper, or by the next change.
    eventually(lambda: manifest.current(house.data / "policy").generation == _last_generation(house))
    with contextlib.closing(sqlite3.connect(house.data / "hushgate.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        stored = dict(database.execute("SELECT text, id FROM rule"))
        unaudited = "SELECT number FROM generation WHERE number NOT IN (SELECT generation FROM audit)"
        assert database.execute(unaudited).fetchall() == []
    certain = {text: number for text, number in changer.acknowledged.items() if text not in changer.unsure}
    assert certain.items() <= stored.items(), "acknowledged, and lost"
    assert not changer.deleted & stored.keys(), "deleted, and there again"
    known = changer.acknowledged.keys() | changer.unsure | changer.deleted
    assert stored.keys() <= known
    halves = [texts for texts in changer.bulks if len(set(texts) & stored.keys()) not in (0, BULK)]
    assert not halves, "half applied"
    in_force = {rule.text for rule in Policy.open(house.data / "policy").overlay.rules}
    assert in_force == stored.keys()
    for text in chance.sample(sorted(known), min(CHECKED, len(known))):
        assert house.addresses(_name(text), 4) == {BLOCKED if text in stored else "rcode 3"}, text


def _last_generation(house: House) -> int:
    with contextlib.closing(sqlite3.connect(house.data / "hushgate.db")) as database:
        (last,) = database.execute("SELECT max(number) FROM generation").fetchone()
    return int(last)


def _name(text: str) -> str:
    return text.removeprefix("||").removesuffix("^")
