"""A signed bundle on a running box: what phones are told changes with it, whole or not at all."""

import json
import random
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.list_server import ListServer, serving, text
from tests.fakes.live_box import started
from tests.fakes.publisher import needs_minisign, run_minisign
from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, OUTSIDE, House, eventually, hushgate, living
from tests.live.panel import panel_of

pytestmark = needs_minisign

RULED, LISTED, KNOWN = "shop.example.org", "news.example.org", "www.example.org"
NAMES = (RULED, LISTED, KNOWN)
KILLS = 3


class Publisher:
    """Somebody with a folder, the minisign program and a key of theirs."""

    def __init__(self, folder: Path, server: ListServer) -> None:
        self.folder = folder
        self.bundle = folder / "acme.bundle"
        done = run_minisign("-G", "-W", "-s", folder / "secret", "-p", folder / "public")
        assert not done.returncode, done.stderr
        (folder / "rules.txt").write_text(f"||{RULED}^\n")
        (folder / "lists.toml").write_text(
            f'[[list]]\nsource = "http://127.0.0.1:{server.port}/ads"\nname = "Ads"\n'
        )
        row = {"pattern": KNOWN, "company": "Acme", "purposes": ["analytics"], "breakage": "nothing"}
        row |= {"profile": "essential", "confidence": "high", "evidence": ["a capture"]}
        written = "\n".join(f"{key} = {json.dumps(value)}" for key, value in row.items())
        (folder / "acme.toml").write_text(f"[[host]]\n{written}\n")
        server.pages["/ads"] = text(f"{LISTED}\n".encode())

    def build(self, version: int) -> None:
        """Build, and sign as minisign does."""
        files = [str(self.folder / name) for name in ("rules.txt", "lists.toml", "acme.toml")]
        words = ("--name", "acme", "--version", str(version), "--expires", "30d", "-o", str(self.bundle))
        for call in (
            [*hushgate(), "bundle", "build", *files, *words],
            ["minisign", "-S", "-s", str(self.folder / "secret"), "-m", str(self.bundle)],
        ):
            done = subprocess.run(call, capture_output=True, text=True, timeout=60, check=False)
            assert not done.returncode, done.stderr


@pytest.fixture
def house(data_dir: Path, world: FakeUpstream) -> Iterator[House]:
    """A box that may fetch lists from here."""
    environment = {"HUSHGATE_LISTS__ALLOW_PRIVATE": "true"}
    with living(House(data_dir / "box", world.url, environment=environment)) as running:
        yield running


@pytest.fixture
def publisher(tmp_path: Path, house: House) -> Iterator[Publisher]:
    with serving({}) as server:
        made = Publisher(tmp_path, server)
        house.one("bundle", "keys", "add", str(tmp_path / "public"), "--name", "Acme")
        yield made


def told(house: House) -> list[str]:
    return [house.address(name) for name in NAMES]


def _are_told(house: House, address: str) -> bool:
    return told(house) == [address] * len(NAMES)


def test_what_a_bundle_brings_is_blocked_and_back_when_it_is_removed(
    house: House, publisher: Publisher
) -> None:
    assert told(house) == [OUTSIDE] * 3
    publisher.build(1)
    done = house.one("bundle", "apply", str(publisher.bundle))
    assert done["applied"]["workers"] == done["applied"]["of"] == 2
    assert told(house) == [BLOCKED] * 3
    assert [house.one("why", name)["action"] for name in NAMES] == ["blocked"] * 3
    assert house.one("why", KNOWN)["rule"]["list"] == "bundle:acme"
    house.one("bundle", "remove", "acme")
    assert told(house) == [OUTSIDE] * 3


def test_a_bundle_killed_at_any_moment_is_there_whole_or_not_at_all(
    house: House, publisher: Publisher
) -> None:
    chance = random.Random(4)
    for version in range(1, KILLS + 1):
        publisher.build(version)
        call = [*hushgate(), "bundle", "apply", str(publisher.bundle)]
        process = subprocess.Popen(
            call, env=house.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(chance.uniform(0.4, 2.0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        (stored, known) = house.rows("bundle"), len(house.rows("rules")) + len(house.rows("lists"))
        assert known == (2 if stored and stored[0]["version"] else 0)
        wanted = BLOCKED if known else OUTSIDE
        # Killed between its publication and its commit, it is in force until the keeper has noticed.
        eventually(partial(_are_told, house, wanted), seconds=60)
        if known and chance.random() < 0.5:
            house.one("bundle", "remove", "acme")
    publisher.build(KILLS + 1)
    house.one("bundle", "apply", str(publisher.bundle))
    assert told(house) == [BLOCKED] * 3


def test_a_bundle_over_http_is_in_force_when_it_is_answered(world: FakeUpstream, tmp_path: Path) -> None:
    with started(world.url, {"LISTS__ALLOW_PRIVATE": "true"}, panel=True) as box, serving({}) as server:
        publisher = Publisher(tmp_path, server)
        panel = panel_of(box)
        admin, rules, read = (
            box.command("token", "create", "--scope", scope, "--name", scope).stdout.strip()
            for scope in ("admin", "rules", "read")
        )
        publisher.build(1)
        sent = {
            "bundle": publisher.bundle.read_text(),
            "signature": publisher.bundle.with_name("acme.bundle.minisig").read_text(),
        }
        key = {"public_key": (tmp_path / "public").read_text(), "name": "Acme"}
        assert panel.call("POST", "/v1/bundles", sent, token=rules).status == 422  # nobody trusts the key yet
        assert panel.call("POST", "/v1/bundle-keys", key, token=rules).status == 403
        assert panel.call("POST", "/v1/bundle-keys", key, token=admin).status == 201
        assert panel.call("POST", "/v1/bundles", sent, token=read).status == 403
        tried = panel.call("POST", "/v1/bundles?dry_run=true", sent, token=rules, timeout=60)
        assert (tried.status, tried.json()["dry_run"]) == (200, True)
        assert [box.box.address(name) for name in NAMES] == [OUTSIDE] * 3
        made = panel.call("POST", "/v1/bundles", sent, token=rules, timeout=60)
        assert (made.status, made.json()["applied"]["workers"]) == (201, 2), made.body
        assert [box.box.address(name) for name in NAMES] == [BLOCKED] * 3
        before = made.json()["generation"] - 1
        back = panel.call("POST", f"/v1/generations/{before}:restore", token=rules, timeout=60)
        assert back.status == 200, back.body
        assert [box.box.address(name) for name in NAMES] == [OUTSIDE] * 3
        again = panel.call("POST", "/v1/bundles", sent, token=rules, timeout=60)  # the highest may come back
        assert again.status == 201, again.body
        assert [box.box.address(name) for name in NAMES] == [BLOCKED] * 3
        gone = panel.call("DELETE", "/v1/bundles/acme", token=rules, timeout=60)
        assert gone.status == 200, gone.body
        assert [box.box.address(name) for name in NAMES] == [OUTSIDE] * 3
        assert box.faults() == []
