"""Devices: for now an address with a name, a group and tags."""

import re
from ipaddress import ip_address

import msgspec
from sqlmodel import Session, col, select

from gateway.errors import UsageError
from gateway.policy.state import EVERYONE
from gateway.store import groups
from gateway.store.tables import DeviceTable, PauseTable
from gateway.store.text import MAX_NAME, one_line

_TAG = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class Device(msgspec.Struct, frozen=True):
    """One device."""

    id: int
    address: str
    name: str
    kind: str  # "phone", "demo", …; "" for unknown
    group: str
    tags: tuple[str, ...]
    first_seen: int  # Unix seconds
    last_seen: int


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
    """Add the device of this address, or change what is given of it. Raises UsageError."""
    address = _address(address)
    row = _find(session, address)
    if row is None:
        row = DeviceTable(
            address=address, name="", kind="", group=EVERYONE, tags="", first_seen=now, last_seen=now
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
    return _value(row)


def list_devices(session: Session, *, kind: str | None = None) -> tuple[Device, ...]:
    """All devices, or those of one kind, in the order they came."""
    query = select(DeviceTable).order_by(col(DeviceTable.id))
    if kind is not None:
        query = query.where(DeviceTable.kind == kind)
    return tuple(_value(row) for row in session.exec(query))


def get_device(session: Session, which: str) -> Device:
    """The device of this address or name. Raises UsageError."""
    return _value(_row(session, which))


def remove_device(session: Session, which: str) -> Device:
    """Remove the device and its pause; its log stays (see gateway.journal.wipe). Raises UsageError."""
    row = _row(session, which)
    value = _value(row)
    for pause in session.exec(
        select(PauseTable).where(PauseTable.scope == "device", PauseTable.target == value.address)
    ):
        session.delete(pause)
    session.delete(row)
    session.flush()
    return value


def _address(text: str) -> str:
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        raise UsageError(f"{text!r:.60} is no IP address") from None


def _tag(text: str) -> str:
    tag = text.strip().lower()
    if not _TAG.fullmatch(tag):
        raise UsageError(f"{text!r:.80} is no tag", hint="letters, digits, - and _, as in device_phone")
    return tag


def _find(session: Session, address: str) -> DeviceTable | None:
    return session.exec(select(DeviceTable).where(DeviceTable.address == address)).one_or_none()


def _row(session: Session, which: str) -> DeviceTable:
    shown = one_line(which, "the device", MAX_NAME)
    try:
        row = _find(session, str(ip_address(shown)))
    except ValueError:
        row = session.exec(
            select(DeviceTable)
            .where(DeviceTable.name == shown, DeviceTable.name != "")
            .order_by(col(DeviceTable.id))
        ).first()
    if row is None:
        raise UsageError(f"no device {shown}", hint="hushgate devices list shows them")
    return row


def _value(row: DeviceTable) -> Device:
    return Device(
        id=row.id or 0,
        address=row.address,
        name=row.name,
        kind=row.kind,
        group=row.group,
        tags=tuple(row.tags.split(",")) if row.tags else (),
        first_seen=row.first_seen,
        last_seen=row.last_seen,
    )
