"""Pauses: nothing is blocked for all, a group or a device until then. One for each of them at most."""

from sqlmodel import Session, col, select

from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import devices, groups
from gateway.store.tables import PauseTable


def put_pause(session: Session, pause: PauseState) -> PauseState:
    """Begin a pause, or set the end of the one there is. Raises UsageError for an unknown group or device."""
    target = pause_target(session, pause.scope, pause.target)
    if pause.scope == "device":  # it may be paused before it is known by anything but its address
        devices.put_device(session, target, now=0)
    row = _find(session, pause.scope, target)
    if row is None:
        row = PauseTable(scope=pause.scope, target=target, until=0, boot_until=0.0, boot_id="")
    row.until, row.boot_until, row.boot_id = pause.until, pause.boot_until, pause.boot_id
    session.add(row)
    session.flush()
    return _value(row)


def list_pauses(session: Session) -> tuple[PauseState, ...]:
    """All pauses that have not been removed; whether one still counts is for its reader's clocks to say."""
    return tuple(_value(row) for row in session.exec(select(PauseTable).order_by(col(PauseTable.id))))


def remove_pause(session: Session, scope: str, target: str = "") -> PauseState | None:
    """End a pause. None if there was none. Raises UsageError for an unknown group or name of a device."""
    row = _find(session, scope, pause_target(session, scope, target))
    if row is None:
        return None
    value = _value(row)
    session.delete(row)
    session.flush()
    return value


def pause_target(session: Session, scope: str, target: str) -> str:
    """As it is kept: the group's name, the device's key, "" for all. Raises UsageError."""
    match scope:
        case "all":
            return ""
        case "group":
            return groups.get_group(session, target).name
        case "device":
            return devices.key_meant(session, target)
        case _:
            raise UsageError(f"a pause is for all, a group or a device, not for {scope!r:.40}")


def _find(session: Session, scope: str, target: str) -> PauseTable | None:
    query = select(PauseTable).where(PauseTable.scope == scope, PauseTable.target == target)
    return session.exec(query).one_or_none()


def _value(row: PauseTable) -> PauseState:
    return PauseState(
        scope=row.scope, target=row.target, until=row.until, boot_until=row.boot_until, boot_id=row.boot_id
    )
