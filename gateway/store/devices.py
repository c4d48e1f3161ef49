"""Devices that somebody has named, grouped, tagged or paused. Known by MAC where that is known, else by address."""

import re
from collections.abc import Callable

import msgspec
from sqlmodel import Session, col, select

from gateway.devices.mac import mac_of
from gateway.errors import Conflict, Missing, UsageError
from gateway.policy.matching.asker import key_of
from gateway.policy.state import EVERYONE
from gateway.store import addresses, groups
from gateway.store.tables import DeviceTable, PauseTable
from gateway.store.text import MAX_NAME, one_line

_TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Device(msgspec.Struct, frozen=True):
    """One device."""

    id: int
    address: str  # its key: a MAC, or an IP address as long as no MAC is known
    name: str
    kind: str  # "phone", "demo", …; "" for unknown
    group: str
    tags: tuple[str, ...]
    first_seen: int  # Unix seconds
    last_seen: int
    addresses: tuple[str, ...] = ()  # that mean it, the one seen last in front


def put_device(
    session: Session,
    address: str,
    *,
    now: int,
    name: str | None = None,
    kind: str | None = None,
    group: str | None = None,
    tags: tuple[str, ...] | None = None,
) -> Device:
    """Add the device of this address or MAC, or change what is given of it. Raises UsageError."""
    key = _key(session, address)
    row = _find(session, key)
    if row is None:
        row = DeviceTable(
            address=key, name="", kind="", group=EVERYONE, tags="", first_seen=now, last_seen=now
        )
    if name is not None:
        row.name = one_line(name, "the device's name", MAX_NAME)
    if kind is not None:
        row.kind = one_line(kind, "the device's kind", MAX_NAME)
    if group is not None:
        row.group = groups.get_group(session, group).name
    if tags is not None:
        row.tags = ",".join(_tag(tag) for tag in tags)
    session.add(row)
    session.flush()
    return _one(session, row)


def list_devices(session: Session, *, kind: str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind, in the order they came."""
    query = select(DeviceTable).order_by(col(DeviceTable.id))
    if kind is not None:
        query = query.where(DeviceTable.kind == kind)
    known = addresses.addresses_of(session)
    return tuple(_value(row, known) for row in session.exec(query))


def get_device(session: Session, which: str) -> Device:
    """The device of this name, MAC, or of any of its addresses. Raises Missing."""
    return _one(session, _row(session, which))


def key_meant(session: Session, which: str) -> str:
    """The key of the device that a person calls so, be it one that nobody has named. Raises Missing for a name."""
    found = key_of(which)
    return _row(session, which).address if found is None else _key(session, found)


def remove_device(session: Session, which: str) -> Device:
    """Remove the device, its pause and addresses; its log stays (see gateway.journal.wipe). Raises Missing."""
    row = _row(session, which)
    value = _one(session, row)
    pause = _pause(session, value.address)
    if pause is not None:
        session.delete(pause)
    session.delete(row)
    addresses.drop_device(session, value.address)
    return value


def rekey_device(session: Session, old: str, new: str) -> Device | None:
    """The device known as `old` is `new`, the MAC of its address or the address of its MAC.

    Where both are known they become one: who has a name keeps it, and of two who have one the earlier does.
    None where nobody knows `old`.
    """
    return _unite(session, old, new, lambda row: (not row.name, row.id or 0))


def merge_devices(session: Session, old: str, new: str) -> Device | None:
    """They are one for the person who says so: what `new` is called and treated like counts. Raises Conflict."""
    if old == new:
        raise Conflict(f"{old} is that device already")
    addresses.hand_over(session, old, new)
    return _unite(session, old, new, lambda row: (row.address != new, 0))


def _unite(
    session: Session, old: str, new: str, rank: Callable[[DeviceTable], tuple[bool, int]]
) -> Device | None:
    row, other = _find(session, old), _find(session, new)
    _hand_over_pause(session, old, new)
    if row is None:
        return None
    if other is not None:
        kept, gone = sorted((row, other), key=rank)
        kept.name = kept.name or gone.name
        kept.kind = kept.kind or gone.kind
        kept.group = gone.group if kept.group == EVERYONE else kept.group
        kept.tags = ",".join(dict.fromkeys(tag for tag in f"{kept.tags},{gone.tags}".split(",") if tag))
        kept.first_seen = min(kept.first_seen, gone.first_seen)
        kept.last_seen = max(kept.last_seen, gone.last_seen)
        session.delete(gone)
        session.flush()  # its key is free now
        row = kept
    row.address = new
    session.add(row)
    session.flush()
    return _one(session, row)


def _hand_over_pause(session: Session, old: str, new: str) -> None:
    """The longer one counts."""
    pause, other = _pause(session, old), _pause(session, new)
    if pause is None:
        return
    if other is not None:
        gone, pause = sorted((pause, other), key=lambda row: row.until)
        session.delete(gone)
        session.flush()
    pause.target = new
    session.add(pause)
    session.flush()


def _pause(session: Session, key: str) -> PauseTable | None:
    query = select(PauseTable).where(PauseTable.scope == "device", PauseTable.target == key)
    return session.exec(query).one_or_none()


def _key(session: Session, text: str) -> str:
    """Of an address: the MAC that has it, unless a device is known by the address itself. Raises UsageError."""
    found = key_of(text)
    if found is None:
        raise UsageError(f"{text!r:.60} is no IP address", hint="nor a MAC address, as in a0:b1:c2:d3:e4:f5")
    if mac_of(found) or _find(session, found) is not None:
        return found
    return addresses.key_of(session, found)


def _tag(text: str) -> str:
    tag = text.strip().lower()
    if not _TAG.fullmatch(tag):
        raise UsageError(f"{text!r:.80} is no tag", hint="letters, digits, - and _, as in device_phone")
    return tag


def _find(session: Session, address: str) -> DeviceTable | None:
    return session.exec(select(DeviceTable).where(DeviceTable.address == address)).one_or_none()


def _row(session: Session, which: str) -> DeviceTable:
    shown = one_line(which, "the device", MAX_NAME)
    found = key_of(shown)
    if found is not None:
        row = _find(session, _key(session, found))
    else:
        named = select(DeviceTable).where(DeviceTable.name != "").order_by(col(DeviceTable.id))
        rows = [one for one in session.exec(named) if one.name.lower() == shown.lower()]
        if len(rows) > 1:  # which of them is meant, nobody can know: what is done to it may not be undone
            keys = ", ".join(one.address for one in rows[:5])
            raise UsageError(f"{len(rows)} devices are called {shown}", hint=f"say which by its key: {keys}")
        row = rows[0] if rows else None
    if row is None:
        raise Missing(f"no device {shown!r}", hint="`hushgate devices` shows them")
    return row


def _one(session: Session, row: DeviceTable) -> Device:
    return _value(row, addresses.addresses_of(session, row.address))


def _value(row: DeviceTable, known: dict[str, tuple[str, ...]]) -> Device:
    return Device(
        id=row.id or 0,
        address=row.address,
        name=row.name,
        kind=row.kind,
        group=row.group,
        tags=tuple(row.tags.split(",")) if row.tags else (),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        addresses=known.get(row.address, ()) if mac_of(row.address) else (row.address,),
    )
