"""`python -m tests.browser.pictures [FOLDER]`: the pictures of the panel in the README.

A day in an invented house: the verdicts are those of the box's own policy, the pages those of a real box.
"""

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

from gateway.data import Data
from gateway.demo.scenes import SCENES
from tests.browser.household import HARMLESS, OUTSIDE, PHONES, Household, moved_in
from tests.browser.visitor import DESKTOP, OPTIONS, PHONE, Theme, visiting
from tests.fakes import decided, idle_box
from tests.fakes.live_box import on
from tests.fakes.upstream import running_upstream

FOLDER = Path(__file__).parents[2] / "api" / "panel" / "pictures"
HOURS = 24
SETTLED = 1500  # milliseconds until charts are drawn
_PICTURES: tuple[tuple[str, str, Theme, tuple[int, int]], ...] = (
    ("home", "/?span=24h", "light", DESKTOP),
    ("log", "/log", "dark", DESKTOP),
    ("phone", "/phones/127.10.0.1?span=24h", "light", PHONE),
)

_REDMI = tuple(name for _, names in SCENES[:5] for name in names)
_POCO = tuple(name for _, names in SCENES[4:] for name in names)
_WISHES = {
    "127.10.0.1": _REDMI,
    "127.10.0.2": _POCO,
    "127.10.0.3": (
        "www.google.com",
        "www.wikipedia.org",
        "play.googleapis.com",
        "www.example.org",
        "time.android.com",
    ),
}
# How busy a house is, by the hour of the day.
_BUSY = [
    0.3,
    0.25,
    0.2,
    0.2,
    0.2,
    0.25,
    0.4,
    0.6,
    0.6,
    0.5,
    0.5,
    0.5,
    0.6,
    0.6,
    0.5,
    0.6,
    0.7,
    0.8,
    0.9,
    1,
    1,
    0.9,
    0.7,
    0.5,
]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write them; 0."""
    given = sys.argv[1:] if arguments is None else arguments
    folder = Path(given[0]) if given else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hg-") as made, sync_playwright() as playwright:
        data = idle_box.made(Path(made) / "data")
        _live_a_day(data)
        upstream = [f"{name} 60 IN A {OUTSIDE}" for name in HARMLESS]
        browser = playwright.chromium.launch(**OPTIONS)
        with running_upstream(*upstream) as world, on(data.root, world.url, panel=True) as live:
            home = moved_in(live)
            _name(home)
            for name, path, theme, size in _PICTURES:
                with visiting(browser, home, theme=theme, size=size) as visitor:
                    page = visitor.open(path)
                    page.wait_for_timeout(SETTLED)
                    page.screenshot(path=folder / f"{name}.png")
                    print(folder / f"{name}.png")
        browser.close()
    return 0


def _live_a_day(data: Data) -> None:
    """What the phones of PHONES asked for in the last day: more in the evening, something all night."""
    chance = random.Random(8)
    now = int(time.time())
    for hour in range(HOURS):
        at = now - (HOURS - hour) * 3600 + 1800
        busy = _BUSY[time.localtime(at).tm_hour]
        for device, names in _WISHES.items():
            for second, name in enumerate(names):  # one after the other, as a phone does
                if chance.random() < busy:
                    count = 1 + int(chance.expovariate(1 / (6 * busy)))
                    decided.ask(data, device, (name,), time=at + 7 * second, count=count)


def _name(home: Household) -> None:
    for address, (name, _) in PHONES.items():
        if address in _WISHES:
            home.api("PATCH", f"/v1/devices/{address}", {"name": name})
    home.api("DELETE", "/v1/devices/127.0.0.1?wipe=true")  # which only looked whether the box answers


if __name__ == "__main__":
    sys.exit(main())
