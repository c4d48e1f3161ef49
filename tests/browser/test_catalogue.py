"""The catalogue, as somebody reads it in a browser: whose a host is, what for, how that is known, what breaks."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visits
from tests.browser.looks import SIZES, in_both_themes

HOST = "data.mistat.intl.xiaomi.com"
OPEN = {  # what is looked at, and what is seen there at last
    "catalogue-found": ("/catalogue?q=mistat", "data.mistat.xiaomi.com"),
    "catalogue-nothing": ("/catalogue?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E", "No entry fits."),
    "catalogue-host": (f"/catalogue?q=mistat&host=exact%20{HOST}", "How we know"),
    "catalogue-companies": ("/catalogue/companies", "Xiaomi"),
}


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", OPEN)
def test_catalogue_is_whole_and_in_reach_of_everybody(visit: Visits, name: str, size: str) -> None:
    path, seen = OPEN[name]
    with visit(size=SIZES[size]) as visitor:
        page = visitor.open(path)
        expect(page.get_by_text(seen, exact=True).first).to_be_visible()
        in_both_themes(visitor, name)


def test_host_is_found_by_what_is_known_of_it_and_leads_to_its_rows(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/catalogue/companies")
        page.get_by_role("link", name="Xiaomi", exact=True).click()
        page.get_by_role("searchbox").fill("mistat")
        page.get_by_role("link", name=f"All about {HOST}").click()
        detail = page.get_by_role("dialog", name=HOST)
        for fact in ("Company", "Purpose", "What was seen in it", "What breaks without it", "How we know"):
            expect(detail.get_by_text(fact, exact=True)).to_be_visible()
        expect(detail.get_by_text("3 times in the last 30 days")).to_be_visible()
        detail.get_by_role("link", name="see the rows").click()
        expect(page).to_have_url(re.compile(rf"/log\?name={HOST}&since=\d+$"))
        expect(page.get_by_text("Redmi Note 8").first).to_be_visible()


def test_rule_is_made_of_an_entry(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open(f"/catalogue?q=mistat&host=exact%20{HOST}")
        page.get_by_role("button", name="Let it through …").click()
        editor = page.get_by_role("dialog", name="Add a rule")
        expect(editor.get_by_text(f"@@|{HOST}^")).to_be_visible()
        editor.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_role("button", name="Add it")).to_be_enabled()
        expect(page.get_by_role("cell", name="Redmi Note 8")).to_be_visible()
        in_both_themes(visitor, "catalogue-rule-effect")
