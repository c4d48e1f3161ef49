"""What is around every page: the way through it, the connection, notifications, the panel as an app."""

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits
from tests.browser.household import PASSWORD, Household, living
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


def test_a_login_that_ends_mid_edit_loses_nothing_typed(browser: Browser) -> None:
    with living() as home, visiting(browser, home) as visitor:
        page = visitor.open("/log?name=tracking.intl.miui.com")
        page.get_by_role("listbox", name="Rows of the log").get_by_role("option").first.click()
        page.get_by_role("button", name="Allow …").click()
        form = page.get_by_role("dialog", name="Let tracking.intl.miui.com through")
        form.get_by_label("For whom").select_option("everyone")
        expect(form.get_by_text("Looked at")).to_be_visible()
        form.get_by_label("For how long").select_option("an hour")
        form.get_by_label("Comment").fill("typed before <b>the login</b> ended")
        home.api("DELETE", "/v1/session")
        form.get_by_role("button", name="Let it through").click()
        login = page.get_by_role("dialog", name="You have been logged out")
        expect(login.get_by_label("Password")).to_be_focused()
        assert not visitor.accessibility()
        login.get_by_label("Password").fill("not the password")
        login.get_by_role("button", name="Log in").click()
        expect(login.get_by_role("alert")).to_be_visible()
        expect(form.get_by_label("Comment")).to_have_value("typed before <b>the login</b> ended")
        login.get_by_label("Password").fill(PASSWORD)
        login.get_by_role("button", name="Log in").click()
        # Nobody presses again: what was to be done is done.
        expect(form).to_be_hidden()
        expect(page.get_by_text("Let through from now on").first).to_be_visible()
        cookie = next(one for one in visitor.context.cookies() if "session" in one["name"])
        known = Household(home.live, home.panel, f"{cookie['name']}={cookie['value']}", "")
        (rule,) = known.api("GET", "/v1/rules?q=tracking.intl").json()["items"]
        assert rule["comment"] == "typed before <b>the login</b> ended"
        assert rule["expires"]


@pytest.mark.parametrize("act", ["Rename …", "It is another phone …", "Forget it …"])
def test_the_focus_is_where_it_was_once_a_dialog_is_closed(visit: Visits, act: str) -> None:
    with visit() as visitor:
        page = visitor.open("/phones/127.10.0.2")
        button = page.get_by_role("button", name=act)
        button.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        assert page.evaluate("document.querySelector('dialog').contains(document.activeElement)")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/phones/127.10.0.1", "/log", "/welcome"])
def test_whatever_the_keyboard_reaches_is_seen_to_have_the_focus(visit: Visits, path: str) -> None:
    with visit(size=PHONE) as visitor:
        page = visitor.open(path)
        reached = set()
        for _ in range(90):
            page.keyboard.press("Tab")
            at = page.evaluate(_FOCUSED)
            if at is None:
                break
            reached.add(at["what"])
            assert at["outlined"], at
            assert at["seen"], at
        assert len(reached) > 8


def test_who_types_a_wrong_address_finds_the_way_back(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/phonse")
        expect(page.get_by_text("There is no such page.")).to_be_visible()
        page.get_by_role("link", name="Phones", exact=True).click()
        expect(page.get_by_text("Redmi Note 8")).to_be_visible()


# What has the focus: is it marked, and is it in sight, not behind what floats over the page?
_FOCUSED = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const box = at.getClientRects()[0];  // of a link that goes over two lines the first
  const middle = document.elementFromPoint(
    Math.min(innerWidth - 1, Math.max(0, box.left + Math.min(box.width, 40) / 2)),
    Math.min(innerHeight - 1, Math.max(0, box.top + Math.min(box.height, 24) / 2)));
  const label = at.closest("label");
  return {
    what: `${at.tagName} ${(at.getAttribute("aria-label") || at.textContent).trim().slice(0, 60)}`,
    outlined: getComputedStyle(at).outlineStyle !== "none",
    seen: Boolean(middle) && (at.contains(middle) || middle.contains(at) || Boolean(label?.contains(middle))),
  };
}"""
