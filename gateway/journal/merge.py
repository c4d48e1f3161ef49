"""Two keys that turned out to be one device: all that the log has under the old one goes to the new one.

A phone is known by its address until its MAC has been seen. In short transactions beside a running keeper.
"""

from sqlalchemy import Connection, Table, delete, func, literal, select, update

from gateway.journal import bulk, marks, notices
from gateway.journal.tables import (
    BLOCK,
    CONTACT,
    DAY_NAME,
    DAY_TOTAL,
    DEVICE,
    DEVICE_BLOCK,
    EVENT,
    HOUR_NAME,
    HOUR_TOTAL,
)
from gateway.journal.wipe import DAYS_A_STEP, HOURS_A_STEP, next_blocks
from gateway.journal.words import clean
from gateway.store.engine import Database


def merge_device(database: Database, old: str, new: str) -> int:
    """Let `new` have what `old` has. How many events were moved one by one; 0 also where renaming was enough.

    Whoever writes must know `old` as `new` before this is called: what comes under the old key while it runs, or
    later, is a device of its own again. Blocks for seconds in a large log. Raises what SQLAlchemy raises.
    """
    old, new = clean(old, 100), clean(new, 100)
    if old == new:
        return 0
    moved = 0
    while True:
        with database.write() as connection:
            source, target = _number(connection, old), _number(connection, new)
            if source is None:
                return moved
            if target is None:
                connection.execute(update(DEVICE).where(DEVICE.c.id == source).values(address=new))
                _named_anew(connection, old, new)
                return moved
            found, more = _move_events(connection, source, target)
            moved += found
            if not more and not _move_sums(connection, source, target):
                _move_rest(connection, source, target)
                _named_anew(connection, old, new)
                return moved


def _number(connection: Connection, key: str) -> int | None:
    return connection.execute(select(DEVICE.c.id).where(DEVICE.c.address == key)).scalar()


def _named_anew(connection: Connection, old: str, new: str) -> None:
    notices.rename_device(connection, old, new)
    marks.add(connection, marks.PURGE, 1)  # the writer remembers which key has which number


def _move_events(connection: Connection, source: int, target: int) -> tuple[int, bool]:
    """Some blocks of events: how many events, and were there any blocks?"""
    blocks = next_blocks(connection, source)
    moved = 0
    for block in blocks:
        place = EVENT.c.id.between(block * BLOCK, block * BLOCK + BLOCK - 1)
        statement = update(EVENT).where(place, EVENT.c.device_id == source).values(device_id=target)
        moved += connection.execute(statement).rowcount
    if blocks:
        these = DEVICE_BLOCK.c.device_id == source, DEVICE_BLOCK.c.block.in_(blocks)
        bulk.copy(connection, DEVICE_BLOCK, select(literal(target), DEVICE_BLOCK.c.block).where(*these))
        connection.execute(delete(DEVICE_BLOCK).where(*these))
        if (blocks[-1] + 1) * BLOCK > marks.read(connection)[marks.EVENT]:
            marks.add(connection, marks.PURGE, 1)  # the writer remembers what the newest block holds
    return moved, bool(blocks)


def _move_sums(connection: Connection, source: int, target: int) -> bool:
    """Some hours and days of the roll-ups; False if there were none."""
    found = False
    for by_name, total, most in (
        (HOUR_NAME, HOUR_TOTAL, HOURS_A_STEP),
        (DAY_NAME, DAY_TOTAL, DAYS_A_STEP),
    ):
        (when, *_) = total.primary_key.columns
        query = select(when).distinct().where(total.c.device_id == source).order_by(when)
        times = list(connection.execute(query.limit(most)).scalars())
        if times:
            found = True
            for table in (by_name, total):
                _move_rows(connection, table, source, target, times)
    return found


def _move_rows(connection: Connection, table: Table, source: int, target: int, times: list[int]) -> None:
    (when, *_) = table.primary_key.columns
    these = when.in_(times), table.c.device_id == source
    columns = [literal(target) if column.name == "device_id" else column for column in table.columns]
    bulk.copy(connection, table, select(*columns).where(*these), add=("count", "size"))
    connection.execute(delete(table).where(*these))


def _move_rest(connection: Connection, source: int, target: int) -> None:
    """Contacts, when it was seen, and the old key itself: in this transaction nothing else of it is left."""
    both = CONTACT.c.device_id.in_((source, target))
    query = select(CONTACT.c.company, func.min(CONTACT.c.first)).where(both).group_by(CONTACT.c.company)
    rows = [(target, company, first) for company, first in connection.execute(query)]
    connection.execute(delete(CONTACT).where(both))
    _CONTACTS.run(connection, rows)
    query = select(func.min(DEVICE.c.first), func.max(DEVICE.c.last)).where(DEVICE.c.id.in_((source, target)))
    first, last = connection.execute(query).one()
    connection.execute(update(DEVICE).where(DEVICE.c.id == target).values(first=first, last=last))
    connection.execute(delete(DEVICE).where(DEVICE.c.id == source))


_CONTACTS = bulk.Bulk(CONTACT)
