"""Remove all that the log has of one device: events, roll-ups, its address, and names only it asked for."""

from sqlalchemy import Connection, delete, select

from gateway.journal import marks
from gateway.journal.forget import forget_events
from gateway.journal.sweep import Sweep
from gateway.journal.tables import BLOCK, DEVICE, DEVICE_BLOCK, EVENT, HOUR_NAME, HOUR_TOTAL
from gateway.store.engine import Database

BLOCKS_A_STEP = 4
HOURS_A_STEP = 24


def wipe_device(database: Database, address: str) -> int:
    """Wipe the device of this address, in short transactions beside a running keeper. How many events that were.

    Blocks for seconds in a large log. Deleted pages are overwritten, also in the write-ahead log's file.
    """
    with database.read() as connection:
        number = connection.execute(select(DEVICE.c.id).where(DEVICE.c.address == address)).scalar()
    if number is None:
        return 0
    removed = 0
    while True:
        with database.write() as connection:
            blocks = _next_blocks(connection, number)
            for block in blocks:
                low = block * BLOCK
                removed += forget_events(connection, low, low + BLOCK - 1, EVENT.c.device_id == number)
            # Left over where the log was shortened meanwhile: it must not be found again and again.
            connection.execute(
                delete(DEVICE_BLOCK).where(
                    DEVICE_BLOCK.c.device_id == number, DEVICE_BLOCK.c.block.in_(blocks)
                )
            )
            if not blocks and not _forget_hours(connection, number):
                # In this transaction nothing of it is left: an event that comes later gets a new number.
                connection.execute(delete(DEVICE).where(DEVICE.c.id == number))
                marks.add(connection, marks.PURGE, 1)
                break
    sweep = Sweep()
    while sweep.step(database):
        pass
    _overwrite(database)
    return removed


def _next_blocks(connection: Connection, number: int) -> list[int]:
    query = select(DEVICE_BLOCK.c.block).where(DEVICE_BLOCK.c.device_id == number)
    return list(connection.execute(query.order_by(DEVICE_BLOCK.c.block).limit(BLOCKS_A_STEP)).scalars())


def _forget_hours(connection: Connection, number: int) -> bool:
    query = select(HOUR_TOTAL.c.hour).distinct().where(HOUR_TOTAL.c.device_id == number)
    hours = list(connection.execute(query.order_by(HOUR_TOTAL.c.hour).limit(HOURS_A_STEP)).scalars())
    for table in (HOUR_NAME, HOUR_TOTAL):
        connection.execute(delete(table).where(table.c.hour.in_(hours), table.c.device_id == number))
    return bool(hours)


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
        for table in (EVENT, HOUR_NAME, HOUR_TOTAL):
            server.exec_driver_sql(f'VACUUM "{table.name}"')
