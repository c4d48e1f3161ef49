"""Home: what the phones tried, as one sentence; every number leads to its rows."""

import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Visits
from tests.browser.household import living
from tests.browser.visitor import visiting

JSON = "application/json"


def test_home_opens_with_the_numbers_of_the_log(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        heading = page.locator("h1")
        expect(heading).to_contain_text(re.compile(r"Your phones tried \d+ times today to report to"))
        expect(heading).to_contain_text("None got through.")
        told = visitor.home.api("GET", "/v1/overview").json()["telemetry"]
        expect(heading).to_contain_text(f"{told['attempts']} times")


def test_the_number_in_the_sentence_is_that_of_its_rows(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        link = page.locator("h1 a", has_text="times")
        href = str(link.get_attribute("href"))
        rows = visitor.home.api("GET", f"/v1/log?{urlsplit(href).query}").json()["items"]
        assert f"{sum(row['count'] for row in rows)} times" == link.inner_text()
        link.click()
        expect(page).to_have_url(re.compile(r"/log\?"))


def test_what_is_worth_knowing_is_three_things_at_most(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        card = page.locator("section", has=page.get_by_role("heading", name="Worth knowing"))
        expect(card.locator("li").first).to_be_visible()
        assert 1 <= card.locator("li").count() <= 3
        card.get_by_role("link", name="See the rows").first.click()
        expect(page).to_have_url(re.compile(r"/log\?"))


def test_the_map_has_home_the_countries_and_a_table_of_them(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        card = page.locator("section", has=page.get_by_role("heading", name="Where it was headed"))
        expect(card.locator("path.land")).to_have_attribute("d", re.compile("^M"))
        expect(card.get_by_text("home", exact=True)).to_be_visible()
        expect(card.locator("path.arc.stop").first).to_be_attached()
        card.get_by_text("As a table").click()
        expect(card.get_by_role("cell", name="Singapore")).to_be_visible()


def test_a_press_on_an_hour_opens_its_rows(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/?span=24h")
        picture = page.get_by_role("img", name=re.compile("over time"))
        picture.scroll_into_view_if_needed()
        expect(picture.locator("svg")).to_be_visible()
        box = picture.bounding_box()
        assert box
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        expect(page).to_have_url(re.compile(r"/log\?"))
        query = parse_qs(urlsplit(page.url).query)
        assert int(query["until"][0]) - int(query["since"][0]) == 3599


def test_a_question_shows_live_and_leads_to_its_row(browser: Browser) -> None:
    with living(furnished=False) as home, visiting(browser, home) as visitor:
        page = visitor.open("/")
        expect(page.get_by_text("following")).to_be_visible()
        home.ask("127.10.0.1", "tracking.intl.miui.com")
        row = page.locator("a", has_text="tracking.intl.miui.com")
        expect(row).to_contain_text("stopped")
        row.click()
        expect(page).to_have_url(re.compile(r"/log\?row=\d+"))


def test_a_box_that_nobody_has_asked_leads_to_the_first_steps(visit: Visits) -> None:
    with visit() as visitor:
        nothing = visitor.home.api("GET", "/v1/overview?since=1&until=2").body
        visitor.page.route("**/v1/overview*", lambda route: route.fulfill(body=nothing, content_type=JSON))
        visitor.page.route("**/v1/devices*", lambda route: route.fulfill(json={"items": [], "next": ""}))
        page = visitor.open("/")
        expect(page.locator("h1")).to_have_text("No phone has asked this box anything yet.")
        expect(page.get_by_role("link", name="First steps")).to_have_attribute("href", "/welcome")


def test_the_time_it_tells_of_is_in_the_address(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/")
        page.get_by_role("link", name="7 days").click()
        expect(page).to_have_url(re.compile(r"\?span=7d$"))
        expect(page.locator("h1")).to_contain_text("in the last 7 days")
        expect(page.get_by_role("heading", name="Day by day")).to_be_visible()
