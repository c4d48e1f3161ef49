"""Signed bundles: which version is in force, since when, and how its subscription fares.

A row outlives its bundle: it holds the highest version ever applied, and none goes below that. Rules and lists that
a bundle brought are among the others (brought.py).
"""

import msgspec
from sqlmodel import Session, col, or_, select

from gateway.errors import Missing
from gateway.policy.state import BundleState
from gateway.store.tables import BundleTable
from gateway.store.text import MAX_NAME, MAX_SOURCE, one_line


class StoredBundle(msgspec.Struct, frozen=True):
    """One bundle, in force or subscribed to."""

    name: str
    url: str  # subscribed to; "" for one that was handed in
    key_id: str  # of the key that signed it
    version: int  # in force; 0 for none
    issued: int  # Unix seconds
    expires: int  # Unix seconds
    sha256: str  # of its file
    applied: int  # Unix seconds
    fetched: int  # Unix seconds of the last time that its URL gave something good
    error: str  # why the last fetch failed; "" if it did not
    highest: int  # version ever applied

    @property
    def is_there(self) -> bool:
        """Or is it only the memory of one?"""
        return bool(self.version or self.url)


class KeptBundle(msgspec.Struct, frozen=True):
    """What a generation keeps of a bundle in force, to be rolled back to."""

    name: str
    key_id: str
    version: int
    issued: int
    expires: int
    sha256: str
    applied: int
    catalogue: bytes


def list_bundles(session: Session) -> tuple[StoredBundle, ...]:
    """All that are in force or subscribed to, by name."""
    there = or_(col(BundleTable.version) > 0, col(BundleTable.url) != "")
    return tuple(
        _value(row) for row in session.exec(select(BundleTable).where(there).order_by(col(BundleTable.name)))
    )


def get_bundle(session: Session, name: str) -> StoredBundle:
    """The bundle of this name. Raises Missing."""
    found = find_bundle(session, name)
    if found is None or not found.is_there:
        raise Missing(
            f"no bundle {one_line(name, 'the bundle', MAX_NAME)}", hint="hushgate bundle list shows them"
        )
    return found


def find_bundle(session: Session, name: str) -> StoredBundle | None:
    """What is known of the bundle, even if it was removed."""
    row = session.get(BundleTable, one_line(name, "the bundle", MAX_NAME))
    return _value(row) if row else None


def put_bundle(session: Session, kept: KeptBundle) -> StoredBundle:
    """Note that this version is in force."""
    row = session.get(BundleTable, kept.name) or _new(kept.name)
    _fill(row, kept)
    row.highest = max(row.highest, kept.version)
    session.add(row)
    session.flush()
    return _value(row)


def subscribe(session: Session, name: str, url: str) -> StoredBundle:
    """Note where newer versions come from. Raises UsageError."""
    row = session.get(BundleTable, name) or _new(name)
    row.url = one_line(url, "the bundle's URL", MAX_SOURCE)
    session.add(row)
    session.flush()
    return _value(row)


def fetched_bundle(session: Session, name: str, *, now: int, error: str = "") -> StoredBundle:
    """Note what a fetch came to: something good, or this error. Raises Missing."""
    row = session.get(BundleTable, name)
    if row is None:
        raise Missing(f"no bundle {name}", hint="hushgate bundle list shows them")
    row.error = error.replace("\0", "�")[:MAX_SOURCE]
    row.fetched = row.fetched if error else now
    session.add(row)
    session.flush()
    return _value(row)


def clear_bundle(session: Session, name: str) -> StoredBundle:
    """The bundle is no longer there, and this says what it was. Its highest version stays known. Raises Missing."""
    value = get_bundle(session, name)
    row = session.get_one(BundleTable, value.name)
    _empty(row)
    row.url, row.error, row.fetched = "", "", 0
    session.add(row)
    session.flush()
    return value


def states(session: Session) -> tuple[BundleState, ...]:
    """What the compiler needs: the catalogue rows of those in force."""
    query = (
        select(BundleTable.name, BundleTable.content)
        .where(col(BundleTable.version) > 0, col(BundleTable.content).is_not(None))
        .order_by(col(BundleTable.name))
    )
    return tuple(BundleState(name, content) for name, content in session.exec(query) if content)


def kept(session: Session) -> tuple[KeptBundle, ...]:
    """What a generation keeps: the bundles in force, by name."""
    query = select(BundleTable).where(col(BundleTable.version) > 0).order_by(col(BundleTable.name))
    return tuple(
        KeptBundle(
            name=row.name,
            key_id=row.key_id,
            version=row.version,
            issued=row.issued,
            expires=row.expires,
            sha256=row.sha256,
            applied=row.applied,
            catalogue=row.content or b"",
        )
        for row in session.exec(query)
    )


def restore(session: Session, bundles: tuple[KeptBundle, ...]) -> None:
    """Put back what a generation kept. Subscriptions and highest versions stay as they are."""
    wanted = {one.name: one for one in bundles}
    for row in session.exec(select(BundleTable)).all():
        if row.name not in wanted:
            _empty(row)
            session.add(row)
    for one in bundles:
        put_bundle(session, one)
    session.flush()


def _new(name: str) -> BundleTable:
    return BundleTable(
        name=name,
        url="",
        key_id="",
        version=0,
        issued=0,
        expires=0,
        sha256="",
        content=None,
        applied=0,
        fetched=0,
        error="",
        highest=0,
    )


def _fill(row: BundleTable, one: KeptBundle) -> None:
    row.key_id, row.version, row.sha256 = one.key_id, one.version, one.sha256
    row.issued, row.expires, row.applied = one.issued, one.expires, one.applied
    row.content = one.catalogue or None


def _empty(row: BundleTable) -> None:
    """Its key stays: the name belongs to whoever used it first."""
    row.version = row.issued = row.expires = row.applied = 0
    row.sha256, row.content = "", None


def _value(row: BundleTable) -> StoredBundle:
    return StoredBundle(
        name=row.name,
        url=row.url,
        key_id=row.key_id,
        version=row.version,
        issued=row.issued,
        expires=row.expires,
        sha256=row.sha256,
        applied=row.applied,
        fetched=row.fetched,
        error=row.error,
        highest=row.highest,
    )
