"""Groups, lists, why and the log's buttons: over real HTTP, with phones that ask meanwhile."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.list_server import ListServer, serving, text
from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, OUTSIDE, TELEMETRY, House, eventually, living
from tests.live.panel import Panel

NEWS, SHOP, ANY = "news.example.org", "shop.example.org", "www.example.org"
KID, PARENT = "127.0.0.5", "127.0.0.6"
LARGE = 200_000  # names: more than are compiled or read in the panel itself
MAX_PANEL_KB = 90_000  # the bar for the panel


@dataclass(frozen=True)
class Home:
    """A box, and somebody with a token."""

    house: House
    token: str

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """One request that must end so."""
        answer = Panel(self.house.panel).call(method, path, body, token=self.token, timeout=120)
        assert answer.status == status, answer.body.decode(errors="replace")
        return answer.json()

    def told(self, name: str, source: str = PARENT) -> str:
        """What somebody there is told."""
        return self.house.address(name, source=source)


@pytest.fixture(scope="module")
def home(world: FakeUpstream) -> Iterator[Home]:
    """One box for all: each test takes back what it did."""
    near = {"HUSHGATE_LISTS__ALLOW_PRIVATE": "true"}
    with (
        tempfile.TemporaryDirectory(prefix="hg-") as folder,
        living(House(Path(folder) / "box", world.url, environment=near)) as house,
    ):
        words = (
            "token",
            "create",
            "--name",
            "home",
            "--scope",
            "rules",
            "--scope",
            "devices",
            "--scope",
            "read",
        )
        made = house.run(*words)
        assert made.returncode == 0, made.stderr
        found = Home(house, made.stdout.strip())
        eventually(lambda: Panel(house.panel).call("GET", "/healthz").status == 200)
        yield found


@pytest.fixture
def server() -> Iterator[ListServer]:
    with serving({"/shops.txt": text(f"||{SHOP}^\n".encode())}) as found:
        yield found


def test_a_childs_night_is_in_force_for_the_child_alone_and_ends(home: Home) -> None:
    home.call("POST", "/v1/groups", {"name": "kids"}, 201)
    home.call("PATCH", f"/v1/devices/{KID}", {"name": "Anna", "group": "kids"})
    home.call("POST", "/v1/rules", {"text": f"@@||{NEWS}^", "group": "kids"}, 201)
    night = {"zone": "Europe/Berlin", "windows": [{"start": "00:00", "end": "24:00", "block": "everything"}]}
    changed = home.call("PATCH", "/v1/groups/kids", {"schedule": night})
    assert changed["applied"]["workers"] == changed["applied"]["of"] == 2
    for _ in range(8):  # both workers
        assert (home.told(ANY, KID), home.told(NEWS, KID), home.told(ANY)) == (BLOCKED, OUTSIDE, OUTSIDE)
    why = home.call("GET", f"/v1/why?name={ANY}&device=Anna")
    assert (why["action"], why["rule"]["layer"], why["schedule"]) == (
        "blocked",
        "schedule",
        "by the schedule",
    )

    def logged() -> list[dict[str, Any]]:
        return [row for row in home.house.log("--name", ANY) if row["action"] == "blocked"]

    row = eventually(logged)[0]
    assert (row["rule"]["layer"], row["rule"]["list"]) == ("schedule", "kids")
    home.call("DELETE", "/v1/groups/kids")
    assert home.told(ANY, KID) == OUTSIDE


@pytest.mark.soak
def test_a_schedule_changes_by_itself_at_its_time(home: Home) -> None:
    if time.gmtime().tm_sec > 40:  # else the minute may be over before the window is in force
        eventually(lambda: time.gmtime().tm_sec < 40, seconds=30)
    now = time.time()
    this, following = (time.strftime("%H:%M", time.gmtime(now + by)) for by in (0, 60))
    window = {"start": this, "end": following, "block": "everything"}
    home.call("PATCH", "/v1/groups/everyone", {"schedule": {"zone": "UTC", "windows": [window]}})
    try:
        assert home.told(ANY) == BLOCKED
        eventually(lambda: home.told(ANY) == OUTSIDE, seconds=75)
        assert time.time() >= now - now % 60 + 60
        now_group = home.call("GET", "/v1/groups/everyone")["now"]
        assert (now_group["blocks_everything"], now_group["schedule"]) == (False, "")
    finally:
        home.call("PATCH", "/v1/groups/everyone", {"schedule": None})


def test_what_was_blocked_is_allowed_from_its_row_and_blocked_again(home: Home) -> None:
    assert home.told(TELEMETRY, KID) == BLOCKED
    row = eventually(lambda: [row for row in home.house.log("--name", TELEMETRY) if row["device"] == KID])[0]
    made = home.call("POST", f"/v1/log/{row['id']}:allow", {"comment": "needed"}, 201)
    assert (home.told(TELEMETRY, KID), home.told(TELEMETRY, PARENT)) == (OUTSIDE, BLOCKED)
    home.call("DELETE", f"/v1/rules/{made['rule']['id']}")
    assert home.told(TELEMETRY, KID) == BLOCKED


def test_lists_are_taken_up_hit_refreshed_and_given_up(home: Home, server: ListServer) -> None:
    source = f"http://127.0.0.1:{server.port}/shops.txt"
    made = home.call("POST", "/v1/lists", {"source": source, "name": "shops"}, 201)
    assert home.told(SHOP) == BLOCKED

    def hits() -> int:
        return int(home.call("GET", f"/v1/lists/{made['id']}")["hits"])

    assert eventually(hits) > 0
    server.pages["/shops.txt"] = text(b"".join(b"||n%d.example.net^\n" % n for n in range(LARGE)))
    refreshed = home.call("POST", "/v1/lists:refresh")
    assert [(one["outcome"], one["list"]["rules"]) for one in refreshed["items"]] == [("new", LARGE)]
    assert (home.told(SHOP), home.told("n7.example.net")) == (OUTSIDE, BLOCKED)
    assert _memory(home.house.pid_of("panel")) < MAX_PANEL_KB
    home.call("DELETE", f"/v1/lists/{made['id']}")
    assert home.told("n7.example.net") != BLOCKED


def _memory(pid: int) -> int:
    """kB, with its share of what it has in common with others."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
