"""Sums by the day, hits by rule, what was seen when first, notices, and more to search by.

The sums by the day are filled later, in steps beside the running box (see gateway/journal/days.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "journal_0002"
down_revision = "journal_0001"

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_BLOCK = 512  # as in gateway/journal/tables.py when this was written


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def upgrade() -> None:
    """Make the tables, and fill those that cannot be filled later."""
    for table, column in (("log_device", "first"), ("log_device", "last"), ("log_name", "first")):
        op.add_column(table, sa.Column(column, sa.BigInteger, nullable=False, server_default="0"))
    op.create_table("log_verdict_block", _key("verdict_id"), _key("block"), sqlite_with_rowid=False)
    op.create_table("log_type_block", _key("type"), _key("block"), sqlite_with_rowid=False)
    op.create_table(
        "log_address_block",
        sa.Column("address", sa.LargeBinary, primary_key=True),
        _key("block"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_day_total",
        *(_key(name) for name in ("day", "device_id", "outcome_id")),
        *(_big(name) for name in ("count", "size")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_day_name",
        *(_key(name) for name in ("day", "device_id", "name_id", "outcome_id")),
        *(_big(name) for name in ("count", "size")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_day_hit",
        *(_key(name) for name in ("day", "verdict_id")),
        *(_big(name) for name in ("count", "last")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_contact",
        _key("device_id"),
        sa.Column("company", sa.String, primary_key=True),
        _big("first"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_notice",
        sa.Column("id", _BIG_ID, primary_key=True, autoincrement=False),
        _big("time"),
        *(sa.Column(word, sa.String, nullable=False) for word in ("kind", "device", "subject", "detail")),
    )
    _fill()
    op.create_index("ix_log_name_first", "log_name", ["first"])


def _fill() -> None:
    ruled = "JOIN log_verdict v ON v.id = e.verdict_id JOIN log_outcome o ON o.id = v.outcome_id"
    for statement in (
        f"""INSERT INTO log_verdict_block SELECT DISTINCT e.verdict_id, e.id / {_BLOCK}
            FROM log_event e {ruled} WHERE o.layer <> ''""",
        f"INSERT INTO log_type_block SELECT DISTINCT type, id / {_BLOCK} FROM log_event",
        f"""INSERT INTO log_address_block SELECT DISTINCT address, id / {_BLOCK} FROM log_event
            WHERE address IS NOT NULL""",
        f"""INSERT INTO log_day_hit SELECT e.time / 86400, e.verdict_id, sum(e.count), max(e.time)
            FROM log_event e {ruled} WHERE o.layer <> '' GROUP BY e.time / 86400, e.verdict_id""",
        """INSERT INTO log_contact SELECT t.device_id, o.company, min(t.hour) * 3600
            FROM log_hour_total t JOIN log_outcome o ON o.id = t.outcome_id
            WHERE o.company <> '' GROUP BY t.device_id, o.company""",
        """UPDATE log_name SET first = f.seen
            FROM (SELECT name_id, min(hour) * CAST(3600 AS bigint) AS seen FROM log_hour_name GROUP BY name_id) f
            WHERE f.name_id = log_name.id""",
        """UPDATE log_device SET first = f.begun, last = f.ended
            FROM (SELECT device_id, min(hour) * CAST(3600 AS bigint) AS begun,
                  max(hour) * CAST(3600 AS bigint) AS ended FROM log_hour_total GROUP BY device_id) f
            WHERE f.device_id = log_device.id""",
    ):
        op.execute(statement)
