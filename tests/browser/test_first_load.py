"""How little a browser has to fetch before a page is whole: over a slow link each kilobyte and each turn costs."""

import re
from collections.abc import Iterator

import pytest

from api.routes.pages import PAGES
from tests.browser.conftest import Visits
from tests.browser.visitor import PHONE, Visitor

MOST = 250_000  # bytes of a first load as transferred, without the map and the charts
MOST_FILES = 8  # scripts and styles of one page
LATER = re.compile(r"/assets/(?:map|charts|rolldown-runtime)-")  # what comes when it is seen


class Fetched:
    """What a page fetches until it is whole, in a browser that has nothing of it yet."""

    def __init__(self, visitor: Visitor, path: str) -> None:
        self.origin = visitor.home.origin
        self.sizes: dict[str, int] = {}  # path → bytes as transferred, with the headers
        self._paths: dict[str, str] = {}
        session = visitor.context.new_cdp_session(visitor.page)
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.loadingFinished", self._came)
        session.send("Network.enable")
        visitor.open(path)
        visitor.settled()
        visitor.page.wait_for_load_state("load")
        session.detach()

    def files(self) -> Iterator[str]:
        """Scripts and styles."""
        return (path for path in self.sizes if path.startswith("/assets/"))

    def _asked(self, event: dict[str, dict[str, str]]) -> None:
        self._paths[str(event["requestId"])] = event["request"]["url"].removeprefix(self.origin)

    def _came(self, event: dict[str, str]) -> None:
        self.sizes[self._paths[event["requestId"]]] = int(event["encodedDataLength"])


@pytest.mark.parametrize("page", ["/", *(f"/{name}" for name in PAGES)])
def test_a_page_is_fetched_in_few_bytes_and_few_files(visit: Visits, page: str) -> None:
    with visit(size=PHONE) as visitor:
        found = Fetched(visitor, page)
        first = {path: size for path, size in found.sizes.items() if not LATER.match(path)}
        assert "/v1/session" in first
        assert sum(first.values()) <= MOST, first
        files = [path for path in found.files() if not LATER.match(path)]
        assert 3 <= len(files) <= MOST_FILES, files


def test_the_map_and_the_charts_are_fetched_when_they_come_into_sight(visit: Visits) -> None:
    with visit(size=PHONE) as visitor:
        with visitor.page.expect_response(re.compile("/assets/map-")):
            page = visitor.open("/")
        visitor.settled()
        assert not [url for url in visitor.asked if "/assets/charts-" in url]
        with page.expect_response(re.compile("/assets/charts-")):
            page.get_by_role("img", name=re.compile("over time")).scroll_into_view_if_needed()
    with visit() as visitor:
        assert not [path for path in Fetched(visitor, "/log").files() if LATER.match(path)]


def test_each_page_names_its_scripts_before_any_has_run(visit: Visits) -> None:
    for page in ("/", "/phones", "/log", "/rules", "/network"):
        with visit() as visitor:
            found = Fetched(visitor, page)
            named = visitor.page.request.get(found.origin + page, headers={"Accept": "text/html"}).text()
            assert not [path for path in found.files() if f'"{path}"' not in named and not LATER.match(path)]


def test_who_is_logged_in_is_asked_once_and_with_the_page(visit: Visits) -> None:
    with visit() as visitor:
        visitor.open("/log")
        visitor.settled()
        assert sum(url.endswith("/v1/session") for url in visitor.asked) == 1
