"""Which device an IP address means: what the neighbour table has told (see gateway/devices), kept over a restart."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from gateway.store.tables import AddressTable, DeviceTable

AT_ONCE = 500  # values in one statement


class KnownAddress(msgspec.Struct, frozen=True):
    """An address that a device has, or had."""

    address: str
    device: str  # its key
    seen: int  # Unix seconds


def key_of(session: Session, address: str) -> str:
    """The key of the device that this (canonical) address means: its MAC where that is known."""
    row = session.get(AddressTable, address)
    return address if row is None else row.device_key


def put_addresses(session: Session, moved: Mapping[str, str], *, now: int) -> None:
    """Each address means the device of this key from now on; nobody but itself, where the key is the address."""
    known: dict[str, AddressTable] = {}
    for chunk in _chunks(moved):
        found = session.exec(select(AddressTable).where(col(AddressTable.address).in_(chunk)))
        known |= {row.address: row for row in found}
    for address, key in moved.items():
        row = known.get(address)
        if key == address:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(AddressTable(address=address, device_key=key, seen=now))
        else:
            row.device_key, row.seen = key, now
    session.flush()


def list_addresses(session: Session, device: str = "") -> tuple[KnownAddress, ...]:
    """All, or those of the device of this key; the one seen last in front."""
    # Columns, not rows: all of them are read for each generation, and a row as an object costs ten times as much.
    query = select(AddressTable.address, AddressTable.device_key, AddressTable.seen)
    query = query.order_by(col(AddressTable.seen).desc(), col(AddressTable.address))
    if device:
        query = query.where(AddressTable.device_key == device)
    return tuple(KnownAddress(*values) for values in session.exec(query))


def addresses_of(session: Session, device: str = "") -> dict[str, tuple[str, ...]]:
    """Key → the addresses of this device, the one seen last in front."""
    found: dict[str, list[str]] = {}
    for known in list_addresses(session, device):
        found.setdefault(known.device, []).append(known.address)
    return {key: tuple(values) for key, values in found.items()}


def drop_device(session: Session, key: str) -> None:
    """Forget which addresses the device has."""
    for row in session.exec(select(AddressTable).where(AddressTable.device_key == key)):
        session.delete(row)
    session.flush()


def hand_over(session: Session, old: str, new: str) -> None:
    """All addresses of one device are another's."""
    session.connection().execute(
        update(AddressTable).where(col(AddressTable.device_key) == old).values(device_key=new)
    )
    session.expire_all()


def seen_again(session: Session, seen: Mapping[str, int]) -> None:
    """These addresses were seen at that time (Unix seconds)."""
    for chunk in _chunks(seen):
        for row in session.exec(select(AddressTable).where(col(AddressTable.address).in_(chunk))):
            row.seen = max(row.seen, seen[row.address])
            session.add(row)
    session.flush()


def forget_addresses(session: Session, before: int, most: int) -> tuple[str, ...]:
    """Drop what was not seen since then (Unix seconds), and what is too much of devices that nobody has set.

    `most`: how many of those are kept. Says what was dropped.
    """
    gone = [known.address for known in list_addresses(session) if known.seen < before]
    set_by_somebody = select(DeviceTable.address)
    others = select(AddressTable.address).where(col(AddressTable.device_key).not_in(set_by_somebody))
    gone += session.exec(others.order_by(col(AddressTable.seen).desc()).offset(most)).all()
    for chunk in _chunks(gone):
        session.connection().execute(delete(AddressTable).where(col(AddressTable.address).in_(chunk)))
    session.expire_all()
    return tuple(dict.fromkeys(gone))


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    listed = list(values)
    return (listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE))
