"""How much the log holds, and how often what was done since an hour. Reads the small tables only."""

from collections import Counter

from sqlalchemy import func, select

from gateway.journal import marks
from gateway.journal.gather import HOUR
from gateway.journal.tables import DEVICE, HOUR_TOTAL, OUTCOME, SPAN
from gateway.store.engine import Database


def rows(database: Database) -> int:
    """Events that are there now."""
    with database.read() as connection:
        return int(connection.execute(select(func.coalesce(func.sum(SPAN.c.rows), 0))).scalar_one())


def ever(database: Database) -> int:
    """Events that have ever been stored."""
    with database.read() as connection:
        return marks.read(connection)[marks.EVENT]


def devices(database: Database) -> int:
    """Devices that have ever asked, and are still known."""
    with database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(DEVICE)).scalar_one())


def actions(database: Database, since: int) -> dict[int, Counter[str]]:
    """Hour (Unix seconds of its beginning) → action → attempts, from the hour of `since` on."""
    query = (
        select(HOUR_TOTAL.c.hour, OUTCOME.c.action, func.sum(HOUR_TOTAL.c.count).label("number"))
        .select_from(HOUR_TOTAL.join(OUTCOME, OUTCOME.c.id == HOUR_TOTAL.c.outcome_id))
        .where(HOUR_TOTAL.c.hour >= since // HOUR)
        .group_by(HOUR_TOTAL.c.hour, OUTCOME.c.action)
    )
    found: dict[int, Counter[str]] = {}
    with database.read() as connection:
        for row in connection.execute(query):
            found.setdefault(row.hour * HOUR, Counter())[row.action] = int(row.number)
    return found
