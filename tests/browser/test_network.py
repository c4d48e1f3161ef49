"""Network: whom the box asks and how they do, what its settings do, what a question meets on its way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Visits
from tests.browser.household import HARMLESS, OUTSIDE, PASSWORD, Household, moved_in
from tests.browser.visitor import DESKTOP, PHONE, Theme, Visitor, visiting
from tests.fakes.live_box import started
from tests.fakes.upstream import refusing_port, running_upstream

LONG = ".".join(("a" * 63, "b" * 63, "c" * 63, "d" * 61))  # 253 characters
PRINTER = "printer.fritz.box"


@dataclass(frozen=True)
class Street:
    """A house whose settings are changed, and those whom it can ask."""

    home: Household
    world: str
    tcp: str
    router: str
    dead: str


@pytest.fixture(scope="module")
def street(browser: Browser) -> Iterator[Street]:
    """One upstream that answers, one that is away, and a router that knows the house."""
    del browser  # no box where nobody can look
    known = [f"{name} 60 IN A {OUTSIDE}" for name in HARMLESS]
    with (
        running_upstream(*known) as world,
        running_upstream(f"{PRINTER} 60 IN A 192.168.178.9") as router,
        started("", panel=True) as live,
    ):
        home = moved_in(live)
        dead = f"udp://127.0.0.1:{refusing_port()}"
        home.api("PATCH", "/v1/network", {"upstreams": [world.url, dead], "force": True})
        home.ask("127.10.0.1", *(f"n{number}.example.org" for number in range(8)))
        yield Street(home, world.url, world.tcp_url, router.url, dead)


def _settings(home: Household) -> dict[str, Any]:
    found = home.api("GET", "/v1/network").json()["settings"]
    return {one["key"].removeprefix("dns."): one["value"] for one in found}


def _called(url: str) -> str:
    """What an upstream is called that has no name."""
    return url.partition("://")[2]


def _row(page: Page, url: str) -> Locator:
    return page.get_by_role("list", name="Upstreams").get_by_role("listitem").filter(has_text=url)


def _add(page: Page, url: str) -> None:
    page.get_by_role("button", name="Add one").click()
    page.get_by_label("Another one").check()
    page.get_by_label("Its address").fill(url)
    page.get_by_role("dialog").get_by_role("button", name="Add it").click()


def _save(page: Page, said: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name="Save it").click()
    expect(page.get_by_text(said)).to_be_visible()


def _undo(page: Page) -> None:
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()


def _traced(visitor: Visitor, name: str, device: str = "") -> Page:
    """What a question met, as soon as it is there."""
    page = visitor.open(f"/network/trace?{urlencode({'name': name, 'device': device})}")
    expect(page.get_by_text(re.compile("in all")).or_(page.get_by_role("alert"))).to_be_visible()
    return page


def _step(page: Page, link: str) -> Locator:
    return (
        page.get_by_role("list", name="The way through the box").get_by_role("listitem").filter(has_text=link)
    )


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_what_opens_is_whole_and_in_reach_of_everybody(
    browser: Browser, street: Street, size: tuple[int, int], theme: Theme
) -> None:
    with visiting(browser, street.home, theme=theme, size=size) as visitor:
        kind = f"{'phone' if size == PHONE else 'desktop'}-{theme}"

        def looked_at(name: str) -> None:
            visitor.picture(f"network-{name}-{kind}")
            assert not visitor.overflow()
            assert not visitor.accessibility()

        page = visitor.open("/network")
        page.get_by_text("These are read when the box starts.").click()
        looked_at("settings")
        page.get_by_text("These are read when the box starts.").click()
        page.get_by_role("button", name="Add one").click()
        page.get_by_label("Another one").check()
        page.get_by_label("Its address").fill("quic://192.0.2.1")
        expect(page.get_by_text(re.compile("^The box can ask none such"))).to_be_visible()
        looked_at("add")
        page.get_by_label("Its address").fill("tls://127.0.0.1:9#dns.example")
        page.get_by_role("dialog").get_by_role("button", name="Add it").click()
        page.get_by_role("button", name="Test and save").click()
        expect(page.get_by_role("button", name="Save it all the same")).to_be_visible()
        looked_at("force")
        page = visitor.open("/network")
        page.get_by_role("button", name="Add a domain").click()
        looked_at("domain")
        _traced(visitor, LONG)
        looked_at("trace")


def test_an_upstream_that_is_away_is_said_to_be_with_what_to_do(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        expect(page.locator("h1")).to_have_text(
            f"{_called(street.dead)} does not answer. {_called(street.world)} does."
        )
        away = _row(page, street.dead)
        expect(away.get_by_text("does not answer", exact=True)).to_be_visible()
        expect(away.get_by_text(re.compile("^Last error: Connection refused"))).to_be_visible()
        expect(away.get_by_text(re.compile("^The box tries it again by itself"))).to_be_visible()
        away.get_by_role("button", name="Test").click()
        expect(away.get_by_text("No answer: Connection refused")).to_be_visible()
        well = _row(page, street.world)
        expect(well.get_by_text("answers", exact=True)).to_be_visible()
        well.get_by_role("button", name="Test").click()
        expect(well.get_by_text(re.compile(r"^It answered in [\d.]+ ms"))).to_be_visible()


def test_what_the_environment_says_is_not_changed_here_and_that_is_said(visit: Visits) -> None:
    with visit() as visitor:
        page = visitor.open("/network")
        expect(page.get_by_text(re.compile("change HUSHGATE_DNS__UPSTREAMS there"))).to_be_visible()
        expect(page.get_by_role("button", name="Add one")).to_have_count(0)


def test_another_one_is_tested_saved_and_taken_back(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        _add(page, street.tcp)
        expect(_row(page, street.tcp).get_by_text("not saved yet")).to_be_visible()
        page.get_by_role("button", name=f"Move {_called(street.dead)} down").press("Enter")
        expect(page.get_by_role("button", name=f"Move {_called(street.dead)} up")).to_be_focused()
        page.get_by_role("button", name="Test and save").click()
        expect(page.get_by_role("dialog").get_by_text(re.compile(r"^It answered in"))).to_be_visible()
        assert _settings(street.home)["upstreams"] == [street.world, street.dead]  # nothing is done yet
        _save(page, "The box asks others now.")
        assert _settings(street.home)["upstreams"] == [street.world, street.tcp, street.dead]
        _undo(page)
    assert _settings(street.home)["upstreams"] == [street.world, street.dead]


def test_one_that_does_not_answer_is_refused_unless_insisted_on(browser: Browser, street: Street) -> None:
    other = f"tcp://127.0.0.1:{refusing_port()}"
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        _add(page, other)
        page.get_by_role("button", name="Test and save").click()
        dialog = page.get_by_role("dialog")
        expect(dialog.get_by_role("alert")).to_contain_text("Does not answer")
        dialog.get_by_role("button", name="Save it all the same").click()
        expect(page.get_by_text("The box asks others now.")).to_be_visible()
        assert other in _settings(street.home)["upstreams"]
        _undo(page)
        page.get_by_role("button", name="Use the machine's own resolvers again").click()
        page.get_by_role("button", name="Test and save").click()
        expect(dialog).to_contain_text("The box will ask the resolvers of the machine")
        dialog.get_by_role("button", name="Cancel").click()
        page.get_by_role("button", name="Drop it").click()
        expect(_row(page, street.world)).to_be_visible()


def test_a_domain_is_asked_at_the_router(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        page.get_by_role("button", name="Add a domain").click()
        page.get_by_label("Domain", exact=True).fill("fritz.box")
        page.get_by_label("Asked there").fill("nonsense")
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("nonsense")
        page.get_by_label("Asked there").fill(street.router)
        page.get_by_role("button", name="Test and save").click()
        said = f"Names in fritz.box will be asked at {_called(street.router)}."
        expect(page.get_by_text(said)).to_be_visible()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_text("The box asks others now.")).to_be_visible()
        _traced(visitor, PRINTER)
        expect(page.get_by_text(re.compile(r"^A 192\.168\.178\.9"))).to_be_visible()
        page = visitor.open("/network")
        page.get_by_role("button", name="Take fritz.box out").click()
        expect(page.get_by_text("Names in fritz.box will go the same way as all others.")).to_be_visible()
        _save(page, "The box asks others now.")
    assert _settings(street.home)["domains"] == {}


def test_settings_count_at_once_and_go_back_to_how_they_come(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        page.get_by_role("switch", name=re.compile("^Take the keys for hidden")).click()
        expect(page.get_by_text("It counts now.")).to_be_visible()
        assert _settings(street.home)["strip_ech"] is True
        _undo(page)
        assert _settings(street.home)["strip_ech"] is False
        seconds = page.get_by_label(re.compile("^A phone keeps a"))
        seconds.fill("60")
        page.get_by_role("button", name="Save it").click()
        _save(page, "The setting is changed.")
        assert _settings(street.home)["blocked_ttl"] == 60
        page.get_by_role("button", name="Back to how it comes: 10").click()
        page.get_by_role("dialog").get_by_role("button", name="Save it").click()
        expect(seconds).to_have_value("10")
        page.get_by_label(re.compile("^Domains on the internet")).fill("plex.direct\nno name at all")
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("no name at all")
        page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
        expect(page.get_by_label(re.compile("^Domains on"))).to_have_value("plex.direct\nno name at all")
    assert _settings(street.home)["blocked_ttl"] == 10


def test_who_was_faster_is_said_and_what_was_typed_stays(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home) as visitor:
        page = visitor.open("/network")
        seconds = page.get_by_label(re.compile("^A phone keeps a"))
        for number, press in enumerate(("Look at theirs", "Save mine over it")):
            seconds.fill(f"{30 + number}")
            page.get_by_role("button", name="Save it").click()
            dialog = page.get_by_role("dialog")
            expect(dialog.get_by_text("It counts at once")).to_be_visible()
            street.home.api("PATCH", "/v1/network", {"blocked_ttl": 90 + number})
            dialog.get_by_role("button", name="Save it").click()
            expect(dialog.get_by_role("alert")).to_contain_text("Somebody else has changed the settings")
            dialog.get_by_role("button", name=press).click()
            expect(dialog).to_have_count(0)
            expect(seconds).to_have_value(f"{30 + number}")
        assert _settings(street.home)["blocked_ttl"] == 31
        _undo(page)
    assert _settings(street.home)["blocked_ttl"] == 91  # what it was before
    street.home.api("PATCH", "/v1/network", {"blocked_ttl": None})


def test_a_login_that_ends_in_the_middle_of_an_edit_loses_nothing(browser: Browser, street: Street) -> None:
    with visiting(browser, street.home, known=False) as visitor:
        page = visitor.open("/network")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_label(re.compile("^A phone keeps a")).fill("77")
        for login in street.home.api("GET", "/v1/sessions").json()["items"]:
            if not login["current"]:
                street.home.api("DELETE", f"/v1/sessions/{login['id']}")
        page.get_by_role("button", name="Save it").click()
        again = page.get_by_role("dialog", name="You have been logged out")
        again.get_by_label("Password").fill(PASSWORD)
        again.get_by_role("button", name="Log in").click()
        _save(page, "The setting is changed.")
    assert _settings(street.home)["blocked_ttl"] == 77
    street.home.api("PATCH", "/v1/network", {"blocked_ttl": None})


def test_a_question_is_followed_link_by_link_and_leaves_no_row(visit: Visits) -> None:
    with visit() as visitor:
        before = len(visitor.home.api("GET", "/v1/log?limit=1000").json()["items"])
        page = visitor.open("/network/trace")
        page.get_by_label("Name").fill("https://sa.api.intl.miui.com/a?b")
        page.get_by_label("For", exact=True).select_option("Redmi Note 8")
        page.get_by_label("Name").press("Enter")
        expect(_step(page, "Rules, lists, catalogue")).to_contain_text("stopped")
        expect(page).to_have_url(re.compile(r"name=sa\.api\.intl\.miui\.com"))
        expect(page.get_by_text("An address that is nowhere.")).to_be_visible()
        expect(page.get_by_role("link", name="Its rows in the log")).to_have_attribute(
            "href", re.compile("name=sa.api.intl.miui.com")
        )
        _traced(visitor, "shop.example.org", "127.10.0.3")
        expect(_step(page, "Rules, lists, catalogue")).to_contain_text("let through")
        _traced(visitor, "upload.wikimedia.org")
        _traced(visitor, "upload.wikimedia.org")
        expect(_step(page, "Known already?")).to_contain_text("answered")
        expect(_step(page, "Asked outside")).to_have_count(0)
        _traced(visitor, "printer.local")
        expect(_step(page, "Does the name stay in the house?")).to_contain_text("answered")
        assert len(visitor.home.api("GET", "/v1/log?limit=1000").json()["items"]) == before


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (LONG, LONG),
        ("b\u00fccher.example.org", "xn--bcher-kva.example.org"),
        ("<script>alert(1)</script>.example.org", "<script>alert\\(1\\)</script>.example.org"),
    ],
    ids=["253 characters", "international", "markup"],
)
def test_any_name_is_followed(visit: Visits, name: str, shown: str) -> None:
    with visit(size=PHONE) as visitor:
        page = _traced(visitor, name)
        expect(page.get_by_role("heading").filter(has_text=shown)).to_be_visible()
        assert not visitor.overflow()


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\0b.example", "control character"),
        ("a\u202eb.example", "U+202E"),
        ("a..b", "empty label"),
        ("x" * 64 + ".example", "longer than 63"),
    ],
    ids=["NUL", "bidi", "empty", "long"],
)
def test_what_is_no_name_is_refused_in_one_sentence(visit: Visits, name: str, why: str) -> None:
    with visit(size=PHONE) as visitor:
        page = _traced(visitor, name)
        expect(page.get_by_role("alert")).to_contain_text(why)
        assert "\u202e" not in page.get_by_role("alert").inner_text()
        assert not visitor.overflow()


def test_a_question_that_nobody_answers_is_said_to_fail(browser: Browser, street: Street) -> None:
    street.home.api("PATCH", "/v1/network", {"upstreams": [street.dead], "force": True})
    with visiting(browser, street.home) as visitor:
        page = _traced(visitor, "nobody.example.net")
        expect(_step(page, "Asked outside")).to_contain_text("failed")
        expect(page.get_by_text("SERVFAIL")).to_be_visible()
        visitor.picture("network-trace-failed")
        assert not visitor.accessibility()
    street.home.api("PATCH", "/v1/network", {"upstreams": [street.world, street.dead], "force": True})
