"""What was seen for the first time: names that no device had asked for before, devices, companies met.

A name or device that left the log because of its age is new when it comes again.
"""

import msgspec
from sqlalchemy import func, select

from gateway.journal.gather import HOUR
from gateway.journal.rollups import Part, Reading
from gateway.journal.tables import CONTACT, DEVICE, HOUR_NAME, NAME
from gateway.journal.words import clean
from gateway.store.engine import Database

MAX_LIMIT = 1000


class FirstName(msgspec.Struct, frozen=True):
    """A name, and when it was first asked for."""

    name: str
    first: int  # Unix seconds
    count: int  # how often it has been asked for since
    devices: tuple[str, ...]  # by whom: their keys


class NewDevice(msgspec.Struct, frozen=True):
    """A device, and when it was first and last seen."""

    device: str  # its key
    first: int  # Unix seconds
    last: int


class Contact(msgspec.Struct, frozen=True):
    """When a device first had to do with a company."""

    device: str  # its key
    company: str
    first: int  # Unix seconds


def names(
    database: Database, since: int, *, devices: tuple[str, ...] = (), limit: int = 100
) -> tuple[FirstName, ...]:
    """The names first asked for at `since` or later (by one of `devices`, if there are any), newest first."""
    query = select(NAME.c.id, NAME.c.text, NAME.c.first).where(NAME.c.first >= max(1, since))
    if devices:
        keys = [clean(key) for key in devices]
        asked = select(HOUR_NAME.c.name_id).join(DEVICE, DEVICE.c.id == HOUR_NAME.c.device_id)
        asked = asked.where(HOUR_NAME.c.hour >= since // HOUR, DEVICE.c.address.in_(keys))
        query = query.where(NAME.c.id.in_(asked))
    query = query.order_by(NAME.c.first.desc(), NAME.c.id.desc()).limit(max(1, min(limit, MAX_LIMIT)))
    with database.read() as connection:
        found = connection.execute(query).all()
        counts: dict[int, int] = {}
        askers: dict[int, set[str]] = {}
        if found:
            reading = Reading(connection, min(row.first for row in found), None, Part())
            rows = reading.names_of_devices("name_id", "device_id")
            sums = select(rows.c.name_id, DEVICE.c.address, func.sum(rows.c.count))
            sums = sums.join_from(rows, DEVICE, DEVICE.c.id == rows.c.device_id)
            sums = sums.where(rows.c.name_id.in_([row.id for row in found]))
            for number, key, count in connection.execute(sums.group_by(rows.c.name_id, DEVICE.c.address)):
                counts[number] = counts.get(number, 0) + int(count)
                askers.setdefault(number, set()).add(key)
    return tuple(
        FirstName(row.text, row.first, counts.get(row.id, 0), tuple(sorted(askers.get(row.id, ()))))
        for row in found
    )


def new_devices(database: Database, since: int, limit: int = 100) -> tuple[NewDevice, ...]:
    """The devices first seen at `since` or later, newest first."""
    query = select(DEVICE.c.address, DEVICE.c.first, DEVICE.c.last)
    query = query.where(DEVICE.c.first >= max(1, since), DEVICE.c.address != "")
    query = query.order_by(DEVICE.c.first.desc(), DEVICE.c.id.desc()).limit(max(1, min(limit, MAX_LIMIT)))
    with database.read() as connection:
        return tuple(NewDevice(*row) for row in connection.execute(query))


def contacts(
    database: Database, since: int = 0, *, devices: tuple[str, ...] = (), limit: int = 100
) -> tuple[Contact, ...]:
    """First contacts of devices and companies at `since` or later, newest first."""
    query = select(DEVICE.c.address, CONTACT.c.company, CONTACT.c.first)
    query = query.join_from(CONTACT, DEVICE, DEVICE.c.id == CONTACT.c.device_id).where(
        CONTACT.c.first >= since
    )
    if devices:
        query = query.where(DEVICE.c.address.in_([clean(key) for key in devices]))
    query = query.order_by(CONTACT.c.first.desc(), DEVICE.c.address, CONTACT.c.company)
    with database.read() as connection:
        rows = connection.execute(query.limit(max(1, min(limit, MAX_LIMIT))))
        return tuple(Contact(*row) for row in rows)
