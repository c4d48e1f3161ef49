import time

import pytest

from gateway import changes
from gateway.data import Data
from gateway.store import addresses
from gateway.store.engine import JOURNAL_FILE
from tests.fakes.events import NOW, event
from tests.fakes.idle_box import note, says
from tests.fakes.terminal import Terminal


def test_a_device_is_named_moved_and_tagged(terminal: Terminal, data: Data) -> None:
    terminal.good("groups", "add", "kids")
    terminal.good("rules", "add", "||shop.example^", "--group", "kids")
    made = terminal.one(
        "devices", "set", "192.0.2.7", "--name", "Anna", "--group", "kids", "--tags", "user_child,"
    )
    assert (made["key"], made["name"], made["group"], made["tags"]) == (
        "192.0.2.7", "Anna", "kids", ["user_child"],
    )  # fmt: skip
    assert made["generation"] == 4
    assert says(data, "shop.example", "192.0.2.7").startswith("blocked")
    assert says(data, "shop.example", "192.0.2.8") == "allowed"


def test_a_device_that_has_a_name_is_found_by_it(terminal: Terminal) -> None:
    terminal.good("devices", "set", "2001:DB8::7", "--name", "Anna")
    assert terminal.one("devices", "set", "anna", "--name", "Anna's phone")["key"] == "2001:db8::7"
    assert "Anna's phone" in terminal.good("devices", "set", "Anna's phone", "--tags", "device_phone").out
    assert terminal.one("devices", "remove", "anna's phone")["device"] == "2001:db8::7"
    assert terminal.rows("devices") == []


def test_those_that_nobody_has_named_are_shown_with_what_they_did(terminal: Terminal, data: Data) -> None:
    now = int(time.time())
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    terminal.good("devices", "set", "192.0.2.9", "--name", "Ben")
    note(
        data,
        event(time=now - 60, device="192.0.2.8", count=3),
        event(time=now - 30, device="192.0.2.8", verdict=1),
    )
    note(data, event(time=now - 7200, device="192.0.2.7"))
    rows = {row["key"]: row for row in terminal.rows("devices")}
    assert list(rows) == ["192.0.2.7", "192.0.2.9", "192.0.2.8"]
    assert [(row["asked"], row["blocked"], row["last_seen"]) for row in rows.values()] == [
        (1, 0, now - 7200), (0, 0, 0), (4, 1, now - 30),
    ]  # fmt: skip
    assert (rows["192.0.2.8"]["name"], rows["192.0.2.8"]["group"]) == ("", "everyone")
    table = terminal.good("devices").out.splitlines()
    assert table[0].split() == [
        "KEY",
        "NAME",
        "KIND",
        "MAKER",
        "GROUP",
        "TAGS",
        "ADDRESSES",
        "ASKED",
        "BLOCKED",
        "LAST",
        "SEEN",
    ]
    assert table[1].endswith("2 h ago")
    assert table[2].endswith("never")
    assert "s ago" in table[3]


MAC, RANDOM = "00:9e:c8:00:00:07", "02:11:22:33:44:55"


def test_one_that_is_known_by_its_mac_is_found_by_any_of_its_addresses(
    terminal: Terminal, data: Data
) -> None:
    with changes.noting(data) as session:
        for seen, address in enumerate(("2001:db8::7", "2001:db8::8", "192.0.2.7")):
            addresses.put_addresses(session, {address: MAC}, now=1000 + seen)
        addresses.put_addresses(session, {"192.0.2.8": RANDOM}, now=1000)
    note(data, event(device=MAC), event(device=RANDOM, time=NOW - 5))
    made = terminal.one("devices", "set", "2001:db8::7", "--name", "Anna", "--kind", "phone")
    assert (made["key"], made["kind"]) == (MAC, "phone")
    assert made["addresses"] == ["192.0.2.7", "2001:db8::8", "2001:db8::7"]
    anna, guest = terminal.rows("devices")
    assert (anna["key"], anna["maker"], anna["randomised"]) == (MAC, "Xiaomi Communications Co Ltd", False)
    assert (anna["asked"], anna["first_seen"], anna["last_seen"]) == (1, NOW, NOW)
    assert (guest["key"], guest["maker"], guest["randomised"]) == (RANDOM, "", True)
    assert guest["addresses"] == ["192.0.2.8"]
    table = terminal.good("devices").out.splitlines()
    assert "192.0.2.7, 2001:db8::8, +1" in table[1]
    assert "(random MAC)" in table[2]
    for text in ("anna", "192.0.2.7", "2001:db8::8", MAC.upper(), MAC.replace(":", "-")):
        assert [row["device"] for row in terminal.rows("log", "--device", text)] == [MAC], text
        assert terminal.one("why", "x.example", "--device", text)["device"] == "Anna"
    assert [row["device"] for row in terminal.rows("log", "--device", "192.0.2.8")] == [RANDOM]
    assert terminal.one("pause", "5m", "--device", "192.0.2.7")["target"] == MAC
    assert terminal.one("pause", "--off", "--device", "2001:db8::8")["was_paused"]
    assert terminal.one("devices", "remove", "192.0.2.8") == {"device": RANDOM, "wiped_rows": 1}
    assert terminal.one("devices", "remove", "192.0.2.7")["device"] == MAC
    with changes.reading(data) as session:
        assert addresses.list_addresses(session) == ()


def test_forgetting_one_wipes_what_it_did(terminal: Terminal, data: Data) -> None:
    note(data, event(device="192.0.2.7"), event("b.example", device="192.0.2.7"), event(device="192.0.2.8"))
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    gone = terminal.one("devices", "remove", "Anna")
    assert (gone["device"], gone["wiped_rows"], gone["generation"]) == ("192.0.2.7", 2, 3)
    assert [row["key"] for row in terminal.rows("devices")] == ["192.0.2.8"]
    # One that was never named is wiped as well; no policy changes for it.
    assert terminal.one("devices", "remove", "192.0.2.8") == {"device": "192.0.2.8", "wiped_rows": 1}
    assert terminal.rows("devices") == []
    assert terminal.rows("log") == []


def test_nobody_yet_is_said_to_the_person(terminal: Terminal) -> None:
    said = terminal.good("devices")
    assert said.out == ""
    assert "hushgate demo" in said.err


def test_a_log_that_cannot_be_read_hides_no_device(terminal: Terminal, data: Data) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    (data.root / JOURNAL_FILE).write_bytes(b"rubbish" * 1000)
    said = terminal.good("devices")
    assert "Anna" in said.out
    assert "not known" in said.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("set", "192.0.2.7"), "nothing to change"),
        (("set", "nobody", "--name", "x"), "no device 'nobody'"),
        (("set", "192.0.2.7", "--group", "nobody"), "no group nobody"),
        (("set", "192.0.2.7", "--tags", "two words"), "is no tag"),
        (("remove", "nobody"), "no device 'nobody'"),
        (("remove", "192.0.2.7"), "no device 192.0.2.7"),
    ],
)
def test_nonsense_is_refused_with_a_hint(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused("devices", *words)
    assert terminal.rows("devices") == []
