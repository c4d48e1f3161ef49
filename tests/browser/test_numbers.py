"""Every number of Home, of the phones and of a phone leads to the rows it counts, and to no others."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visits

ONCE = re.compile(r"\bonce\b")
COUNT = re.compile(r"(?<![\w.,])(\d[\d,]*)(?![\w.,%])")
# Names of phones and times of day have figures in them that count nothing.
NOT_COUNTED = re.compile(r"127[.\d]+|Redmi Note 8|POCO F3|Pixel 7|\d+:\d\d|\d+ [A-Z]\w\w\b")


@pytest.mark.parametrize(
    "path", ["/", "/?span=24h", "/phones", "/phones/127.10.0.1", "/phones/127.10.0.4?span=7d"]
)
def test_number_leads_to_as_many_questions_of_the_log(visit: Visits, path: str) -> None:
    with visit() as visitor:
        page = visitor.open(path)
        counted = _counted(page)
        assert len(counted) >= 3
        for href, said, number in counted:
            visitor.open(href)
            assert _questions(page) == number, f"{said}: {href}"


def test_a_press_on_a_number_opens_its_rows(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/phones")
        page.get_by_role("link", name="13 questions stopped").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("What was stopped of Redmi Note 8")
        # The same question within a second is one row: the page says both.
        expect(page.locator(".bar")).to_contain_text("3 rows")
        expect(page.locator(".bar")).to_contain_text("13 questions in all")


def _counted(page: Page) -> list[tuple[str, str, int]]:
    """Links to the log with a number in what they say, each once."""
    for table in page.locator("main summary", has_text="As a table").all():
        table.click()
    found: dict[str, tuple[str, str, int]] = {}
    for link in page.locator("main a[href^='/log']").all():
        href, said = str(link.get_attribute("href")), _said(link)
        count = COUNT.search(NOT_COUNTED.sub("", said))
        if count and "row=" not in href:
            found[href] = (href, said, int(count[1].replace(",", "")))
        elif ONCE.search(said):
            found[href] = (href, said, 1)
    return list(found.values())


def _said(link: Locator) -> str:
    return link.get_attribute("aria-label") or str(link.text_content())


def _questions(page: Page) -> int:
    """How many questions the rows of the log stand for, as its page says once all of them are there."""
    end = page.get_by_text("That is all there is.")
    expect(end.or_(page.get_by_text(re.compile("^No row fits these filters")))).to_be_visible()
    said = page.locator(".bar").inner_text()
    sums = re.search(r"([\d,]+) questions in all", said) or re.search(r"([\d,]+) rows?", said)
    assert sums, said
    return int(sums[1].replace(",", ""))
