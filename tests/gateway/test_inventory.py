"""All devices: those that were set, and those of the log."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.inventory import inventory
from gateway.journal.seen import Seen
from gateway.store import addresses, devices
from gateway.store.engine import Session, open_store

NOW = 1_700_000_000
MAC, RANDOM = "00:9e:c8:00:00:07", "02:11:22:33:44:55"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Of a new database."""
    with closing(open_store(tmp_path, "")) as database, database.writing() as session:
        yield session


def test_those_that_were_set_come_first_then_who_was_seen(session: Session) -> None:
    addresses.put_addresses(session, {"192.0.2.7": MAC}, now=NOW)
    addresses.put_addresses(session, {"2001:db8::8": RANDOM}, now=NOW)
    devices.put_device(session, MAC, now=NOW, name="Anna")
    devices.put_device(session, "192.0.2.9", now=NOW, name="never")
    seen = [
        Seen(RANDOM, asked=2, blocked=1, last=NOW + 9, first=NOW + 8),
        Seen(MAC, asked=5, blocked=0, last=NOW + 5, first=NOW - 5),
        Seen("192.0.2.1", asked=1, blocked=0, last=NOW, first=NOW),
    ]
    anna, never, guest, routed = inventory(session, seen)
    assert (anna.key, anna.name, anna.maker, anna.randomised) == (
        MAC, "Anna", "Xiaomi Communications Co Ltd", False,
    )  # fmt: skip
    assert (anna.addresses, anna.asked, anna.blocked) == (("192.0.2.7",), 5, 0)
    assert (anna.first_seen, anna.last_seen) == (NOW - 5, NOW + 5)
    assert (never.key, never.addresses, never.asked, never.last_seen) == ("192.0.2.9", ("192.0.2.9",), 0, 0)
    assert (guest.key, guest.name, guest.group, guest.randomised) == (RANDOM, "", "everyone", True)
    assert (guest.addresses, guest.blocked) == (("2001:db8::8",), 1)
    assert (routed.key, routed.addresses, routed.randomised, routed.maker) == (
        "192.0.2.1", ("192.0.2.1",), False, "",
    )  # fmt: skip
