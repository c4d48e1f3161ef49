"""What the tests in a browser share: one browser, one house full of phones to look at."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.household import Household, living
from tests.browser.visitor import OPTIONS, Visitor, visiting
from tests.live import chromium

REASON = chromium.why_not()

Visits = Callable[..., AbstractContextManager[Visitor]]


# Of this package, not of the session: as long as it runs, nobody else in this process can run an event loop.
@pytest.fixture(scope="package")
def browser(panel_dist: Path, panel_packages: Path) -> Iterator[Browser]:
    """Debian's Chromium, a panel that is built, and axe to look at it."""
    del panel_dist, panel_packages
    if REASON:
        pytest.skip(REASON)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(**OPTIONS)
        yield started
        started.close()


@pytest.fixture(scope="package")
def home(browser: Browser) -> Iterator[Household]:
    """A house to look at. Who changes it makes one of their own."""
    del browser  # no box where nobody can look
    with living() as household:
        yield household


@pytest.fixture
def visit(browser: Browser, home: Household) -> Visits:
    """`with visit(theme="dark", size=PHONE) as visitor:`"""
    return partial(visiting, browser, home)
