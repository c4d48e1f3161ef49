"""Many rules at once: thousands in the table, changed in bulk, brought in from lines and files, and taken out."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.household import Household, living
from tests.browser.looks import SIZES, in_both_themes
from tests.browser.visitor import visiting

MANY = 10_000
SCRIPT = "<script>alert(1)</script>"
# Pastes as a person does: the text is on the clipboard, the field has the keyboard.
_PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""
# Reads on, a screen a frame; how far it came.
_SCROLL = """async () => {
  const list = document.querySelector("[role=list].rows");
  for (let step = 0; step < 120; step++) {
    list.scrollTop += 400;
    await new Promise(requestAnimationFrame);
  }
  return list.scrollTop;
}"""


@pytest.fixture(scope="module")
def changing(browser: Browser) -> Iterator[Household]:
    """A house of our own, with MANY rules."""
    del browser  # no box where nobody can look
    with living() as household:
        rows = [{"text": f"||n{number}.many.example^"} for number in range(MANY)]
        household.api("POST", "/v1/rules:bulk", {"create": rows})
        yield household


def test_of_thousands_of_rules_only_those_seen_exist_and_all_can_be_changed_and_taken_back(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?q=many.example&sort=id")
        expect(page.get_by_text("n0.many.example").first).to_be_visible()
        assert page.get_by_role("switch").count() < 100
        assert page.evaluate(_SCROLL) > 0
        assert page.get_by_role("switch").count() < 100
        page.get_by_role("button", name="Select all of these").click()
        page.get_by_role("button", name="Select all that fit").click()
        expect(page.get_by_text(f"{MANY:,} rules selected")).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="Switch off").click()
        page.locator("dialog").get_by_role("button", name="Switch off").click(timeout=30_000)
        expect(page.get_by_text(f"{MANY:,} rules changed.")).to_be_visible(timeout=30_000)
        assert not _some(changing)["enabled"]
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible(timeout=30_000)
        assert _some(changing)["enabled"]


def test_several_rules_are_tagged_at_once_and_that_is_taken_back(
    browser: Browser, changing: Household
) -> None:
    for name in ("one", "two"):
        changing.api("POST", "/v1/rules", {"text": f"||{name}.bulk.example^"})
    with visiting(browser, changing, size=SIZES["phone"]) as visitor:
        page = visitor.open("/rules?q=bulk.example")
        page.get_by_role("button", name="Select all of these").click()
        in_both_themes(visitor, "rules-selected")
        page.get_by_role("button", name="Tag", exact=True).click()
        page.get_by_role("combobox", name="Tag", exact=True).fill("new")
        page.get_by_role("button", name="See what it changes").click()
        page.locator("dialog").get_by_role("button", name="Tag", exact=True).click()
        expect(page.get_by_text("2 rules changed.")).to_be_visible()
        assert _tags(changing) == [["new"], ["new"]]
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()
        assert _tags(changing) == [[], []]


@pytest.mark.parametrize("size", SIZES)
def test_pasted_lines_are_shown_before_they_are_taken_and_bad_ones_by_number(
    browser: Browser, changing: Household, size: str
) -> None:
    name = f"ads.{size}.example"
    lines = ["! mine", name, SCRIPT, "\u202eevil.example", f"{'a' * 64}.example", "|" * 253]
    with visiting(browser, changing, size=SIZES[size]) as visitor:
        page = visitor.open("/rules/import")
        page.get_by_label("Lines").fill("\n".join(lines))
        page.get_by_role("button", name="See what it comes to").click()
        expect(page.get_by_text("1 rule would be added.")).to_be_visible()
        expect(page.get_by_role("row").filter(has_text=SCRIPT)).to_contain_text("3")
        # As it was pasted, not as it was sent.
        expect(page.get_by_role("row").filter(has_text="\\u{202e}evil.example")).not_to_contain_text("||")
        in_both_themes(visitor, "rules-import-errors")
        page.get_by_role("button", name="Take them in").click()
        expect(page.get_by_text("1 rule added.")).to_be_visible()
        assert changing.api("GET", f"/v1/rules?q={name}").json()["items"][0]["text"] == f"||{name}^"
        page.get_by_role("button", name="Undo").click()
        expect(page.get_by_text("Undone.")).to_be_visible()


def test_ten_megabytes_are_pasted_and_the_page_goes_on(browser: Browser, changing: Household) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules/import")
        page.get_by_label("Lines").focus()
        page.evaluate(_PASTE, "0.0.0.0 pasted.example.org\n" * 370_000)
        expect(page.get_by_text("Pasted lines, 9.99 MB")).to_be_visible()
        expect(page.get_by_text("370,000 hosts lines")).to_be_visible()
        page.get_by_role("button", name="See what it comes to").click()
        expect(page.get_by_role("alert")).to_contain_text("8 MB")
        expect(page.get_by_role("link", name="follow a list")).to_be_visible()
        in_both_themes(visitor, "rules-import-too-large")
        # Gone for a look elsewhere, it is here again.
        page.get_by_role("link", name="Your rules").click()
        page.get_by_role("link", name="Import and export").click()
        expect(page.get_by_text("Pasted lines, 9.99 MB")).to_be_visible()
        page.get_by_role("button", name="Leave them out").click()
        expect(page.get_by_label("Lines")).to_have_value("")


def test_many_lines_pasted_for_one_rule_are_taken_to_the_import(
    browser: Browser, changing: Household
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules?add")
        page.get_by_label("Name, web address or rule").focus()
        page.evaluate(_PASTE, "one.example\ntwo.example\n")
        expect(page.get_by_text("These are 2 lines.")).to_be_visible()
        page.get_by_role("link", name="Take them all").click()
        expect(page.get_by_label("Lines")).to_have_value("one.example\ntwo.example")


@pytest.mark.parametrize("content", [bytes(range(256)) * 400, b"{" * 10_000, b"PK\3\4" + bytes(5000), b""])
def test_file_of_rubbish_is_refused_or_shown_line_by_line(
    browser: Browser, changing: Household, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / f"{SCRIPT.replace('/', '')}.txt"
    file.write_bytes(content)
    before = _some(changing)
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules/import")
        page.get_by_label("Or a file").set_input_files(file)
        expect(page.get_by_text("<script>alert(1)<script>.txt")).to_be_visible()
        page.get_by_role("button", name="See what it comes to").click()
        _refused_or_empty(page)
    assert _some(changing) == before


def test_rules_that_are_taken_out_can_be_brought_in_again(
    browser: Browser, changing: Household, tmp_path: Path
) -> None:
    with visiting(browser, changing) as visitor:
        page = visitor.open("/rules/import")
        page.get_by_label("As", exact=True).select_option("json")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.name == "hushgate-rules.json"
        assert f"||n{MANY - 1}.many.example^" in json.dumps(json.loads(file.read_text()))
        page.get_by_label("Or a file").set_input_files(file)
        page.get_by_role("button", name="See what it comes to").click()
        expect(page.get_by_text("There is nothing new in it.")).to_be_visible()


def _refused_or_empty(page: Page) -> None:
    said = (
        page.get_by_role("alert")
        .or_(page.get_by_text("cannot be taken"))
        .or_(page.get_by_text("There is nothing new in it."))
    )
    expect(said.first).to_be_visible()
    expect(page.get_by_role("button", name="Take them in")).to_have_count(0)


def _some(household: Household) -> dict[str, Any]:
    """One of MANY."""
    found: dict[str, Any] = household.api("GET", "/v1/rules?q=n77.many.example").json()["items"][0]
    return found


def _tags(household: Household) -> list[list[str]]:
    found = household.api("GET", "/v1/rules?q=bulk.example").json()["items"]
    return [rule["tags"] for rule in found]
