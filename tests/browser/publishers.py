"""A house whose lists and bundles come from somebody nearby, who publishes what they like."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.browser.household import Household, moved_in
from tests.fakes.list_server import ListServer, serving, text
from tests.fakes.live_box import started
from tests.fakes.publisher import Publisher, publish
from tests.fakes.upstream import running_upstream

ENTRIES = 20_000
REFUSED = 1_500  # more lines than a report keeps
MARKUP = "<img src=x onerror=alert(1)>"
EVIL = "Ads <i>list</i>\u202e\U0001f469\u200d\U0001f4bb"


@dataclass(frozen=True)
class Neighbour:
    """The house, and who publishes for it."""

    home: Household
    server: ListServer
    publisher: Publisher

    def page(self, path: str, content: str) -> str:
        """Lay a list on the server; its address."""
        self.server.pages[path] = text(content.encode())
        return f"http://127.0.0.1:{self.server.port}{path}"

    def follow(self, path: str, content: str, name: str) -> int:
        """Follow a list of this content; its number."""
        body = {"source": self.page(path, content), "name": name}
        return int(self.home.api("POST", "/v1/lists", body).json()["id"])

    def bundle(self, *rules: str, name: str = "acme", version: int = 1) -> str:
        """Lay a signed bundle on the server; its address."""
        return publish(self.server, self.publisher.parcel(*rules, name=name, version=version))

    def trust(self, name: str = "Acme") -> str:
        """Trust the publisher's key; its digits."""
        body = {"public_key": self.publisher.key.public.line, "name": name}
        return str(self.home.api("POST", "/v1/bundle-keys", body).json()["id"])


@contextlib.contextmanager
def neighbouring() -> Iterator[Neighbour]:
    """A new house, which may fetch from its own network."""
    with (
        running_upstream("www.example.org 60 IN A 203.0.113.9") as world,
        serving({}) as server,
        started(world.url, {"LISTS__ALLOW_PRIVATE": "true"}, panel=True) as live,
    ):
        yield Neighbour(moved_in(live), server, Publisher())


def large() -> str:
    """A list of ENTRIES names, and REFUSED lines that are none."""
    rubbish = ("<script>alert(1)</script>", "\u202e" + "a" * 250, "/((((", "\a\x7f", "|" * 253)
    names = (f"||n{number}.large.example^" for number in range(ENTRIES))
    lines = (f"{rubbish[number % len(rubbish)]}{number}" for number in range(REFUSED))
    return "\n".join((*names, *lines))
