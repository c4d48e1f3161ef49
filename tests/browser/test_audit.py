"""The audit log in a browser: who has changed what, among thousands of changes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from gateway.author import Author
from gateway.store import audit
from gateway.store.engine import open_store
from tests.browser.household import Household, moved_in
from tests.browser.visitor import PHONE, visiting
from tests.fakes import idle_box
from tests.fakes.live_box import on
from tests.fakes.upstream import running_upstream

EVIL = "<img src=x onerror=alert(1)>\u202e"
MANY = 3000
DAY = 86_400


@pytest.fixture(scope="module")
def own(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A house in which a program has changed a great deal."""
    del browser  # no box where nobody can look
    folder = tmp_path_factory.mktemp("audit") / "data"
    _change_a_lot(folder)
    with running_upstream() as world, on(folder, world.url, panel=True) as live:
        home = moved_in(live)
        home.api("POST", "/v1/rules", {"text": "||ads.example.org^", "comment": "seen in the news"})
        home.api("PATCH", "/v1/rules/1", {"comment": EVIL})
        yield home


def _change_a_lot(folder: Path) -> None:
    begin = int(time.time()) - 30 * DAY
    database = open_store(idle_box.made(folder).root)
    try:
        with database.writing() as session:
            for number in range(MANY):
                author = Author(f"token {EVIL}" if number % 2 else "token script", "192.0.2.7")
                audit.add_entry(
                    session,
                    author,
                    f"number {number} changed",
                    now=begin + number,
                    detail={"before": {"comment": "a"}, "after": {"comment": f"{EVIL} {number}"}},
                )
            session.commit()
    finally:
        database.close()


def test_a_change_is_found_by_the_address_with_what_was_there_before(
    browser: Browser, own: Household
) -> None:
    with visiting(browser, own, size=PHONE) as visitor:
        page = visitor.open("/system/audit?action=rule%201%20changed")
        row = page.get_by_role("listitem")
        expect(row).to_have_count(1)
        row.get_by_text("Changed: comment").click()
        expect(row).to_contain_text("seen in the news")
        expect(row).to_contain_text("<img src=x onerror=alert(1)>\\u{202e}")
        visitor.picture("system-audit-row")
        assert not visitor.accessibility()
        generation = own.api("GET", "/v1/audit?action=rule%201%20changed").json()["items"][0]["generation"]
        expect(row.get_by_role("link", name=f"What generation {generation} changed")).to_have_attribute(
            "href", f"/generations/{generation}"
        )
        page.get_by_role("button", name="rules", exact=True).click()
        page.wait_for_url("**/system/audit?action=rule")
        page.get_by_label("By whom").fill("nobody")
        page.wait_for_url("**who=nobody**")
        expect(page.get_by_text(re.compile("^No change fits."))).to_be_visible()
        page.get_by_role("button", name="All changes").click()
        page.wait_for_url("**/system/audit")
        page.get_by_role("link", name="All changes by admin").first.click()
        page.wait_for_url("**/system/audit?who=admin")
        expect(page.get_by_text("rule 1 changed")).to_be_visible()
        expect(page.get_by_text(re.compile("^number "))).to_have_count(0)


def test_thousands_of_changes_are_scrolled_through_with_few_of_them_on_the_page(
    browser: Browser, own: Household
) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open("/system/audit?who=token+script")
        rows = page.get_by_role("listitem")
        expect(rows.first).to_contain_text(f"number {MANY - 2} changed")
        rows.first.get_by_text("Changed: comment").click()
        expect(rows.first).to_contain_text(f"{MANY - 2}")
        frame = page.get_by_role("list", name="Changes, the newest first")
        end = page.get_by_text("number 0 changed", exact=True)
        for _ in range(MANY // 100):  # each page brings a hundred
            if end.count():
                break
            frame.evaluate("(list) => list.scrollTo(0, list.scrollHeight)")
            expect(frame).to_have_attribute("aria-busy", "false")
        expect(end).to_be_visible()
        assert rows.count() < 60
        # What was opened is still open, once it is back in sight.
        frame.evaluate("(list) => list.scrollTo(0, 0)")
        expect(rows.first.get_by_text(re.compile(rf" {MANY - 2}$"))).to_be_visible()
        assert not visitor.accessibility()
