"""Logging out and in, in one tab and in several: nothing is left to see, and nothing goes in another's name."""

from playwright.sync_api import Browser, expect

from tests.browser.household import PASSWORD, living
from tests.browser.visitor import Visitor, visiting

PHONE = "Redmi Note 8"


def _log_out(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Log out").first.click()
    expect(visitor.page.get_by_label("Password")).to_be_visible()


def _log_in(visitor: Visitor) -> None:
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Log in").click()
    expect(visitor.page.get_by_role("button", name="Log out").first).to_be_visible()


def test_who_has_logged_out_leaves_nothing_to_see_by_going_back(browser: Browser) -> None:
    with living() as home, visiting(browser, home) as visitor:
        page = visitor.open("/phones")
        expect(page.get_by_text(PHONE).first).to_be_visible()
        page.get_by_role("link", name="Rules", exact=True).click()
        expect(page.get_by_text("seen in the news").first).to_be_visible()
        _log_out(visitor)
        for turn in (page.go_back, page.go_forward):
            turn()
            expect(page.get_by_label("Password")).to_be_visible()
            assert PHONE not in page.content()
        # What the browser keeps for later says nothing of the house, nor how to get in.
        kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
        names = page.evaluate("caches.keys()")
        assert "127.10" not in kept
        assert "csrf" not in kept.lower()
        assert names == []
        assert page.evaluate("document.cookie") == ""
        _log_in(visitor)
        page.goto(f"{home.origin}/phones")
        expect(page.get_by_text(PHONE).first).to_be_visible()


def test_a_page_that_back_brings_as_it_was_left_shows_nothing_after_a_logout_elsewhere(
    browser: Browser,
) -> None:
    with living() as home, visiting(browser, home) as visitor:
        visitor.open("/phones")
        expect(visitor.page.get_by_text(PHONE).first).to_be_visible()
        visitor.page.goto(f"{home.origin}/docs")
        home.api("DELETE", "/v1/session")
        visitor.page.go_back()
        expect(visitor.page.get_by_label("Password")).to_be_visible()
        assert PHONE not in visitor.page.content()


def test_tabs_log_out_and_in_together(browser: Browser) -> None:
    with living() as home, visiting(browser, home) as visitor:
        visitor.open("/phones")
        other = visitor.context.new_page()
        other.goto(f"{home.origin}/phones")
        expect(other.get_by_text(PHONE).first).to_be_visible()
        _log_out(visitor)
        expect(other.get_by_label("Password")).to_be_visible()
        assert PHONE not in other.content()
        _log_in(visitor)
        expect(other.get_by_text(PHONE).first).to_be_visible()


def test_a_change_is_made_although_another_tab_has_logged_in_anew(browser: Browser) -> None:
    """Its login takes the place of this tab's, whose word for changes (CSRF) so is out of date."""
    with living() as home, visiting(browser, home) as visitor:
        page = visitor.open("/phones/127.10.0.3")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        status = page.evaluate(
            """async (password) => (await fetch("/v1/session", {
                 method: "POST", headers: {"Content-Type": "application/json"},
                 body: JSON.stringify({password, code: ""}),
               })).status""",
            PASSWORD,
        )
        assert status == 200
        _log_out(visitor)  # a change, too
