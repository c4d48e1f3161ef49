"""What is around every page: the way through it, the connection, notifications, the panel as an app."""

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits
from tests.browser.household import living
from tests.browser.visitor import PHONE, visiting

_WATCH = """
window.told = [];
ServiceWorkerRegistration.prototype.showNotification = async (...told) => void window.told.push(told);
"""


def test_a_lost_connection_is_shown_and_heals(browser: Browser) -> None:
    with living() as home, visiting(browser, home) as visitor:
        page = visitor.open("/phones")
        expect(page.get_by_text("Redmi Note 8").first).to_be_visible()
        panel = home.live.pids()["hush panel"]
        os.kill(panel, signal.SIGSTOP)  # hangs: connections wait
        os.kill(panel, signal.SIGKILL)
        # The supervisor keeps the sockets and starts it again: the page goes on where it was, unaided.
        page.get_by_role("link", name="Rules", exact=True).click()
        expect(page.get_by_text("seen in the news").first).to_be_visible(timeout=30_000)
        # With the whole network gone the page says so, and goes on once it is back.
        visitor.context.set_offline(True)
        page.get_by_role("link", name="Groups", exact=True).click()
        expect(page.get_by_text("The connection to the box is lost.")).to_be_visible(timeout=20_000)
        visitor.context.set_offline(False)
        expect(page.get_by_text("The connection to the box is lost.")).to_be_hidden(timeout=30_000)
        expect(page.get_by_text("children").first).to_be_visible(timeout=20_000)
        visitor.complaints.clear()  # of the network that was gone


def test_the_panel_can_be_used_by_keyboard_alone(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the page")
        expect(skip).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "page"
        page.get_by_role("link", name="Phones", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/phones")
        # Who cannot see the new page is taken to it.
        page.wait_for_function("document.activeElement.id === 'page'")


def test_on_a_phone_everything_is_within_the_bar_at_the_bottom(visit: Visits) -> None:
    with visit(size=PHONE) as visitor:
        page = visitor.open("/")
        page.get_by_text("More", exact=True).last.click()
        page.get_by_role("link", name="Network").last.click()
        page.wait_for_url("**/network")
        expect(page.get_by_role("link", name="System").last).to_be_hidden()


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_the_theme_can_be_chosen_and_stays(visit: Visits, theme: str) -> None:
    with visit(theme="light" if theme == "Dark" else "dark") as visitor:
        page = visitor.open("/rules")
        before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        page.get_by_label("Theme").last.select_option(theme)
        after = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        assert before != after
        visitor.open("/rules")
        assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == after


def test_a_new_phone_is_told_of_by_a_notification(browser: Browser) -> None:
    with living(furnished=False) as home, visiting(browser, home) as visitor:
        visitor.context.grant_permissions(["notifications"], origin=home.origin)
        # Headless browsers show none; what is handed to the system is looked at instead.
        visitor.page.add_init_script(_WATCH)
        page = visitor.open("/system")
        switch = page.get_by_role("switch", name="Tell me here")
        switch.click()
        expect(switch).to_be_checked()
        home.ask("127.30.0.1", "www.example.org")
        page.wait_for_function("() => window.told.length > 0")
        assert page.evaluate("window.told.map(([title, more]) => [title, more.body, more.data.path])") == [
            ["A new phone", "127.30.0.1 asked this box for the first time.", "/phones/127.30.0.1"]
        ]
        expect(page.get_by_text("A new phone: 127.30.0.1")).to_be_visible()


def test_the_panel_can_be_installed_as_an_app(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        page.wait_for_function("async () => Boolean((await navigator.serviceWorker.ready).active)")
        inside = visitor.context.new_cdp_session(page)
        found = {
            one["errorId"] for one in inside.send("Page.getInstallabilityErrors")["installabilityErrors"]
        }
        assert found <= {"in-incognito"}  # as every window of these tests is
        manifest = inside.send("Page.getAppManifest")
        assert manifest["errors"] == []
        assert re.search(r'"name": "Hushgate"', manifest["data"])


def test_hostile_words_are_text_and_nothing_else(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.page
        page.add_init_script("window.struck = []; window.alert = (word) => window.struck.push(word);")
        for path in ("/", "/phones", "/phones/127.10.0.4", "/log"):
            visitor.open(path)
            expect(page.get_by_text("<b>Mallor").first, path).to_be_visible()
            assert not page.locator("main b, main script", has_text=re.compile("^(Mallory|alert)")).count()
            # What turns the text around is written out.
            assert "\u202e" not in page.locator("body").inner_text()
            assert page.evaluate("window.struck") == []
