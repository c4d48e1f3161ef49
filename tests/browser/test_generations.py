"""The history: what each state changed, two of them compared, and the way back, as somebody uses it in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.household import Household, living
from tests.browser.looks import SIZES, in_both_themes
from tests.browser.visitor import visiting

LATER = "||later.example.org^"


@pytest.fixture(scope="module")
def changing(browser: Browser) -> Iterator[Household]:
    """A house of our own: its history grows."""
    del browser  # no box where nobody can look
    with living() as household:
        yield household


@pytest.mark.parametrize("size", SIZES)
def test_comparing_is_whole_and_in_reach_of_everybody(
    browser: Browser, changing: Household, size: str
) -> None:
    with visiting(browser, changing, size=SIZES[size]) as visitor:
        page = visitor.open("/generations")
        expect(page.get_by_text("first start")).to_be_visible()
        page.get_by_label("Compare generation 1", exact=True).check()
        page.get_by_label("Compare generation 8", exact=True).check()
        in_both_themes(visitor, "history-chosen")
        page.get_by_role("link", name="Compare 1 with 8").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("From generation 1 to generation 8")
        # Phones by their names, however they call themselves.
        expect(page.get_by_role("link", name="Redmi Note 8")).to_be_visible()
        expect(page.get_by_role("link", name="<b>Mallory</b>")).to_be_visible()
        in_both_themes(visitor, "history-compare")


def test_earlier_generation_is_gone_back_to_and_that_is_taken_back(
    browser: Browser, changing: Household
) -> None:
    before = changing.api("GET", "/v1/generations?limit=1").json()["items"][0]["number"]
    changing.api("POST", "/v1/rules", {"text": LATER})
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/generations/{before}")
        page.get_by_role("button", name="Go back to it").click()
        expect(page.get_by_text("Rules: 1 removed")).to_be_visible()
        in_both_themes(visitor, "history-back-effect")
        page.locator("dialog").get_by_role("button", name="Go back to it").click()
        expect(page.get_by_text(f"Back at generation {before}.")).to_be_visible()
        assert LATER not in _texts(changing)
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        page.goto(f"{changing.origin}/generations")
        expect(page.get_by_text("first start")).to_be_visible()
        in_both_themes(visitor, "history-rolled-back")
    assert LATER in _texts(changing)


def test_large_change_is_told_with_as_many_as_there_are(browser: Browser, changing: Household) -> None:
    rows = [{"text": f"||n{number}.many.example^"} for number in range(3000)]
    generation = changing.api("POST", "/v1/rules:bulk", {"create": rows}).json()["generation"]
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/generations/{generation}")
        expect(page.get_by_text("1,000 added, 2,000 more that differ")).to_be_visible()
        assert page.get_by_role("listitem").filter(has_text="many.example").count() == 100
        page.get_by_role("button", name="More").last.click()
        expect(page.get_by_role("listitem").filter(has_text="many.example")).to_have_count(200)


def test_generation_that_is_not_there_is_said_to_be_so(browser: Browser, changing: Household) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/generations/999999")
        expect(page.get_by_role("alert").first).to_be_visible()
        in_both_themes(visitor, "history-not-there")


def _texts(household: Household) -> list[str]:
    found = household.api("GET", "/v1/rules?limit=1000&sort=-id").json()["items"]
    return [str(rule["text"]) for rule in found]
