"""The log's first tables. What they are for stands in gateway/journal/tables.py."""

import sqlalchemy as sa
from alembic import op

revision = "journal_0001"
down_revision = None

_BIG_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, primary_key=True, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "log_device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.String, nullable=False, unique=True),
    )
    op.create_table(
        "log_name",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.String, nullable=False, unique=True),
    )
    words = ("channel", "action", "layer", "list", "company", "purpose", "country")
    op.create_table(
        "log_outcome",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(word, sa.String, nullable=False) for word in words),
        sa.UniqueConstraint(*words, name="log_outcome_once"),
    )
    op.create_table(
        "log_verdict",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("outcome_id", sa.Integer, nullable=False),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("text", sa.String, nullable=False),
    )
    op.create_index("log_verdict_line", "log_verdict", ["outcome_id", "line"])
    op.create_table(
        "log_event",
        sa.Column("id", _BIG_ID, primary_key=True, autoincrement=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("name_id", sa.Integer),
        sa.Column("verdict_id", sa.Integer, nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("type", sa.Integer, nullable=False),
        sa.Column("port", sa.Integer, nullable=False),
        sa.Column("address", sa.LargeBinary),
    )
    op.create_table(
        "log_span",
        _key("hour"),
        sa.Column("first_id", sa.BigInteger, nullable=False),
        sa.Column("last_id", sa.BigInteger, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    for what in ("name", "device", "outcome"):
        op.create_table(f"log_{what}_block", _key(f"{what}_id"), _key("block"), sqlite_with_rowid=False)
    op.create_table(
        "log_hour_total",
        *(_key(name) for name in ("hour", "device_id", "outcome_id")),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_hour_name",
        *(_key(name) for name in ("hour", "device_id", "name_id", "outcome_id")),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "log_sender",
        sa.Column("sender", sa.String, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("dropped", sa.BigInteger, nullable=False),
        sa.Column("seen", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "log_mark",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("value", sa.BigInteger, nullable=False),
    )
