"""What the control API needs: who may come in, an audit, signed bundles, MAC addresses, schedules, roll back."""

import sqlalchemy as sa
from alembic import op

revision = "policy_0002"
down_revision = "policy_0001"

_BIG, _TEXT = sa.BigInteger, sa.String


def upgrade() -> None:
    """Add columns and tables."""
    _add("rule", sa.Column("tags", _TEXT), "")
    _add("rule", sa.Column("origin", _TEXT), "")
    _add("rule", sa.Column("changed", _BIG), "0")
    _rules_of_bundles()
    _add("group", sa.Column("schedule", _TEXT), "")
    _add("list", sa.Column("origin", _TEXT), "")
    _add("generation", sa.Column("author", _TEXT), "")
    _add("generation", sa.Column("whence", _TEXT), "")
    op.add_column("generation", sa.Column("state", sa.LargeBinary, nullable=True))
    _table("address", _key("address"), _text("device_key"), _big("seen"))
    op.create_index("ix_address_device_key", "address", ["device_key"])
    _table("bundle_key", _key("id"), _text("name"), _text("public_key"), _big("created"))
    _table(
        "bundle",
        _key("name"),
        *(_text(name) for name in ("url", "key_id")),
        *(_big(name) for name in ("version", "issued", "expires")),
        _text("sha256"),
        sa.Column("content", sa.LargeBinary, nullable=True),
        *(_big(name) for name in ("applied", "fetched")),
        _text("error"),
        _big("highest"),
    )
    _access()


def _rules_of_bundles() -> None:
    """A bundle's rule and the user's own of the same text are two: removing one leaves the other in force."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    last = None
    if is_sqlite:
        last = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'rule'")).scalar()
    with op.batch_alter_table("rule", table_kwargs={"sqlite_autoincrement": True}) as rule:
        rule.drop_constraint("rule_once_a_group", type_="unique")
        rule.create_unique_constraint("rule_once_a_group", ["group", "text", "origin"])
    if last is not None:  # SQLite has made the table anew: numbers of rules that are gone stay used
        connection.execute(sa.text("DELETE FROM sqlite_sequence WHERE name = 'rule'"))
        connection.execute(
            sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('rule', :seq)"), {"seq": last}
        )


def _access() -> None:
    _table(
        "account",
        _key("name"),
        _text("password"),
        _text("totp"),
        _big("totp_last"),
        _text("recovery"),
        _big("created"),
        _big("changed"),
    )
    _table(
        "session",
        _key("id"),
        _text("account"),
        *(_big(name) for name in ("created", "seen", "expires")),
        *(_text(name) for name in ("address", "agent", "csrf")),
    )
    _table(
        "token",
        _number(),
        *(_text(name) for name in ("name", "hash", "scopes")),
        *(_big(name) for name in ("created", "expires", "last_used")),
        _text("last_address"),
        sa.UniqueConstraint("name", name="token_name"),
        sa.UniqueConstraint("hash", name="token_hash"),
        sqlite_autoincrement=True,
    )
    _table("secret", _key("name"), _text("value"), _big("changed"))
    _table(
        "audit",
        _number(),
        _big("time"),
        *(_text(name) for name in ("who", "whence", "action", "target", "detail")),
        sa.Column("generation", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    _table(
        "idempotency",
        _key("key"),
        _big("created"),
        _text("request"),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    _table(
        "webhook",
        _number(),
        *(_text(name) for name in ("url", "secret", "events")),
        sa.Column("enabled", sa.Boolean, nullable=False),
        *(_big(name) for name in ("created", "cursor")),
        sa.Column("failures", sa.Integer, nullable=False),
        _big("last_time"),
        _text("last_error"),
        _big("retry_at"),
        sa.Column("lost", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )


def _add(table: str, column: sa.Column[object], default: str) -> None:
    """A column that rows of before get with this value."""
    column.nullable = False
    column.server_default = sa.DefaultClause(default)
    op.add_column(table, column)


def _table(name: str, *parts: sa.schema.SchemaItem, **options: bool) -> None:
    op.create_table(name, *parts, **options)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _number() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)
