"""Groups: how phones are treated, when, by which lists, and which phones these are."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import grouping
from tests.browser.household import PASSWORD, Household
from tests.browser.visitor import DESKTOP, PHONE, Theme, visiting


@pytest.fixture(scope="module")
def own(browser: Browser) -> Iterator[Household]:
    """A house whose groups are changed."""
    del browser  # no box where nobody can look
    with grouping.house() as home:
        yield home


@pytest.mark.parametrize(("size", "theme"), [(DESKTOP, "light"), (PHONE, "dark")], ids=["desktop", "phone"])
def test_what_opens_is_whole_and_in_reach_of_everybody(
    browser: Browser, own: Household, size: tuple[int, int], theme: Theme
) -> None:
    with visiting(browser, own, theme=theme, size=size) as visitor:
        kind = f"{'phone' if size == PHONE else 'desktop'}-{theme}"

        def looked_at(name: str) -> None:
            visitor.picture(f"groups-{name}-{kind}")
            assert not visitor.overflow()
            assert not visitor.accessibility()

        page = visitor.open("/groups?show=phones")
        page.get_by_role("checkbox", name="Select POCO F3").check()
        expect(page.get_by_text("1 phone selected")).to_be_visible()
        looked_at("board")
        page.get_by_role("button", name="Move POCO F3 to another group").click()
        looked_at("where")
        page.get_by_role("dialog").get_by_role("button", name="children").click()
        expect(page.get_by_role("dialog").get_by_text("Looked at")).to_be_visible()
        looked_at("move")
        page = visitor.open("/groups")
        page.get_by_role("button", name="Make a group").click()
        page.get_by_label("Name").fill("children")
        expect(page.get_by_text("There is a group of this name.")).to_be_visible()
        looked_at("make")
        page = grouping.editor(visitor, grouping.EVIL)
        page.get_by_role("button", name="Add a time").click()
        page.get_by_role("button", name="Add a time").click()
        page.get_by_role("group", name="Time 2").get_by_label("To", exact=True).fill("21:00")
        expect(page.get_by_text("It ends when it starts")).to_be_visible()
        looked_at("editor")
        page.get_by_role("button", name=f"Pause {grouping.EVIL_SHOWN}").click()
        looked_at("pause")


def test_a_group_is_made_and_that_is_taken_back(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open("/groups")
        page.get_by_role("button", name="Make a group").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("Name").fill("guests/kids")
        expect(dialog.get_by_role("alert")).to_have_text("A name holds no slash.")
        dialog.get_by_label("Name").fill("gu\0ests")
        dialog.get_by_role("button", name="Make it").click()
        expect(dialog.get_by_role("alert")).to_have_text(
            "The group's name holds a control character (U+0000)"
        )
        dialog.get_by_label("Name").fill("guests")
        dialog.get_by_label("Strict").check()
        dialog.get_by_role("button", name="Make it").click()
        expect(page.locator("h1")).to_contain_text(
            "guests stops also what may break something. No phone is in it."
        )
        assert grouping.group(own, "guests")["profile"] == "strict"
        grouping.undo(page)
        expect(page).to_have_url(re.compile("/groups$"))
        expect(page.get_by_role("link", name="guests")).to_have_count(0)
    assert "guests" not in [one["name"] for one in own.api("GET", "/v1/groups").json()["items"]]


def test_a_night_is_planned_and_its_effect_shown_before(browser: Browser, own: Household) -> None:
    before = grouping.group(own, "children")
    with visiting(browser, own) as visitor:
        page = grouping.editor(visitor, "children")
        page.get_by_label("Only watch").check()
        page.get_by_role("button", name="Add a time").click()
        time = page.get_by_role("group", name="Time 1")
        expect(time.get_by_text("on the next day")).to_be_visible()
        time.get_by_label("Friday").press("Space")
        time.get_by_label("Sunday").press("Space")
        time.get_by_label("What then").select_option("Stop everything")
        expect(time.get_by_text("Mon, Tue, Wed, Thu, Sun 21:00–06:00: everything is stopped")).to_be_visible()
        zone = page.get_by_label("Time zone")
        zone.fill("Europe/Atlantis")
        expect(page.get_by_text("This is no time zone.")).to_be_visible()
        expect(page.get_by_role("button", name="See what it changes")).to_be_disabled()
        zone.fill("Europe/Berlin")
        assert grouping.group(own, "children")["schedule"] is None  # nothing is done yet
        grouping.save(page)
        changed = grouping.group(own, "children")
        assert changed["mode"] == "observe"
        assert changed["schedule"]["zone"] == "Europe/Berlin"
        assert [(one["start"], one["end"], one["block"]) for one in changed["schedule"]["windows"]] == [
            ("21:00", "06:00", "everything")
        ]
        assert changed["schedule"]["windows"][0]["days"] == ["mon", "tue", "wed", "thu", "sun"]
        grouping.undo(page)
        expect(page.get_by_text("The group is treated the same at all times.")).to_be_visible()
    after = grouping.group(own, "children")
    assert (after["mode"], after["schedule"]) == (before["mode"], before["schedule"])


def test_who_was_faster_is_said_and_what_was_typed_stays(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = grouping.editor(visitor, "children")
        page.get_by_label("Comment").fill("mine")
        own.api("PATCH", "/v1/groups/children", {"profile": "essential", "comment": "theirs"})
        page.get_by_role("button", name="See what it changes").click()
        expect(page.get_by_text(re.compile("^Somebody has changed this group meanwhile"))).to_be_visible()
        expect(page.get_by_label("Comment")).to_have_value("mine")
        expect(page.get_by_label("Essential")).to_be_checked()
        assert not visitor.accessibility()
        grouping.save(page)
        found = grouping.group(own, "children")
        assert (found["comment"], found["profile"]) == ("mine", "essential")
        # The other way: theirs is taken, ours is dropped.
        page.get_by_label("Comment").fill("mine again")
        own.api("PATCH", "/v1/groups/children", {"comment": "theirs again"})
        page.get_by_role("button", name="Drop it").click()
        expect(page.get_by_label("Comment")).to_have_value("theirs again")


def test_a_login_that_ends_in_the_middle_of_an_edit_loses_nothing(browser: Browser, own: Household) -> None:
    with visiting(browser, own, known=False) as visitor:
        page = visitor.open("/groups/children")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_label("Comment").fill("typed before the end")
        for login in own.api("GET", "/v1/sessions").json()["items"]:
            if not login["current"]:
                own.api("DELETE", f"/v1/sessions/{login['id']}")
        page.get_by_role("button", name="See what it changes").click()
        again = page.get_by_role("dialog", name="You have been logged out")
        again.get_by_label("Password").fill(PASSWORD)
        again.get_by_role("button", name="Log in").click()
        page.get_by_role("button", name="Save it").click()
        expect(page.get_by_text("children is changed.")).to_be_visible()
    assert grouping.group(own, "children")["comment"] == "typed before the end"


def test_a_group_is_paused_and_the_pause_ended(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open("/groups")
        page.get_by_role("button", name="Pause children").click()
        page.get_by_label("10 minutes").check()
        page.get_by_role("dialog").get_by_role("button", name="Pause").click()
        expect(page.locator("h1")).to_contain_text("The group children is paused.")
        (pause,) = own.api("GET", "/v1/pauses").json()["items"]
        assert (pause["scope"], pause["target"]) == ("group", "children")
        page.get_by_role("button", name="End the pause of children").click()
        expect(page.locator("h1")).not_to_contain_text("paused")
        assert own.api("GET", "/v1/pauses").json()["items"] == []


def test_a_pause_that_is_over_is_not_shown_any_more(browser: Browser, own: Household) -> None:
    own.api("PUT", "/v1/pauses/group/children", {"for": 3600})
    with visiting(browser, own) as visitor:
        visitor.page.clock.install()
        page = visitor.open("/groups")
        expect(page.locator("h1")).to_contain_text("The group children is paused.")
        own.api("DELETE", "/v1/pauses/group/children")
        page.clock.fast_forward("01:00:05")
        expect(page.locator("h1")).not_to_contain_text("paused")


def test_a_group_comes_by_itself_once_the_box_is_back(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        visitor.page.route("**/v1/groups/children", lambda route: route.abort())
        page = visitor.open("/groups/children")
        expect(page.get_by_text("The box does not answer.")).to_be_visible()
        page.unroute("**/v1/groups/children")
        expect(page.get_by_role("button", name="Add a time")).to_be_visible()


def test_a_group_is_deleted_and_comes_back_with_its_phones_and_rules(
    browser: Browser, own: Household
) -> None:
    with visiting(browser, own) as visitor:
        page = grouping.editor(visitor, "children")
        page.get_by_role("button", name="Delete").click()
        dialog = page.get_by_role("dialog", name="Delete children")
        expect(dialog.get_by_text("Its phone goes to everyone.")).to_be_visible()
        expect(dialog.get_by_text("The rule written for it is deleted with it.")).to_be_visible()
        expect(dialog.get_by_text("Looked at")).to_be_visible()
        assert not visitor.accessibility()
        dialog.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(re.compile("/groups$"))
        expect(page.get_by_role("link", name="children", exact=True)).to_have_count(0)
        assert grouping.where(own, "127.10.0.3") == "everyone"
        grouping.undo(page)
        expect(page.get_by_role("link", name="children", exact=True)).to_be_visible()
    assert grouping.where(own, "127.10.0.3") == "children"
    assert grouping.group(own, "children")["rules"] == 1


def test_a_group_that_is_gone_is_said_to_be(browser: Browser, own: Household) -> None:
    with visiting(browser, own) as visitor:
        page = visitor.open("/groups/nobody%3Cb%3E")
        expect(page.get_by_text("There is no such group.")).to_be_visible()
