"""A real box with a house full of phones behind it, and its panel."""

import contextlib
import socket
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dnslib import DNSRecord

from tests.fakes.live_box import LiveBox, started
from tests.fakes.upstream import running_upstream
from tests.live.panel import LINK, Answered, Panel, panel_of

PASSWORD = "correct horse battery"
OUTSIDE = "203.0.113.9"
HARMLESS = (
    "www.example.org",
    "news.example.org",
    "shop.example.org",
    "www.wikipedia.org",
    "upload.wikimedia.org",
)

# Who lives here: a phone an address, each of 127/8 being a device of its own.
PHONES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "127.10.0.1": (
        "Redmi Note 8",
        ("sa.api.intl.miui.com",) * 6
        + ("tracking.intl.miui.com",) * 4
        + ("data.mistat.intl.xiaomi.com",) * 3,
    ),
    "127.10.0.2": ("POCO F3", ("resolvers-sg.httpdns.aliyuncs.com", "ulogs.umeng.com", "log.mmstat.com")),
    "127.10.0.3": ("Pixel 7", ("www.example.org", "www.wikipedia.org")),
    # Its name and what it asks for are the work of somebody who means no good.
    "127.10.0.4": (
        "<b>Mallory</b>\u202e\U0001f469\u200d\U0001f4bb",
        (
            "<script>alert(1)<\\/script>.example.org",
            "a" * 60 + "." + "b" * 60 + "." + "c" * 60 + ".example.org",
        ),
    ),
}


@dataclass(frozen=True)
class Household:
    """Who is at home."""

    live: LiveBox
    panel: Panel
    cookie: str
    csrf: str

    @property
    def origin(self) -> str:
        """Where the panel is."""
        return f"http://127.0.0.1:{self.panel.port}"

    def api(self, method: str, path: str, body: Any = None) -> Answered:
        """As the browser that is logged in."""
        answer = self.panel.call(method, path, body, cookie=self.cookie, x_csrf_token=self.csrf, timeout=30)
        assert answer.status < 400, answer.body
        return answer

    def ask(self, phone: str, *names: str) -> None:
        """Let the phone with this address ask for these names, one after the other."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(5)
            sock.bind((phone, 0))
            sock.connect(("127.0.0.1", self.live.port))
            for name in names:
                sock.send(DNSRecord.question(name).pack())
                sock.recv(4096)

    def wait_for_rows(self, query: str, count: int = 1) -> list[dict[str, Any]]:
        """Rows of the log, as soon as there are so many: it takes it two seconds."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            rows: list[dict[str, Any]] = self.api("GET", f"/v1/log?{query}").json()["items"]
            if len(rows) >= count:
                return rows
            time.sleep(0.1)  # a look now and then, until the deadline
        raise AssertionError(f"not {count} rows for {query}")


@contextlib.contextmanager
def unpacked() -> Iterator[LiveBox]:
    """A box that was started for the first time: there is no password yet."""
    known = [f"{name} 60 IN A {OUTSIDE}" for name in HARMLESS]
    with running_upstream(*known) as world, started(world.url, panel=True) as live:
        panel_of(live).call("GET", "/healthz", timeout=30)
        yield live


@contextlib.contextmanager
def living(*, furnished: bool = True) -> Iterator[Household]:
    """A box with a password. `furnished`: with the phones of PHONES, who have asked already."""
    with unpacked() as live:
        home = moved_in(live)
        if furnished:
            _furnish(home)
        yield home


def moved_in(live: LiveBox) -> Household:
    """Set the first password of this box."""
    panel = panel_of(live)
    body = {"token": link_of(live), "password": PASSWORD}
    set_up = panel.call("POST", "/v1/setup", body, timeout=30)
    assert set_up.status == 201, set_up.body
    return Household(live, panel, set_up.headers["set-cookie"].partition(";")[0], set_up.json()["csrf"])


def link_of(live: LiveBox) -> str:
    """The setup link's token, which the box has printed last."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        if found := LINK.findall(live.box.text()):
            return str(found[-1][3])
        time.sleep(0.05)  # a look now and then, until the deadline
    raise AssertionError(f"no setup link:\n{live.box.text()}")


def _furnish(home: Household) -> None:
    for address, (name, names) in PHONES.items():
        home.ask(address, *names)
        home.wait_for_rows(f"device={address}")
        home.api("PATCH", f"/v1/devices/{address}", {"name": name})
    home.api("POST", "/v1/groups", {"name": "children", "profile": "strict", "comment": "Tablets, too"})
    home.api("PATCH", "/v1/devices/127.10.0.3", {"group": "children"})
    home.api("POST", "/v1/rules", {"text": "||ads.example.org^", "comment": "seen in the news"})
    home.api(
        "POST", "/v1/rules", {"text": "@@||shop.example.org^", "group": "children", "tags": ["shopping"]}
    )
