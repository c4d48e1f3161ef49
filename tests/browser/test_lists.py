"""Lists of others, as somebody follows them in a browser: good ones, large ones, and those that mean no good."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looks import SIZES, in_both_themes
from tests.browser.publishers import ENTRIES, EVIL, MARKUP, Neighbour, large, neighbouring
from tests.browser.visitor import visiting

OPEN = {  # what is looked at, and what is seen there at last
    "lists-of-all-kinds": ("/lists", "Gone"),
    "lists-add": ("/lists?add", "Known lists"),
    "list-with-errors": ("/lists/1#lines", "Show more"),
    "list-not-fetched": ("/lists/2", "the server answers 404"),
}


@pytest.fixture(scope="module")
def near(browser: Browser) -> Iterator[Neighbour]:
    """A house that follows a large list with bad lines, and one that is gone."""
    del browser  # no box where nobody can look
    with neighbouring() as neighbour:
        neighbour.follow("/large", large(), EVIL)
        gone = neighbour.follow("/gone", "gone.example\n", "Gone")
        del neighbour.server.pages["/gone"]
        neighbour.home.api("POST", f"/v1/lists/{gone}:refresh")
        neighbour.follow("/ads", f"||www.example.org^\n{MARKUP}\n", "javascript:alert(1)")
        neighbour.home.ask("127.10.0.1", "www.example.org")
        neighbour.home.wait_for_rows("layer=lists")
        yield neighbour


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", OPEN)
def test_lists_are_whole_and_in_reach_of_everybody(
    browser: Browser, near: Neighbour, name: str, size: str
) -> None:
    path, seen = OPEN[name]
    with visiting(browser, near.home, size=SIZES[size]) as visitor:
        page = visitor.open(path)
        expect(page.get_by_text(seen).first).to_be_visible()
        in_both_themes(visitor, name)


def test_every_number_of_a_list_leads_to_what_it_counts(browser: Browser, near: Neighbour) -> None:
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/lists")
        expect(page.get_by_role("heading", level=1)).to_contain_text(f"3 lists with {ENTRIES + 2:,} entries")
        page.get_by_role("link", name="1,500 lines unusable").click()
        expect(page.get_by_role("row").filter(has_text=f"{ENTRIES + 1:,}")).to_contain_text("<script>")
        expect(page.get_by_role("heading", name="Lines that cannot be used")).to_be_in_viewport()
        page.go_back()
        page.get_by_role("link", name=re.compile("^Decided 1 time: rows of the log")).click()
        expect(page).to_have_url(re.compile(r"/log\?layer=lists&list=javascript"))
        expect(page.get_by_text("www.example.org").first).to_be_visible()
        page.goto(f"{near.home.origin}/lists/3")
        source = page.get_by_role("link", name=re.compile("ads$"))
        expect(source).to_have_attribute("rel", "noreferrer noopener")
        assert page.locator("a[href^='javascript']").count() == 0


def test_list_is_tried_before_it_is_followed_and_can_be_taken_back(browser: Browser, near: Neighbour) -> None:
    address = near.page("/new", "one.example\ntwo.example\n")
    with visiting(browser, near.home) as visitor:
        page = visitor.open("/lists")
        page.get_by_role("link", name="Follow a list").click()
        page.get_by_label("Or the address of any list").fill("javascript:alert(1)")
        page.get_by_role("button", name="Fetch it and see what it changes").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.locator("dialog").last.get_by_role("button", name="Cancel").click()
        page.get_by_label("Or the address of any list").fill(address)
        page.get_by_role("button", name="Fetch it and see what it changes").click()
        expect(page.get_by_text("2 entries can be used.")).to_be_visible()
        page.get_by_role("button", name="Follow it").click()
        expect(page.get_by_text("The list counts now.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_contain_text("4 lists")
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        expect(page.get_by_role("heading", level=1)).to_contain_text("3 lists")


def test_settings_that_are_typed_stay_while_the_list_is_fetched_and_changed_by_somebody_else(
    browser: Browser, near: Neighbour
) -> None:
    number = near.follow("/edited", "edited.example\n", "Edited")
    with visiting(browser, near.home) as visitor:
        page = visitor.open(f"/lists/{number}")
        name = page.get_by_label("Name")
        name.fill("Mine")
        near.page("/edited", "edited.example\nanother.example\n")
        page.get_by_role("button", name="Fetch now").click()
        expect(page.get_by_text("Edited: a new copy counts now.")).to_be_visible()
        expect(name).to_have_value("Mine")
        near.home.api("PATCH", f"/v1/lists/{number}", {"syntax": "domains"})
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_text("Somebody else has changed this list meanwhile.")).to_be_visible()
        expect(name).to_have_value("Mine")
        expect(page.get_by_label("Written as")).to_have_value("domains")
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_text("List saved.")).to_be_visible()
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        expect(name).to_have_value("Edited")
    near.home.api("DELETE", f"/v1/lists/{number}")
