"""Rules, lists, the catalogue, the history and bundles, as somebody uses them in a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Visits
from tests.browser.household import Household, living
from tests.browser.visitor import DESKTOP, PHONE, Theme, visiting

HOST = "data.mistat.intl.xiaomi.com"
OPEN = {  # what is not seen on the page by itself
    "rules-add": ("/rules?add=https%3A%2F%2Fads.example.org%2Fx", "Add a rule"),
    "rules-edit": ("/rules?edit=1", "Edit the rule"),
    "rules-test": (f"/rules/test?name={HOST}&device=127.10.0.1", "Who says so"),
    "rules-import": ("/rules/import", "Bring rules in"),
    "lists-add": ("/lists?add", "Known lists"),
    "catalogue-host": (f"/catalogue?q=mistat&host=exact%20{HOST}", "How we know"),
    "catalogue-companies": ("/catalogue/companies", "Xiaomi"),
    "history-compare": ("/generations/4?with=1", "Compared with"),
    "bundles-add": ("/bundles?add", "From an address"),
}


@pytest.fixture(scope="module")
def changing(browser: Browser) -> Iterator[Household]:
    """A house of our own: its rules are changed."""
    del browser  # no box where nobody can look
    with living() as household:
        yield household


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_opens_is_whole_and_in_reach_of_everybody(
    visit: Visits, name: str, theme: Theme, size: tuple[int, int]
) -> None:
    path, seen = OPEN[name]
    with visit(theme=theme, size=size) as visitor:
        visitor.open(path)
        visitor.page.get_by_text(seen, exact=True).first.wait_for()
        visitor.picture(f"{name}-{'phone' if size == PHONE else 'desktop'}-{theme}")
        assert not visitor.overflow()
        assert not visitor.accessibility()


def _type(page: Page, text: str) -> None:
    page.get_by_label("Name, web address or rule").fill(text)


def test_rule_is_made_of_a_web_address_with_its_effect_shown_and_taken_back(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules")
        page.get_by_role("link", name="Add a rule").click()
        _type(page, "https://new.example.org/page?x")
        page.get_by_text("Only the name can be stopped, not one page: new.example.org").wait_for()
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_role("button", name="Add it").click()
        page.get_by_text("Rule added.").wait_for()
        texts = [rule["text"] for rule in _rules(changing)]
        assert "||new.example.org^" in texts
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Undone.").wait_for()
        assert "||new.example.org^" not in [rule["text"] for rule in _rules(changing)]


def test_who_was_faster_is_said_and_what_was_typed_stays(browser: Browser, changing: Household) -> None:
    number = _made(changing, "||edited.example.org^")
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/rules?edit={number}")
        comment = page.get_by_role("textbox", name="Comment", exact=True)
        comment.fill("mine")
        changing.api("PATCH", f"/v1/rules/{number}", {"comment": "theirs"})
        page.get_by_role("button", name="See what it changes").click()
        page.get_by_text("admin was faster").wait_for()
        expect(comment).to_have_value("mine")
        page.get_by_role("button", name="Save mine over it").click()
        page.get_by_role("button", name="Save it").click()
        page.get_by_text("Rule saved.").wait_for()
    assert [rule["comment"] for rule in _rules(changing) if rule["id"] == number] == ["mine"]


def test_several_rules_are_tagged_at_once_and_that_is_taken_back(
    browser: Browser, changing: Household
) -> None:
    for name in ("one", "two"):
        _made(changing, f"||{name}.bulk.example^")
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?q=bulk.example")
        page.get_by_role("button", name="Select all of these").click()
        page.get_by_role("button", name="Tag", exact=True).click()
        page.get_by_role("combobox", name="Tag", exact=True).fill("new")
        page.get_by_role("button", name="See what it changes").click()
        page.locator("dialog").get_by_role("button", name="Tag", exact=True).click()
        page.get_by_text("2 rules changed.").wait_for()
        tagged = [rule["tags"] for rule in _rules(changing) if "bulk.example" in rule["text"]]
        assert tagged == [["new"], ["new"]]
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Undone.").wait_for()
        tagged = [rule["tags"] for rule in _rules(changing) if "bulk.example" in rule["text"]]
        assert tagged == [[], []]


def test_pasted_lines_are_shown_before_they_are_taken_and_bad_ones_by_number(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules/import")
        page.get_by_label("Lines").fill("! mine\nads.paste.example\n<script>alert(1)</script>\n")
        page.get_by_role("button", name="See what it comes to").click()
        page.get_by_text("1 rule would be added.").wait_for()
        row = page.get_by_role("row").filter(has_text="<script>alert(1)</script>")
        expect(row).to_contain_text("3")
        page.get_by_role("button", name="Take them in").click()
        page.get_by_text("1 rule added.").wait_for()
    assert "||ads.paste.example^" in [rule["text"] for rule in _rules(changing)]


def test_earlier_generation_is_gone_back_to_and_that_is_taken_back(
    browser: Browser, changing: Household
) -> None:
    before = changing.api("GET", "/v1/generations?limit=1").json()["items"][0]["number"]
    _made(changing, "||later.example.org^")
    with visiting(browser, changing) as visitor:
        page = visitor.open(f"/generations/{before}")
        page.get_by_role("button", name="Go back to it").click()
        page.get_by_text("Rules: 1 removed").wait_for()
        page.locator("dialog").get_by_role("button", name="Go back to it").click()
        page.get_by_text(f"Back at generation {before}.").wait_for()
        assert "||later.example.org^" not in [rule["text"] for rule in _rules(changing)]
        page.get_by_role("button", name="Undo").click()
        page.get_by_text("Undone.").wait_for()
    assert "||later.example.org^" in [rule["text"] for rule in _rules(changing)]


def test_of_thousands_of_rules_only_those_seen_exist_and_all_can_be_selected(
    browser: Browser, changing: Household
) -> None:
    rows = [{"text": f"||n{number}.many.example^"} for number in range(2000)]
    changing.api("POST", "/v1/rules:bulk", {"create": rows})
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?q=many.example&sort=id")
        page.get_by_text("n0.many.example").first.wait_for()
        assert page.get_by_role("switch").count() < 100
        page.get_by_role("button", name="Select all of these").click()
        page.get_by_role("button", name="Select all that fit").click()
        page.get_by_text("2,000 rules selected").wait_for()


def _rules(household: Household) -> list[dict[str, object]]:
    found: list[dict[str, object]] = household.api("GET", "/v1/rules?limit=1000&sort=-id").json()["items"]
    return found


def _made(household: Household, text: str) -> int:
    return int(household.api("POST", "/v1/rules", {"text": text}).json()["id"])
