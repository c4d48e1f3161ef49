"""Your own rules, as somebody makes, edits and tests them in a browser."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visits
from tests.browser.household import PASSWORD, Household, living
from tests.browser.looks import SIZES, in_both_themes
from tests.browser.visitor import visiting

HOST = "data.mistat.intl.xiaomi.com"
FIELD = "Name, web address or rule"
OPEN = {  # what is not seen on the page by itself, and what is seen there at last
    "rules-add": ("/rules?add=https%3A%2F%2Fads.example.org%2Fx", "||ads.example.org^"),
    "rules-edit": ("/rules?edit=1", "Edit the rule"),
    "rules-test": (f"/rules/test?name={HOST}&device=127.10.0.1", "Who says so"),
    "rules-nothing": ("/rules?q=%3Cb%3E", "No rule fits."),
    "rules-gone": ("/rules?edit=999999", "Try again"),
}
HOSTILE = (
    "||<img src=x onerror=alert(1)>.example^",
    "||\u202egnp.example^",
    "/\0/",
    "|" * 253,
    "a" * 60 + "." + "b" * 300,
    "@@/((((/$client=<b>,important",
)


@pytest.fixture(scope="module")
def changing(browser: Browser) -> Iterator[Household]:
    """A house of our own: its rules are changed."""
    del browser  # no box where nobody can look
    with living() as household:
        yield household


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", OPEN)
def test_rules_are_whole_and_in_reach_of_everybody(visit: Visits, name: str, size: str) -> None:
    path, seen = OPEN[name]
    with visit(size=SIZES[size]) as visitor:
        page = visitor.open(path)
        expect(page.get_by_text(seen, exact=True).first).to_be_visible()
        in_both_themes(visitor, name)


def test_rule_is_made_of_a_web_address_with_its_effect_shown_and_taken_back(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules")
        page.get_by_role("link", name="Add a rule").click()
        expect(page.get_by_label(FIELD)).to_be_focused()
        page.get_by_label(FIELD).fill(f"https://{HOST}/page?x")
        expect(page.get_by_text(f"Only the name can be stopped, not one page: {HOST}")).to_be_visible()
        page.get_by_label("Let it through").check()
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_role("cell", name="Redmi Note 8")).to_be_visible()
        in_both_themes(visitor, "rules-effect")
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("Rule added.")).to_be_visible()
        assert f"@@||{HOST}^" in _texts(changing)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        assert f"@@||{HOST}^" not in _texts(changing)


@pytest.mark.parametrize("seen_first", ["before", "after"])
def test_who_was_faster_is_said_and_what_was_typed_stays(
    browser: Browser, changing: Household, seen_first: str
) -> None:
    number = _made(changing, f"||{seen_first}.edited.example.org^")
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/rules?edit={number}")
        comment = page.get_by_role("textbox", name="Comment", exact=True)
        comment.fill("mine")
        if seen_first == "before":  # the effect is shown already when somebody is faster
            page.get_by_role("button", name="See what it changes").click()
            expect(page.get_by_role("button", name="Save it")).to_be_enabled()
        changing.api("PATCH", f"/v1/rules/{number}", {"comment": "<b>theirs</b>"})
        step = "Save it" if seen_first == "before" else "See what it changes"
        page.get_by_role("button", name=step).click()
        expect(page.get_by_text("admin was faster")).to_be_visible()
        expect(page.get_by_text("<b>theirs</b>")).to_be_visible()
        expect(comment).to_have_value("mine")
        in_both_themes(visitor, "rules-faster")
        page.get_by_role("button", name="Save mine over it").click()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_text("Rule saved.")).to_be_visible()
    assert [rule["comment"] for rule in _rules(changing) if rule["id"] == number] == ["mine"]


def test_rule_that_somebody_removed_meanwhile_can_be_added_as_a_new_one(
    browser: Browser, changing: Household
) -> None:
    number = _made(changing, "||removed.example.org^")
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/rules?edit={number}")
        page.get_by_role("textbox", name="Comment", exact=True).fill("still wanted")
        changing.api("DELETE", f"/v1/rules/{number}")
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("button", name="Add mine as a new rule").click()
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("Rule added.")).to_be_visible()
    assert "still wanted" in [rule["comment"] for rule in _rules(changing)]


def test_session_that_ends_in_the_middle_of_an_edit_loses_nothing(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing, known=False) as visitor:
        page = visitor.open("/rules?add")
        _log_in(page)
        page.get_by_label(FIELD).fill("interrupted.example.org")
        page.get_by_role("textbox", name="Comment", exact=True).fill("typed before the login ended")
        expect(page.get_by_role("button", name="See what it changes")).to_be_enabled()
        for login in changing.api("GET", "/v1/sessions").json()["items"]:
            if not login["current"]:
                changing.api("DELETE", f"/v1/sessions/{login['id']}")
        page.get_by_role("button", name="See what it changes").click()
        again = page.get_by_role("dialog", name="You have been logged out")
        expect(again).to_be_visible()
        _log_in(page)
        expect(again).to_have_count(0)
        page.get_by_role("button", name="Add it").click()
        expect(page.get_by_text("Rule added.")).to_be_visible()
    (rule,) = [rule for rule in _rules(changing) if rule["text"] == "||interrupted.example.org^"]
    assert rule["comment"] == "typed before the login ended"


def test_editor_that_is_closed_by_the_way_keeps_what_was_typed(browser: Browser, changing: Household) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules")
        page.get_by_role("link", name="Add a rule").click()
        page.get_by_label(FIELD).fill("half.example.org")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.get_by_role("link", name="Add a rule").click()
        expect(page.get_by_label(FIELD)).to_have_value("half.example.org")
        expect(page.get_by_text("What you typed before is here again.")).to_be_visible()
        in_both_themes(visitor, "rules-found-again")
        page.get_by_role("button", name="Start anew").click()
        expect(page.get_by_label(FIELD)).to_have_value("")
        page.get_by_label(FIELD).fill("not.wanted.example.org")
        page.get_by_role("button", name="Cancel").click()
        page.get_by_role("link", name="Add a rule").click()
        expect(page.get_by_label(FIELD)).to_have_value("")


def test_hostile_rules_are_only_text_and_what_is_none_cannot_be_sent(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?add")
        for text in HOSTILE:
            page.get_by_label(FIELD).fill(text)
            expect(page.get_by_text("This is no rule yet.")).to_be_visible()
            expect(page.get_by_role("button", name="See what it changes")).to_be_disabled()
        in_both_themes(visitor, "rules-no-rule")
        page.get_by_label(FIELD).fill("")
    number = _made(changing, "||hostile.example.org^")
    evil = "<img src=x onerror=alert(1)>\u202e" + "w" * 200
    changing.api("PATCH", f"/v1/rules/{number}", {"comment": evil, "tags": ["<b>\u202etag"]})
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?q=hostile.example")
        expect(page.get_by_text("<img src=x onerror=alert(1)>\\u{202e}www")).to_be_visible()
        expect(page.locator("img")).to_have_count(0)
        in_both_themes(visitor, "rules-hostile")


def test_hits_lead_to_the_rows_that_the_rule_decided(browser: Browser, changing: Household) -> None:
    number = _made(changing, "||hit.example.org^")
    changing.ask("127.10.0.2", "hit.example.org", "hit.example.org")
    changing.wait_for_rows(f"rule={number}")
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?q=hit.example.org")
        page.get_by_role("link", name=re.compile(r"^Decided \d+ times?: rows of the log")).click()
        expect(page).to_have_url(re.compile(f"rule={number}$"))
        expect(page.get_by_text("hit.example.org").first).to_be_visible()


def test_name_is_tested_for_a_phone_and_what_decides_is_a_press_away(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/rules/test")
        page.get_by_label("Name", exact=True).fill("https://ads.example.org/banner")
        page.get_by_role("button", name="Test it").click()
        expect(page.get_by_role("heading", level=2)).to_contain_text("ads.example.org would be stopped")
        page.get_by_role("link", name="your rule").or_(page.get_by_role("link", name="rule")).last.click()
        expect(page.get_by_role("dialog", name="Edit the rule")).to_be_visible()
        expect(page.get_by_label(FIELD)).to_have_value("ads.example.org")


def _log_in(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def _rules(household: Household) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = household.api("GET", "/v1/rules?limit=1000&sort=-id").json()["items"]
    return found


def _texts(household: Household) -> list[str]:
    return [rule["text"] for rule in _rules(household)]


def _made(household: Household, text: str) -> int:
    return int(household.api("POST", "/v1/rules", {"text": text}).json()["id"])
