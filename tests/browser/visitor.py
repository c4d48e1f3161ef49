"""Somebody with a browser: Debian's Chromium, driven by Playwright. Every page is watched: what it loads, what it
complains of, what its policy forbids."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, Page, Request

from tests.browser.household import Household
from tests.live.chromium import PROGRAM, QUIET

Theme = Literal["light", "dark"]

DESKTOP = (1400, 1000)
PHONE = (390, 844)
ZONE = "Europe/Berlin"
SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"  # not committed
AXE = Path(__file__).parents[2] / "api" / "panel" / "node_modules" / "axe-core" / "axe.min.js"
# Best practices beside what WCAG 2.2 AA asks for.
_AXE_RUN = """() => axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})"""

OPTIONS: dict[str, Any] = {"executable_path": str(PROGRAM), "args": list(QUIET)}


class Visitor:
    """One browser window, logged in."""

    def __init__(self, home: Household, context: BrowserContext) -> None:
        self.home = home
        self.context = context
        self.page: Page = context.new_page()
        self.page.set_default_timeout(15_000)
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self._complained(said.type, said.text))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("request", self._requested)

    def open(self, path: str) -> Page:
        """Go there, and wait until the page has what it asked for."""
        self.page.goto(f"{self.home.origin}{path}")
        self.page.locator("h1").first.wait_for()
        self.settled()
        return self.page

    def settled(self) -> None:
        """Wait until nothing in sight says that it is still being fetched."""
        self.page.locator("[data-waiting]").first.wait_for(state="detached")

    def accessibility(self) -> list[str]:
        """What axe finds wrong with the page as it stands, a line each."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate(_AXE_RUN)
        return [
            f"{one['id']}: {one['help']}: {json.dumps([node['target'] for node in one['nodes']][:4])}"
            for one in found["violations"]
        ]

    def picture(self, name: str) -> Path:
        """A screenshot of the whole page, in SCREENSHOTS."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        path = SCREENSHOTS / f"{name}.png"
        self.page.evaluate(
            "scrollTo(0, document.documentElement.scrollHeight)"
        )  # charts come when they are seen
        self.settled()
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=path, full_page=True)
        return path

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        wide: int = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return max(0, wide)

    def check(self) -> None:
        """Nothing was complained of, and nothing was loaded from anywhere else."""
        assert not self.complaints
        assert not [
            url for url in self.asked if not url.startswith((f"{self.home.origin}/", "data:", "blob:"))
        ]

    def _complained(self, kind: str, text: str) -> None:
        # An answer that is an error is the page's to show; the browser mentions each in the console.
        if kind in ("error", "warning") and "Failed to load resource" not in text:
            self.complaints.append(f"{kind}: {text}")

    def _requested(self, request: Request) -> None:
        self.asked.append(request.url)


@contextmanager
def visiting(
    browser: Browser,
    home: Household,
    *,
    theme: Theme = "light",
    size: tuple[int, int] = DESKTOP,
    known: bool = True,
    scale: float = 1,
) -> Iterator[Visitor]:
    """A window of its own, checked when it is closed. `known`: logged in already; `scale`: how fine its screen is."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=theme,
        locale="en-GB",
        timezone_id=ZONE,
        reduced_motion="reduce",
        device_scale_factor=scale,
    )
    try:
        if known:
            name, _, value = home.cookie.partition("=")
            context.add_cookies([{"name": name, "value": value, "url": home.origin}])
        visitor = Visitor(home, context)
        yield visitor
        visitor.check()
    finally:
        context.close()
