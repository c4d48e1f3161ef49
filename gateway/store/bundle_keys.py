"""The keys whose bundles are trusted. What a key is, gateway/bundles/minisign.py says."""

import msgspec
from sqlmodel import Session, col, or_, select

from gateway.errors import Conflict, Missing
from gateway.store.tables import BundleKeyTable
from gateway.store.text import MAX_NAME, one_line


class BundleKey(msgspec.Struct, frozen=True):
    """One trusted key."""

    id: str  # minisign's key id, 16 hexadecimal digits in upper case
    name: str  # whose it is, in the user's words
    public_key: str  # the line that minisign writes
    created: int  # Unix seconds


def add_key(session: Session, number: str, public_key: str, *, name: str, now: int) -> BundleKey:
    """Trust a key. One that is there already is given the name. Raises UsageError, Conflict."""
    name = one_line(name, "the key's name", MAX_NAME)
    row = session.get(BundleKeyTable, number)
    if row is None:
        row = BundleKeyTable(id=number, name=name, public_key=public_key, created=now)
    elif row.public_key != public_key:
        raise Conflict(
            f"another key with the id {number} is trusted already",
            hint="remove that one first, if it is not right",
        )
    row.name = name or row.name
    session.add(row)
    session.flush()
    return _value(row)


def list_keys(session: Session) -> tuple[BundleKey, ...]:
    """All trusted keys, oldest first."""
    query = select(BundleKeyTable).order_by(col(BundleKeyTable.created), col(BundleKeyTable.id))
    return tuple(_value(row) for row in session.exec(query))


def get_key(session: Session, which: str) -> BundleKey:
    """The key with this id or name. Raises Missing."""
    return _value(_row(session, which))


def remove_key(session: Session, which: str) -> BundleKey:
    """Trust the key no longer, and say which it was. What it signed before stays. Raises Missing."""
    row = _row(session, which)
    value = _value(row)
    session.delete(row)
    session.flush()
    return value


def _row(session: Session, which: str) -> BundleKeyTable:
    which = one_line(which, "the key", MAX_NAME)
    number = which.upper().zfill(16)  # minisign shows no leading zeros
    same = or_(col(BundleKeyTable.id) == number, col(BundleKeyTable.name) == which)
    found = session.exec(select(BundleKeyTable).where(same).order_by(col(BundleKeyTable.created))).first()
    if found is None:
        raise Missing(f"no key {which}", hint="hushgate bundle keys shows them")
    return found


def _value(row: BundleKeyTable) -> BundleKey:
    return BundleKey(row.id, row.name, row.public_key, row.created)
