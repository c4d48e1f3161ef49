"""The board of groups: who is in which, moved by hand, by keyboard, by the hundred."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import grouping
from tests.browser.grouping import EVIL, EVIL_SHOWN
from tests.browser.household import HARMLESS, OUTSIDE, Household, moved_in
from tests.browser.visitor import visiting
from tests.fakes.list_server import serving, text
from tests.fakes.live_box import started
from tests.fakes.upstream import running_upstream

BOARD = "/groups?show=phones"
CROWD = 600
CLASSES = ("class 1", "class 2", "class 3", "W" * 64)


@pytest.fixture(scope="module")
def own(browser: Browser) -> Iterator[Household]:
    """A house whose groups are changed."""
    del browser  # no box where nobody can look
    with grouping.house() as home:
        yield home


def _moved(page: Page, group: str, said: str) -> None:
    """Press on the group, then on Move; what is said of it is said to those who cannot see it, too."""
    page.get_by_role("dialog").get_by_role("button", name=group).click()
    _confirmed(page, said)


def _confirmed(page: Page, said: str) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Looked at")).to_be_visible()
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.locator("[aria-live=polite]").get_by_text(said)).to_be_visible()


def test_a_phone_is_dragged_to_another_group(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open(BOARD)
        _dragged(
            page,
            page.locator("[draggable=true]").filter(has_text="POCO F3"),
            grouping.column(page, "children"),
        )
        expect(page.get_by_role("dialog", name="Move POCO F3 to children")).to_be_visible()
        assert grouping.where(own, "127.10.0.2") == "everyone"  # its effect is shown first
        _confirmed(page, "POCO F3 is in children now.")
        expect(grouping.column(page, "children").get_by_text("POCO F3")).to_be_visible()
        assert grouping.where(own, "127.10.0.2") == "children"
        grouping.undo(page)
        expect(grouping.column(page, "everyone").get_by_text("POCO F3")).to_be_visible()
    assert grouping.where(own, "127.10.0.2") == "everyone"


def test_several_phones_are_dragged_at_once_and_dropped_nowhere_stay(
    browser: Browser, own: Household
) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open(BOARD)
        for name in ("POCO F3", "Redmi Note 8"):
            page.get_by_role("checkbox", name=f"Select {name}").check()
        held = page.locator("[draggable=true]").filter(has_text="POCO F3")
        _dragged(page, held, page.locator("h1"))
        expect(page.get_by_role("dialog")).to_have_count(0)
        _dragged(page, held, grouping.column(page, EVIL_SHOWN))
        expect(page.get_by_role("dialog", name=f"Move 2 phones to {EVIL_SHOWN}")).to_be_visible()
        _confirmed(page, f"2 phones are in {EVIL_SHOWN} now.")
        assert {grouping.where(own, "127.10.0.1"), grouping.where(own, "127.10.0.2")} == {EVIL}
        grouping.undo(page)
        expect(grouping.column(page, EVIL_SHOWN).get_by_text("No phone")).to_be_visible()


def test_a_phone_is_moved_by_keyboard_alone(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open(BOARD)
        button = page.get_by_role("button", name="Move Redmi Note 8 to another group")
        button.press("Enter")
        expect(page.get_by_role("dialog", name="Which group shall Redmi Note 8 be in?")).to_be_visible()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()  # where it was
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="children").press("Enter")
        dialog = page.get_by_role("dialog", name="Move Redmi Note 8 to children")
        expect(dialog.get_by_text("Looked at")).to_be_visible()
        dialog.get_by_role("button", name="Move", exact=True).press("Enter")
        expect(
            page.locator("[aria-live=polite]").get_by_text("Redmi Note 8 is in children now.")
        ).to_be_visible()
        # The keyboard is where the phone is now.
        expect(
            grouping.column(page, "children").get_by_role("button", name=re.compile("Redmi"))
        ).to_be_focused()
        page.get_by_role("checkbox", name="Select all phones in children").press("Space")
        expect(page.get_by_role("status").get_by_text("2 phones selected")).to_be_visible()
        page.get_by_role("button", name="Move the selected phones").press("Enter")
        _moved(page, "everyone", "2 phones are in everyone now.")
    assert grouping.where(own, "127.10.0.1") == grouping.where(own, "127.10.0.3") == "everyone"
    own.api("PATCH", "/v1/devices/127.10.0.3", {"group": "children"})


@pytest.fixture(scope="module")
def crowded(browser: Browser) -> Iterator[Household]:
    """A school: hundreds of phones in five groups, two lists."""
    del browser
    known = [f"{name} 60 IN A {OUTSIDE}" for name in HARMLESS]
    pages = {path: text(b"||ads.example^\n") for path in ("/one", "/two")}
    settings = {"LISTS__ALLOW_PRIVATE": "true"}
    with (
        running_upstream(*known) as world,
        serving(pages) as lists,
        started(world.url, settings, panel=True) as live,
    ):
        home = moved_in(live)
        keys = [f"127.20.{number // 200}.{number % 200 + 1}" for number in range(CROWD)]
        for key in keys:
            home.ask(key, HARMLESS[0])
        home.wait_for_rows("limit=1000", CROWD)
        for number, name in enumerate(CLASSES):
            home.api("POST", "/v1/groups", {"name": name})
            part = keys[number * 100 : number * 100 + 100]
            home.api("POST", "/v1/devices:move", {"devices": part, "group": name})
        for number, name in enumerate((EVIL, "x" * 64, "\u0645\u0631\u062d\u0628\u0627")):
            home.api("PATCH", f"/v1/devices/{keys[number]}", {"name": name})
        for name in ("one", "two"):
            body = {"source": f"http://127.0.0.1:{lists.port}/{name}", "name": name, "groups": ["class 1"]}
            home.api("POST", "/v1/lists", body)
        yield home


def test_of_hundreds_of_phones_only_those_seen_exist_and_all_move_at_once(
    browser: Browser, crowded: Household
) -> None:
    with visiting(browser, crowded) as visitor:
        page = visitor.open(BOARD)
        expect(grouping.column(page, "everyone").get_by_role("listitem").first).to_be_visible()
        assert page.locator("[draggable=true]").count() < CROWD / 4
        visitor.picture("groups-board-crowd")
        assert not visitor.accessibility()
        page.get_by_label("Find a phone").fill("127.20.0.1")
        expect(grouping.column(page, "class 3").get_by_text("No phone fits")).to_be_visible()
        page.get_by_label("Find a phone").fill("")
        page.get_by_role("checkbox", name="Select all phones in class 3").check()
        card = grouping.column(page, "class 3").locator("[draggable=true]").first
        _dragged(page, card, grouping.column(page, "everyone"))
        expect(page.get_by_role("dialog")).to_contain_text("and 80 more")
        _confirmed(page, "100 phones are in everyone now.")
        expect(grouping.column(page, "class 3").get_by_text("No phone")).to_be_visible()
        grouping.undo(page)
        expect(grouping.column(page, "class 3").get_by_role("listitem").first).to_be_visible()


def test_lists_are_put_in_order_by_keyboard(browser: Browser, crowded: Household) -> None:
    before = grouping.group(crowded, "class 1")["lists"]
    with visiting(browser, crowded) as visitor:
        page = grouping.editor(visitor, "class 1")
        page.get_by_role("button", name="Move two up").press("Enter")
        expect(
            page.get_by_role("button", name="Move two down")
        ).to_be_focused()  # up is not possible any more
        visitor.picture("groups-lists")
        assert not visitor.accessibility()
        page.get_by_role("button", name="Take one out").click()
        page.get_by_label("Add a list").select_option("one")
        grouping.save(page)
        assert grouping.group(crowded, "class 1")["lists"] == before[::-1]
        grouping.undo(page)
    assert grouping.group(crowded, "class 1")["lists"] == before


def _dragged(page: Page, held: Locator, target: Locator) -> None:
    """Drag it there with the mouse: the browser's own drag and drop."""
    start, end = held.bounding_box(), target.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + start["width"] * 0.6, start["y"] + 8)
    page.mouse.down()
    # The first moves begin it; the board then shows where it can be put down.
    x, y = end["x"] + min(end["width"], 300) / 2, end["y"] + 20
    for part in (0.1, 0.3, 0.6, 1.0):
        page.mouse.move(start["x"] + (x - start["x"]) * part, start["y"] + (y - start["y"]) * part)
    page.mouse.move(x + 1, y + 1)
    page.mouse.up()
