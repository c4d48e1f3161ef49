"""Groups of devices. `everyone` always exists."""

import msgspec
from sqlmodel import Session, col, select

from gateway.errors import Conflict, Missing, UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import EVERYONE
from gateway.store.tables import DeviceTable, GroupTable, PauseTable
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
) -> Group:
    """Add a group. Raises UsageError if there is one of this name."""
    name = _checked_name(session, name)
    row = GroupTable(
        name=name,
        profile=profile.value,
        mode=mode.value,
        answer=answer.value,
        inherit=inherit,
        catalogue=catalogue,
        comment=one_line(comment, "the comment", MAX_COMMENT),
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
    profile: Profile | None = None,
    mode: Mode | None = None,
    answer: BlockedAnswer | None = None,
    inherit: bool | None = None,
    catalogue: bool | None = None,
    comment: str | None = None,
) -> Group:
    """Change what is given, leave what is None. Raises UsageError."""
    row = _row(session, name)
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
    session.add(row)
    session.flush()
    return _value(row)


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


def _checked_name(session: Session, name: str) -> str:
    name = one_line(name, "the group's name", MAX_NAME, empty=False)
    if session.get(GroupTable, name) is not None:
        raise Conflict(f"there is a group {name} already")
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
    )
