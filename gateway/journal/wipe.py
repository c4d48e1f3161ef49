"""Remove all that the log has of one device: events, roll-ups, notices, its key, and names only it asked for.

How often each rule decided stays: that says nothing of a device.
"""

from sqlalchemy import Connection, Table, delete, select, update

from gateway.journal import marks, notices
from gateway.journal.days import EVERYBODY
from gateway.journal.forget import forget_events
from gateway.journal.sweep import Sweep
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
from gateway.journal.words import clean
from gateway.store.engine import Database

BLOCKS_A_STEP = 4
HOURS_A_STEP = 24  # of the roll-ups
DAYS_A_STEP = 2


def wipe_device(database: Database, address: str) -> int:
    """Wipe the device of this address, in short transactions beside a running keeper. How many events that were.

    Blocks for seconds in a large log. Deleted pages are overwritten, also in the write-ahead log's file.
    """
    address = clean(address, 100)
    with database.read() as connection:
        number = connection.execute(select(DEVICE.c.id).where(DEVICE.c.address == address)).scalar()
    if number is None:
        return 0
    removed = 0
    while True:
        with database.write() as connection:
            blocks = next_blocks(connection, number)
            for block in blocks:
                low = block * BLOCK
                removed += forget_events(connection, low, low + BLOCK - 1, EVENT.c.device_id == number)
            # Left over where the log was shortened meanwhile: it must not be found again and again.
            connection.execute(
                delete(DEVICE_BLOCK).where(
                    DEVICE_BLOCK.c.device_id == number, DEVICE_BLOCK.c.block.in_(blocks)
                )
            )
            if not blocks and not _forget_sums(connection, number):
                connection.execute(delete(CONTACT).where(CONTACT.c.device_id == number))
                notices.forget_device(connection, address)
                # In this transaction nothing of it is left: an event that comes later gets a new number.
                connection.execute(delete(DEVICE).where(DEVICE.c.id == number))
                marks.add(connection, marks.PURGE, 1)
                break
    sweep = Sweep()
    while sweep.step(database):
        pass
    _overwrite(database)
    return removed


def next_blocks(connection: Connection, number: int) -> list[int]:
    """Some blocks in which the device of this number occurs; none where there are no more."""
    query = select(DEVICE_BLOCK.c.block).where(DEVICE_BLOCK.c.device_id == number)
    return list(connection.execute(query.order_by(DEVICE_BLOCK.c.block).limit(BLOCKS_A_STEP)).scalars())


def _forget_sums(connection: Connection, number: int) -> bool:
    return any(
        [
            _forget_some(connection, HOUR_NAME, HOUR_TOTAL, number),
            _forget_some(connection, DAY_NAME, DAY_TOTAL, number),
        ]
    )


def _forget_some(connection: Connection, by_name: Table, total: Table, number: int) -> bool:
    """Some hours or days of the device; False if there were none."""
    (when, *_) = total.primary_key.columns
    query = select(when).distinct().where(total.c.device_id == number)
    most = DAYS_A_STEP if by_name is DAY_NAME else HOURS_A_STEP
    times = list(connection.execute(query.order_by(when).limit(most)).scalars())
    if by_name is DAY_NAME and times:
        _take_from_everybody(connection, number, times)
    for table in (by_name, total):
        connection.execute(delete(table).where(table.c[when.name].in_(times), table.c.device_id == number))
    return bool(times)


def _take_from_everybody(connection: Connection, number: int, days: list[int]) -> None:
    """What the device has in the sums of all devices together."""
    own = select(DAY_NAME).where(DAY_NAME.c.day.in_(days), DAY_NAME.c.device_id == number).subquery()
    same = [DAY_NAME.c[key] == own.c[key] for key in ("day", "name_id", "outcome_id")]
    less = {name: DAY_NAME.c[name] - own.c[name] for name in ("count", "size")}
    together = DAY_NAME.c.device_id == EVERYBODY
    connection.execute(update(DAY_NAME).where(together, *same).values(less))
    connection.execute(delete(DAY_NAME).where(DAY_NAME.c.day.in_(days), together, DAY_NAME.c.count <= 0))


def _overwrite(database: Database) -> None:
    """Let go of old copies: SQLite's write-ahead log, PostgreSQL's dead rows."""
    if database.is_sqlite:
        connection = database.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as server:
        for table in (EVENT, HOUR_NAME, HOUR_TOTAL, DAY_NAME, DAY_TOTAL):
            server.exec_driver_sql(f'VACUUM "{table.name}"')
