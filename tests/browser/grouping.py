"""The page of groups as a person uses it: the house it is tried in, and what is done there again and again."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.browser.household import Household, living
from tests.browser.visitor import Visitor

# The name of a group, the work of somebody who means no good, and how it is shown.
EVIL = "<b>kids<b>\u202e\U0001f469\u200d\U0001f4bb"
EVIL_SHOWN = "<b>kids<b>\\u{202e}\U0001f469\u200d\U0001f4bb"


@contextlib.contextmanager
def house() -> Iterator[Household]:
    """With the group EVIL in it."""
    with living() as home:
        body = {"name": EVIL, "profile": "essential", "comment": "<img src=x onerror=alert(1)>" * 3}
        home.api("POST", "/v1/groups", body)
        yield home


def group(home: Household, name: str) -> dict[str, Any]:
    """As the API tells of it."""
    found: dict[str, Any] = home.api("GET", f"/v1/groups/{quote(name)}").json()
    return found


def where(home: Household, phone: str) -> str:
    """The group of a phone."""
    return str(home.api("GET", f"/v1/devices/{phone}").json()["group"])


def editor(visitor: Visitor, name: str) -> Page:
    """The page of a group, as soon as it can be edited."""
    page = visitor.open(f"/groups/{name}")
    expect(page.get_by_role("button", name="Add a time")).to_be_visible()
    return page


def save(page: Page) -> None:
    """See what it changes, and then do it."""
    page.get_by_role("button", name="See what it changes").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("Looked at")).to_be_visible()
    dialog.get_by_role("button", name="Save it").click()
    expect(page.get_by_text(re.compile(r" is changed\."))).to_be_visible()


def undo(page: Page) -> None:
    """Take back what was done last."""
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone.")).to_be_visible()


def column(page: Page, group: str) -> Locator:
    """Of the board: a group with its phones."""
    return page.get_by_role("region", name=group, exact=True)
