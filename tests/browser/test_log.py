"""The log's page: what comes, what is typed, one row's story, and a rule straight from it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.household import Household, living
from tests.browser.visitor import DESKTOP, PHONE, Theme, Visitor, visiting

FLOOD = Path(__file__).parent / "flood.js"
REDMI, PIXEL, MALLORY = "127.10.0.1", "127.10.0.3", "127.10.0.4"


@pytest.fixture(scope="module")
def house(browser: Browser) -> Iterator[Household]:
    """A house of our own: these tests ask, allow, and wipe."""
    del browser
    with living() as household:
        yield household


@contextmanager
def _at(
    browser: Browser,
    house: Household,
    path: str = "/log",
    *,
    flooded: bool = False,
    size: tuple[int, int] = DESKTOP,
    theme: Theme = "light",
) -> Iterator[tuple[Visitor, Page]]:
    with visiting(browser, house, size=size, theme=theme) as visitor:
        if flooded:
            visitor.page.add_init_script(path=FLOOD)
        page = visitor.open(path)
        _list(page).wait_for()
        yield visitor, page


def _list(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Rows of the log")


def _ends(path: str) -> Callable[[str], bool]:
    return lambda url: url.endswith(path)


def _rows(page: Page) -> int:
    """How many the page keeps, as it says."""
    (found,) = re.findall(r"([\d,]+) rows$", page.locator(".bar").inner_text(), re.M)
    return int(found.replace(",", ""))


def test_rows_come_by_themselves_and_wait_while_one_is_read(browser: Browser, house: Household) -> None:
    with _at(browser, house, f"/log?device={PIXEL}") as (_, page):
        rows = _list(page).get_by_role("option")
        page.get_by_text("Following").wait_for()
        house.ask(PIXEL, "news.example.org")
        expect(rows.first).to_contain_text("news.example.org")
        rows.first.click()
        expect(page.get_by_role("complementary", name="This row")).to_contain_text("news.example.org")
        before = rows.count()
        house.ask(PIXEL, "upload.wikimedia.org")
        page.get_by_role("button", name="1 new row").wait_for()
        assert rows.count() == before
        page.get_by_role("button", name="1 new row").click()
        expect(rows.first).to_contain_text("upload.wikimedia.org")


def test_what_is_typed_becomes_filters_in_the_address(browser: Browser, house: Household) -> None:
    with _at(browser, house) as (visitor, page):
        field = page.get_by_role("combobox", name="Filter the log")
        field.fill("redmi blocked xiaomi")
        expect(page.get_by_role("option", name="Redmi Note 8 · stopped · Xiaomi")).to_be_visible()
        assert not visitor.accessibility()
        field.press("Enter")
        page.wait_for_url(_ends(f"/log?device={REDMI}&action=blocked&company=Xiaomi"))
        expect(page.get_by_role("heading", level=1)).to_have_text(
            "What was stopped of Redmi Note 8 on its way to Xiaomi"
        )
        page.get_by_role("button", name="Take off: Redmi Note 8").click()
        page.wait_for_url(_ends("/log?action=blocked&company=Xiaomi"))
        field.press("Backspace")
        page.wait_for_url(_ends("/log?action=blocked"))


def test_row_is_found_and_opened_by_keyboard(browser: Browser, house: Household) -> None:
    with _at(browser, house, f"/log?device={REDMI}") as (_, page):
        _list(page).focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**row=*")
        first = page.url
        page.keyboard.press("ArrowDown")
        page.wait_for_url(lambda url: "row=" in url and url != first)
        page.keyboard.press("Escape")
        page.wait_for_url(lambda url: "row=" not in url)
        expect(_list(page)).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_row_tells_its_whole_story(
    browser: Browser, house: Household, size: tuple[int, int], theme: Theme
) -> None:
    with _at(browser, house, "/log?name=sa.api.intl.miui.com", size=size, theme=theme) as (visitor, page):
        _list(page).get_by_role("option").first.click()
        story = page.get_by_role("complementary" if size == DESKTOP else "dialog", name="This row")
        for said in ("xiaomi.toml", "Xiaomi", "browsing log", "Singapore", "What breaks", "How we know"):
            expect(story).to_contain_text(said)
        expect(story).to_contain_text("It would be decided the same way.")
        visitor.picture(f"log-row-{'phone' if size == PHONE else 'desktop'}-{theme}")
        assert not visitor.overflow()
        assert not visitor.accessibility()


def test_hostile_names_are_shown_as_text(browser: Browser, house: Household) -> None:
    with _at(browser, house, f"/log?device={MALLORY}", size=PHONE) as (visitor, page):
        expect(page.get_by_role("heading", level=1)).to_contain_text("<b>Mallory</b>\\u{202e}")
        expect(_list(page).get_by_role("option").filter(has_text="<script>")).not_to_have_count(0)
        _list(page).get_by_role("option").filter(has_text="aaaa").first.click()
        dialog = page.get_by_role("dialog", name="This row")
        expect(dialog.get_by_role("heading", level=2).last).to_contain_text("c" * 60)
        assert not visitor.overflow()


def test_rule_is_made_from_a_row_with_its_effect_shown_and_taken_back(
    browser: Browser, house: Household
) -> None:
    with _at(browser, house, "/log?name=tracking.intl.miui.com") as (visitor, page):
        _list(page).get_by_role("option").first.click()
        page.get_by_role("button", name="Allow …").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("1 name that 1 phone asked for would be treated differently")
        dialog.get_by_label("For whom").select_option("everyone")
        expect(dialog).to_contain_text("@@|tracking.intl.miui.com^")
        dialog.get_by_label("For how long").select_option("an hour")
        dialog.get_by_label("Comment").fill("the app <b>did not</b> start")
        assert not visitor.accessibility()
        dialog.get_by_role("button", name="Let it through").click()
        story = page.get_by_role("complementary", name="This row")
        expect(story).to_contain_text("It was stopped. Now it would be let through")
        (rule,) = house.api("GET", "/v1/rules?q=tracking.intl").json()["items"]
        assert rule["comment"] == "the app <b>did not</b> start"
        assert rule["expires"]
        page.get_by_role("button", name="Undo").click()
        expect(story).to_contain_text("It would be decided the same way.")
        assert not house.api("GET", "/v1/rules?q=tracking.intl").json()["items"]


def test_rows_are_saved_as_a_file(browser: Browser, house: Household) -> None:
    with _at(browser, house, f"/log?device={REDMI}") as (_, page):
        page.get_by_text("More …", exact=True).click()
        with page.expect_download() as saving:
            page.get_by_role("link", name="CSV").click()
        text = saving.value.path().read_text(encoding="utf-8")
        assert "sa.api.intl.miui.com" in text
        assert "www.wikipedia.org" not in text


def test_nothing_that_fits_is_said_with_the_way_on(browser: Browser, house: Household) -> None:
    with visiting(browser, house) as visitor:
        page = visitor.open("/log?name=nothing.example&action=blocked")
        page.get_by_text("No row fits these filters yet.").wait_for()
        assert not visitor.accessibility()
        page.locator("main").get_by_role("button", name="Clear all").last.click()
        _list(page).wait_for()
        assert page.url.endswith("/log")


def test_log_of_a_phone_is_wiped_after_a_question(browser: Browser, house: Household) -> None:
    house.ask("127.10.0.77", "www.example.org")
    house.wait_for_rows("device=127.10.0.77")
    with _at(browser, house, "/log?device=127.10.0.77") as (_, page):
        page.get_by_text("More …", exact=True).click()
        page.get_by_role("button", name="Wipe a phone's log").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_label("Phone")).to_have_value("127.10.0.77")
        dialog.get_by_role("button", name="Wipe for good").click()
        page.get_by_text("No row fits these filters yet.").wait_for()
    assert not house.api("GET", "/v1/log?device=127.10.0.77").json()["items"]


def test_connection_that_is_lost_shows_and_heals_without_losing_or_doubling_a_row(
    browser: Browser, house: Household
) -> None:
    with _at(browser, house, flooded=True) as (_, page):
        page.get_by_text("Following").wait_for()
        page.evaluate("flood.rows(10)")
        expect(page.locator(".bar")).to_contain_text("210 rows")
        page.evaluate("flood.broken(25)")
        page.get_by_text("The live connection is lost.").wait_for()
        page.get_by_text("Following").wait_for()
        page.evaluate("flood.replay(); flood.replay(); flood.rows(1)")
        expect(page.locator(".bar")).to_contain_text("236 rows")


def test_rows_that_were_missed_are_said_and_can_be_loaded(browser: Browser, house: Household) -> None:
    with _at(browser, house, flooded=True) as (visitor, page):
        page.get_by_text("Following").wait_for()
        page.evaluate("flood.rows(1); flood.missed(37); flood.rows(2)")
        gap = _list(page).get_by_role("option", name="37 rows came too fast to be shown. Load them")
        gap.wait_for()
        assert not visitor.accessibility()
        gap.click()
        expect(gap).to_have_count(0)
        expect(page.locator(".bar")).to_contain_text("240 rows")


def test_hundred_thousand_rows_are_kept_and_no_more(browser: Browser, house: Household) -> None:
    with _at(browser, house, flooded=True) as (_, page):
        page.get_by_text("Following").wait_for()
        page.evaluate("flood.rows(100_500)")
        page.get_by_text("This page keeps the newest 100,000 rows").wait_for()
        assert _rows(page) == 100_000
        assert _list(page).get_by_role("option").count() < 100  # only what is seen exists
        page.evaluate("flood.scrolling(2_000_000, 300)")
        page.evaluate("flood.rows(500)")
        page.get_by_role("button", name="500 new rows").wait_for()
        assert _rows(page) == 100_000
        page.get_by_role("button", name="500 new rows").click()
        page.get_by_text("Following").wait_for()
        assert page.evaluate("document.querySelector('[role=listbox].rows').scrollTop") == 0
