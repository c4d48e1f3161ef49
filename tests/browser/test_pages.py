"""Every page, in both themes and at both widths: whole, in reach of everybody, and nice to look at."""

import pytest

from tests.browser.conftest import Visits
from tests.browser.visitor import DESKTOP, PHONE, Theme

PAGES = {
    "home": "/",
    "phones": "/phones",
    "phone": "/phones/127.10.0.1",
    "log": "/log",
    "rules": "/rules",
    "lists": "/lists",
    "catalogue": "/catalogue",
    "groups": "/groups",
    "history": "/generations",
    "bundles": "/bundles",
    "network": "/network",
    "system": "/system",
    "welcome": "/welcome",
    "point": "/point",
    "setup": "/setup",
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_page_is_whole_and_in_reach_of_everybody(
    visit: Visits, name: str, theme: Theme, size: tuple[int, int]
) -> None:
    with visit(theme=theme, size=size) as visitor:
        visitor.open(PAGES[name])
        visitor.page.wait_for_load_state("load")
        visitor.picture(f"{name}-{'phone' if size == PHONE else 'desktop'}-{theme}")
        assert not visitor.overflow()
        assert not visitor.accessibility()
