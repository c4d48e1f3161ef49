"""Every page, in both themes and at both widths: whole, in reach of everybody, and nice to look at."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits
from tests.browser.household import Household, living
from tests.browser.visitor import DESKTOP, PHONE, Theme, visiting

PAGES = {
    "home": "/",
    "phones": "/phones",
    "phone": "/phones/127.10.0.1",
    "log": "/log",
    "rules": "/rules",
    "lists": "/lists",
    "catalogue": "/catalogue",
    "groups": "/groups",
    "history": "/generations",
    "bundles": "/bundles",
    "network": "/network",
    "system": "/system",
    "welcome": "/welcome",
    "point": "/point",
    "setup": "/setup",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_page_is_whole_and_in_reach_of_everybody(
    visit: Visits, name: str, theme: Theme, size: tuple[int, int]
) -> None:
    with visit(theme=theme, size=size) as visitor:
        visitor.open(PAGES[name])
        visitor.page.wait_for_load_state("load")
        visitor.picture(f"{name}-{'phone' if size == PHONE else 'desktop'}-{theme}")
        assert not visitor.overflow()
        assert not visitor.accessibility()


# WCAG 2.2: text at twice its size in a window of 1400 pixels, and a window as narrow as 320.
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("size", [(700, 500), (320, 640)], ids=["zoomed", "narrow"])
def test_page_needs_no_scrolling_to_the_side(visit: Visits, name: str, size: tuple[int, int]) -> None:
    with visit(size=size) as visitor:
        visitor.open(PAGES[name])
        assert not visitor.overflow()


@pytest.fixture(scope="module")
def empty(browser: Browser) -> Iterator[Household]:
    """A box that nobody has asked for anything."""
    del browser
    with living(furnished=False) as home:
        # Whoever started it has looked whether it answers.
        home.wait_for_rows("device=127.0.0.1")
        home.api("DELETE", "/v1/devices/127.0.0.1?wipe=true")
        yield home


@pytest.mark.parametrize(
    ("path", "says", "leads"),
    [
        ("/", "No phone has asked this box anything yet.", "First steps"),
        ("/phones", "No phone uses this box yet.", "First steps"),
        ("/log", "Nothing is in the log yet.", "Point a phone here"),
    ],
)
def test_empty_page_says_what_to_do(
    browser: Browser, empty: Household, path: str, says: str, leads: str
) -> None:
    with visiting(browser, empty) as visitor:
        page = visitor.open(path)
        expect(page.get_by_text(says)).to_be_visible()
        assert not visitor.accessibility()
        page.get_by_role("link", name=leads).click()
        page.wait_for_url("**/welcome")
        expect(page.get_by_text("Waiting for a phone to ask for something.")).to_be_visible()
        expect(page.get_by_role("button", name="Start the demo phone")).to_be_visible()
