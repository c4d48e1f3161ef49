"""The phones: all of them, and the page of one."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits
from tests.browser.household import Household, living
from tests.browser.visitor import visiting

REDMI = "/phones/127.10.0.1"


def test_phones_are_found_by_their_names(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/phones")
        expect(page.locator("h1")).to_contain_text("phones use this box.")
        page.get_by_label("Search phones").fill("redmi")
        expect(page).to_have_url(re.compile(r"q=redmi"))
        expect(page.locator("article")).to_have_count(1)
        page.get_by_role("link", name="Redmi Note 8").click()
        expect(page.locator("h1")).to_contain_text("Redmi Note 8 tried")


def test_an_empty_list_says_what_to_do(visit: Visits) -> None:
    with visit() as visitor:
        visitor.page.route("**/v1/devices*", lambda route: route.fulfill(json={"items": [], "next": ""}))
        page = visitor.open("/phones")
        expect(page.locator("h1")).to_have_text("No phone uses this box yet.")
        expect(page.get_by_role("link", name="First steps")).to_be_visible()


def test_the_flow_leads_from_company_to_host_to_rows(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open(REDMI)
        flow = page.get_by_role("group", name="From companies over purposes to hosts")
        expect(flow.get_by_role("link", name=re.compile("^Xiaomi"))).to_be_visible()
        expect(flow.get_by_role("link", name="browsing log")).to_be_visible()
        flow.get_by_role("link", name="sa.api.intl.miui.com").click()
        expect(page).to_have_url(re.compile(r"/log\?.*name=sa\.api\.intl\.miui\.com"))


def test_a_phone_that_is_not_there_is_said_to_be_gone(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/phones/nobody%3Cb%3E")
        expect(page.get_by_text("There is no such phone here")).to_be_visible()


@pytest.fixture(scope="module")
def changing(browser: Browser) -> Iterator[Household]:
    """A house whose phones are changed."""
    del browser
    with living() as home:
        yield home


def test_a_phone_is_paused_and_the_pause_ended(browser: Browser, changing: Household) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open(REDMI)
        page.get_by_role("button", name="10 minutes").click()
        expect(page.locator("h1")).to_contain_text("Redmi Note 8 is paused")
        assert changing.api("GET", "/v1/pauses").json()["items"][0]["target"] == "127.10.0.1"
        page.get_by_role("button", name="End now").click()
        expect(page.locator("h1")).to_contain_text("Redmi Note 8 tried")
        assert changing.api("GET", "/v1/pauses").json()["items"] == []


def test_a_change_of_group_shows_its_effect_first_and_is_undone(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open(REDMI)
        group = page.get_by_label("Group", exact=True)
        group.select_option("children")
        dialog = page.get_by_role("dialog", name="Move Redmi Note 8 to children")
        expect(dialog.get_by_text("Looked at")).to_be_visible()
        assert changing.api("GET", "/v1/devices/127.10.0.1").json()["group"] == "everyone"
        dialog.get_by_role("button", name="Do it").click()
        expect(group).to_have_value("children")
        page.get_by_role("button", name="Undo").click()
        expect(group).to_have_value("everyone")
        assert changing.api("GET", "/v1/devices/127.10.0.1").json()["group"] == "everyone"


def test_a_phone_is_renamed_and_called_so(browser: Browser, changing: Household) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/phones/127.10.0.2")
        page.get_by_role("button", name="Rename").click()
        page.get_by_role("textbox", name="Name", exact=True).fill("<i>Anna</i>")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("h1")).to_contain_text("<i>Anna</i>")
        assert changing.api("GET", "/v1/devices/127.10.0.2").json()["name"] == "<i>Anna</i>"


def test_a_phone_that_came_back_as_another_is_put_together(browser: Browser, changing: Household) -> None:
    changing.ask("127.10.0.9", "www.example.org")
    changing.wait_for_rows("device=127.10.0.9")
    with visiting(browser, changing) as visitor:
        page = visitor.open("/phones/127.10.0.9")
        page.get_by_role("button", name="It is another phone").click()
        page.get_by_label("Which phone it is").fill("Pixel")
        page.get_by_role("listitem").filter(has_text="Pixel 7").get_by_role("button", name="Choose").click()
        page.get_by_role("button", name="Put them together").click()
        expect(page).to_have_url(re.compile(r"/phones/127\.10\.0\.3$"))
        expect(page.locator("h1")).to_contain_text("Pixel 7")


def test_a_phone_is_forgotten_with_its_log(browser: Browser, changing: Household) -> None:
    changing.ask("127.10.0.8", "www.example.org")
    changing.wait_for_rows("device=127.10.0.8")
    with visiting(browser, changing) as visitor:
        page = visitor.open("/phones/127.10.0.8")
        page.get_by_role("button", name="Forget it").click()
        dialog = page.get_by_role("dialog", name="Forget 127.10.0.8")
        expect(dialog.get_by_role("checkbox")).to_be_checked()
        dialog.get_by_role("button", name="Forget it").click()
        expect(page).to_have_url(re.compile(r"/phones$"))
        assert changing.api("GET", "/v1/log?device=127.10.0.8").json()["items"] == []


def test_hundreds_of_phones_scroll_and_only_those_in_sight_exist(browser: Browser) -> None:
    with living(furnished=False) as home, visiting(browser, home) as visitor:
        for number in range(1, 253):
            home.ask(f"127.40.0.{number}", "www.example.org")
        home.wait_for_rows("device=127.40.0.252")
        page = visitor.open("/phones?sort=name")
        expect(page.locator("h1")).to_have_text("More than 200 devices use this box.")
        rows = page.get_by_role("list", name="Phones")
        expect(rows.get_by_text("127.0.0.1", exact=True)).to_be_visible()
        assert rows.get_by_role("listitem").count() < 60
        rows.focus()
        page.keyboard.press("End")
        expect(page.locator("h1")).to_have_text("253 phones use this box.")
        page.keyboard.press("End")
        expect(rows.get_by_text("127.40.0.99", exact=True)).to_be_visible()
        assert rows.get_by_role("listitem").count() < 60
        assert not visitor.accessibility()
