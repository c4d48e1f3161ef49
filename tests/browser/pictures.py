"""`python -m tests.browser.pictures [FOLDER]`: the pictures of the panel in the README.

A day in an invented house: the verdicts are those of the box's own policy, the pages those of a real box.
"""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, sync_playwright

from gateway.demo.scenes import SCENES
from tests.browser.household import HARMLESS, OUTSIDE, Household, moved_in
from tests.browser.visitor import OPTIONS, PHONE, ZONE, Theme, visiting
from tests.fakes import decided, idle_box
from tests.fakes.live_box import on
from tests.fakes.upstream import running_upstream

FOLDER = Path(__file__).parents[2] / "api" / "panel" / "pictures"
HOURS = 24

_REDMI, _POCO, _PIXEL = "127.10.0.1", "127.10.0.2", "127.10.0.3"


@dataclass(frozen=True)
class Picture:
    """A page as it stands in a window."""

    path: str
    theme: Theme
    size: tuple[int, int]  # of the window, in CSS pixels
    scale: float = 1  # of the picture to that: screens are finer than 96 dots per inch
    prepare: Callable[[Page], None] | None = None  # before it is taken

    @property
    def pixels(self) -> tuple[int, int]:
        """Its width and height."""
        width, height = self.size
        return round(width * self.scale), round(height * self.scale)


def _wait_for_the_chart(page: Page) -> None:
    page.locator("figure > [role=img] svg").first.wait_for()  # its code is loaded when it is seen


def _read_a_row(page: Page) -> None:
    page.get_by_role("option").filter(has_text="sa.api.intl.miui.com").first.click()
    page.get_by_role("complementary", name="This row").get_by_text("Singapore").first.wait_for()


PICTURES = {
    "home": Picture("/?span=24h", "light", (1400, 1012), prepare=_wait_for_the_chart),
    "log": Picture("/log", "dark", (1400, 860), prepare=_read_a_row),
    "phone": Picture(f"/phones/{_REDMI}?span=24h", "light", PHONE, 1.5),
}

# What anybody's phone asks for: a page, a map, a message.
_ORDINARY = (
    ("www.wikipedia.org", "upload.wikimedia.org"),
    ("www.bbc.com", "ichef.bbci.co.uk"),
    ("tile.openstreetmap.org",),
    ("chat.signal.org", "cdn.signal.org"),
    ("www.debian.org", "deb.debian.org"),
    ("play.googleapis.com", "time.android.com"),
)
_BROWSING = SCENES[1][1]
_XIAOMI = tuple(names for _, names in SCENES[:5])
_SHOPPING = tuple(names for _, names in SCENES[4:])
_PHONES = {
    _REDMI: ("Redmi Note 8", (*_XIAOMI, *_ORDINARY)),
    _POCO: ("POCO F3", (*_SHOPPING, *_ORDINARY)),
    _PIXEL: ("Pixel 7", _ORDINARY),
}
# How often each is picked up, by the hour of the day.
_PICKED_UP = (1, 1, 1, 1, 1, 1, 3, 7, 8, 6, 5, 6, 7, 6, 5, 6, 7, 8, 10, 12, 13, 11, 7, 3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write them; 0."""
    given = sys.argv[1:] if arguments is None else arguments
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**OPTIONS)
        for path in taken(browser, Path(given[0]) if given else FOLDER):
            print(f"{path}  {path.stat().st_size / 1000:.0f} kB")
        browser.close()
    return 0


def taken(browser: Browser, folder: Path) -> Iterator[Path]:
    """Each of PICTURES, as soon as it is in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    known = [f"{name} 60 IN A {OUTSIDE}" for name in HARMLESS]
    with tempfile.TemporaryDirectory(prefix="hg-") as made:
        data = idle_box.made(Path(made) / "data")
        decided.live(data, _a_day())
        with running_upstream(*known) as world, on(data.root, world.url, panel=True) as live:
            home = moved_in(live)
            _name(home)
            for name, wanted in PICTURES.items():
                yield _taken(browser, home, wanted, folder / f"{name}.png")


def _taken(browser: Browser, home: Household, wanted: Picture, path: Path) -> Path:
    with visiting(browser, home, theme=wanted.theme, size=wanted.size, scale=wanted.scale) as visitor:
        page = visitor.open(wanted.path)
        if wanted.prepare:
            wanted.prepare(page)
        visitor.settled()
        page.screenshot(path=path)
    return path


def _a_day() -> list[decided.Question]:
    """What these phones asked for until now: more in the evening, little at night."""
    chance = random.Random(8)
    now = int(time.time())
    asked: list[decided.Question] = []
    for begun in range(now - HOURS * 3600, now, 3600):
        often = _PICKED_UP[datetime.fromtimestamp(begun, ZoneInfo(ZONE)).hour]
        for phone, (_, habits) in _PHONES.items():
            for _ in range(often):
                at = begun + chance.randrange(3600)
                for name in chance.choice(habits):  # one after the other, as a phone does
                    at += chance.randrange(3)
                    asked.append((at, phone, name))
    last = [(now - 60 + 2 * place, _REDMI, name) for place, name in enumerate(_BROWSING)]
    return sorted(question for question in asked if question[0] < now - 60) + last


def _name(home: Household) -> None:
    for address, (name, _) in _PHONES.items():
        home.api("PATCH", f"/v1/devices/{address}", {"name": name})
    home.wait_for_rows("device=127.0.0.1")
    home.api("DELETE", "/v1/devices/127.0.0.1?wipe=true")  # which only looked whether the box answers


if __name__ == "__main__":
    sys.exit(main())
