"""From the link that a new box prints to a phone that is set up; with a phone, and without one."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.household import PASSWORD, Household, link_of, living, unpacked
from tests.browser.visitor import PHONE, visiting
from tests.live.panel import panel_of

MINE = "127.20.0.1"


def test_from_the_setup_link_to_a_phone_with_its_profile(browser: Browser) -> None:
    with unpacked() as live:
        stranger = Household(live, panel_of(live), "", "")
        with visiting(browser, stranger, known=False) as visitor:
            page = visitor.open("/")
            expect(page.get_by_role("heading", level=1)).to_have_text("No password is set yet")
            page = visitor.open(f"/setup#{link_of(live)}")
            # Nobody finds the token in the browser's history.
            assert "#" not in page.url
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_label("The same once more").fill("something else")
            page.get_by_role("button", name="Set it and go on").click()
            expect(page.get_by_text("The two are not the same.")).to_be_visible()
            page.get_by_label("The same once more").fill(PASSWORD)
            page.get_by_role("button", name="Set it and go on").click()
            page.wait_for_url("**/welcome")
            expect(page.get_by_text("Waiting for a phone to ask for something.")).to_be_visible()
            # The first question of a phone stands there by itself.
            stranger.ask(MINE, "www.example.org", "tracking.intl.miui.com")
            expect(page.get_by_text("tracking.intl.miui.com")).to_be_visible()
            expect(page.get_by_text("Asked for 2 names so far.")).to_be_visible()
            visitor.picture("welcome-first-question")
            page.get_by_role("button", name="This is my phone").click()
            page.get_by_label("What is it called?").fill("Anna's phone")
            page.get_by_label("Strict").check()
            page.get_by_role("button", name="Save and go to Home").click()
            page.wait_for_url(re.compile(r"/$"))
            expect(page.get_by_text("Anna's phone is set up.")).to_be_visible()
            cookie = next(one for one in visitor.context.cookies() if "session" in one["name"])
            known = Household(live, stranger.panel, f"{cookie['name']}={cookie['value']}", "")
            device = known.api("GET", f"/v1/devices/{MINE}").json()
            assert (device["name"], device["group"]) == ("Anna's phone", "strict")
            assert known.api("GET", "/v1/groups/strict").json()["profile"] == "strict"


def test_the_demo_phone_comes_and_goes_with_a_click(browser: Browser) -> None:
    with living(furnished=False) as home, visiting(browser, home, size=PHONE) as visitor:
        page = visitor.open("/welcome")
        page.get_by_role("button", name="Start the demo phone").click()
        # Live rows call a device by its new name some seconds later.
        expect(page.get_by_text("Redmi Note (demo)")).to_be_visible(timeout=20_000)
        expect(page.get_by_text(re.compile(r"… asked for \d+ names?, \d+ stopped"))).to_be_visible()
        page.get_by_role("button", name="Remove the demo phone and its rows").click()
        expect(page.get_by_text("The demo phone is gone, with all its rows.")).to_be_visible()
        assert home.api("GET", "/v1/log?name=tracking.intl.miui.com").json()["items"] == []
        assert home.api("GET", "/v1/devices?kind=demo").json()["items"] == []
