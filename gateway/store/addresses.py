"""Which device an IP address means: what the neighbour table has told (see gateway/devices), kept over a restart."""

from collections.abc import Iterable, Mapping

import msgspec
from sqlalchemy import update
from sqlmodel import Session, col, select

from gateway.devices.mac import is_of_one_device, mac_of
from gateway.policy.matching.asker import address_of
from gateway.store.tables import AddressTable

AT_ONCE = 500  # values in one statement


class KnownAddress(msgspec.Struct, frozen=True):
    """An address that a device has, or had."""

    address: str
    device: str  # its key
    seen: int  # Unix seconds


def canonical(text: str) -> str | None:
    """A MAC or IP address as it is written here; None for what is neither."""
    mac = mac_of(text)
    if mac is not None:
        return mac if is_of_one_device(mac) else None
    address = address_of(text.strip())
    return None if address is None else str(address)


def key_of(session: Session, address: str) -> str:
    """The key of the device that this (canonical) address means: its MAC where that is known."""
    row = session.get(AddressTable, address)
    return address if row is None else row.device_key


def put_address(session: Session, address: str, key: str, *, now: int) -> None:
    """The address means the device `key` from now on; nobody but itself, where `key` is the address."""
    row = session.get(AddressTable, address)
    if key == address:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(AddressTable(address=address, device_key=key, seen=now))
    else:
        row.device_key, row.seen = key, now
        session.add(row)
    session.flush()


def list_addresses(session: Session) -> tuple[KnownAddress, ...]:
    """All, the one seen last in front."""
    query = select(AddressTable).order_by(col(AddressTable.seen).desc(), col(AddressTable.address))
    return tuple(KnownAddress(row.address, row.device_key, row.seen) for row in session.exec(query))


def addresses_of(session: Session) -> dict[str, tuple[str, ...]]:
    """Key → the addresses of this device, the one seen last in front."""
    found: dict[str, tuple[str, ...]] = {}
    for known in list_addresses(session):
        found[known.device] = (*found.get(known.device, ()), known.address)
    return found


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


def forget_addresses(session: Session, before: int) -> tuple[str, ...]:
    """Drop what was not seen since then (Unix seconds), and say what that was."""
    gone = tuple(session.exec(select(AddressTable).where(col(AddressTable.seen) < before)))
    addresses = tuple(row.address for row in gone)
    for row in gone:
        session.delete(row)
    session.flush()
    return addresses


def _chunks(values: Iterable[str]) -> Iterable[list[str]]:
    listed = list(values)
    return (listed[at : at + AT_ONCE] for at in range(0, len(listed), AT_ONCE))
