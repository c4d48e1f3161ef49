"""Groups of devices. `everyone` always exists."""

import msgspec
from sqlalchemy import update
from sqlmodel import Session, col, func, select

from gateway import schedule as schedules
from gateway.errors import Conflict, Missing, UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import EVERYONE
from gateway.store.tables import DeviceTable, GroupTable, PauseTable, RuleTable
from gateway.store.text import MAX_COMMENT, MAX_NAME, one_line


class Group(msgspec.Struct, frozen=True):
    """How the devices of one group are treated."""

    name: str
    profile: Profile
    mode: Mode
    answer: BlockedAnswer
    inherit: bool  # do the rules and lists of `everyone` count here too?
    catalogue: bool
    comment: str
    schedule: str = ""  # JSON, see gateway/schedule.py; "" for none


class Members(msgspec.Struct, frozen=True):
    """How many belong to a group."""

    devices: int = 0
    rules: int = 0


def add_group(
    session: Session,
    name: str,
    *,
    profile: Profile = Profile.BALANCED,
    mode: Mode = Mode.ENFORCE,
    answer: BlockedAnswer = BlockedAnswer.AUTO,
    inherit: bool = True,
    catalogue: bool = True,
    comment: str = "",
    schedule: str = "",
) -> Group:
    """Add a group. Raises UsageError if there is one of this name, or for a schedule that is none."""
    name = _checked_name(session, name)
    row = GroupTable(
        name=name,
        profile=profile.value,
        mode=mode.value,
        answer=answer.value,
        inherit=inherit,
        catalogue=catalogue,
        comment=one_line(comment, "the comment", MAX_COMMENT),
        schedule=_checked_schedule(schedule),
    )
    session.add(row)
    session.flush()
    return _value(row)


def list_groups(session: Session) -> tuple[Group, ...]:
    """All groups by name, `everyone` first."""
    rows = session.exec(select(GroupTable).order_by(col(GroupTable.name) != EVERYONE, col(GroupTable.name)))
    return tuple(_value(row) for row in rows)


def get_group(session: Session, name: str) -> Group:
    """The group of this name. Raises UsageError."""
    return _value(_row(session, name))


def update_group(
    session: Session,
    name: str,
    *,
    new_name: str | None = None,
    profile: Profile | None = None,
    mode: Mode | None = None,
    answer: BlockedAnswer | None = None,
    inherit: bool | None = None,
    catalogue: bool | None = None,
    comment: str | None = None,
    schedule: str | None = None,
) -> Group:
    """Change what is given, leave what is None; an empty schedule ends it. Raises UsageError."""
    row = _row(session, name)
    if new_name is not None and new_name.strip() != name:
        row = _renamed(session, row, new_name)
    if profile is not None:
        row.profile = profile.value
    if mode is not None:
        row.mode = mode.value
    if answer is not None:
        row.answer = answer.value
    if inherit is not None:
        row.inherit = inherit
    if catalogue is not None:
        row.catalogue = catalogue
    if comment is not None:
        row.comment = one_line(comment, "the comment", MAX_COMMENT)
    if schedule is not None:
        row.schedule = _checked_schedule(schedule)
    session.add(row)
    session.flush()
    return _value(row)


def count_members(session: Session) -> dict[str, Members]:
    """How many devices were put into each group, and how many rules it has. Groups without any are left out."""
    devices = session.exec(select(DeviceTable.group, func.count()).group_by(DeviceTable.group)).all()
    rules = session.exec(select(RuleTable.group, func.count()).group_by(RuleTable.group)).all()
    found = {group: Members(count, 0) for group, count in devices}
    for group, count in rules:
        found[group] = Members(found.get(group, Members()).devices, count)
    return found


def remove_group(session: Session, name: str) -> Group:
    """Remove a group with its rules, pauses and links; its devices go to `everyone`. Raises UsageError."""
    row = _row(session, name)
    if name == EVERYONE:
        raise UsageError(
            "the group everyone always exists", hint="change it instead: hushgate groups set everyone …"
        )
    value = _value(row)
    for device in session.exec(select(DeviceTable).where(DeviceTable.group == name)):
        device.group = EVERYONE
        session.add(device)
    for pause in session.exec(
        select(PauseTable).where(PauseTable.scope == "group", PauseTable.target == name)
    ):
        session.delete(pause)
    session.flush()
    session.delete(row)
    session.flush()
    return value


def _renamed(session: Session, row: GroupTable, name: str) -> GroupTable:
    """The group under another name: rules, devices and lists follow by their keys, pauses by hand."""
    old = row.name
    if old == EVERYONE:
        raise Conflict("the group everyone cannot be renamed", hint="make another group beside it")
    name = _checked_name(session, name)
    for pause in session.exec(
        select(PauseTable).where(PauseTable.scope == "group", PauseTable.target == old)
    ):
        pause.target = name
        session.add(pause)
    session.flush()
    session.connection().execute(update(GroupTable).where(col(GroupTable.name) == old).values(name=name))
    session.expire_all()
    return _row(session, name)


def _checked_schedule(text: str) -> str:
    """As it is stored. Raises UsageError."""
    return schedules.write(schedules.read(text)) if text else ""


def _checked_name(session: Session, name: str) -> str:
    name = one_line(name, "the group's name", MAX_NAME, empty=False)
    if name in (".", "..") or "/" in name or "\\" in name:  # it is a part of the API's paths
        raise UsageError("a group's name holds no slash, and is more than dots", hint="write it with a dash")
    if session.get(GroupTable, name) is not None:
        raise Conflict(f"there is a group {name} already", hint="change it, or choose another name")
    return name


def _row(session: Session, name: str) -> GroupTable:
    row = session.get(GroupTable, name) if "\0" not in name else None
    if row is None:
        known = ", ".join(group.name for group in list_groups(session))
        raise Missing(f"no group {one_line(name, 'the group', MAX_NAME)}", hint=f"there are: {known}")
    return row


def _value(row: GroupTable) -> Group:
    return Group(
        name=row.name,
        profile=Profile(row.profile),
        mode=Mode(row.mode),
        answer=BlockedAnswer(row.answer),
        inherit=row.inherit,
        catalogue=row.catalogue,
        comment=row.comment,
        schedule=row.schedule,
    )
