"""The policy's first tables, and the group that always exists."""

import sqlalchemy as sa
from alembic import op

revision = "policy_0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    group = op.create_table(
        "group",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("mode", sa.String, nullable=False),
        sa.Column("answer", sa.String, nullable=False),
        sa.Column("inherit", sa.Boolean, nullable=False),
        sa.Column("catalogue", sa.Boolean, nullable=False),
        sa.Column("comment", sa.String, nullable=False),
        sa.CheckConstraint("profile IN ('essential', 'balanced', 'strict')", name="profile_known"),
        sa.CheckConstraint("mode IN ('enforce', 'observe')", name="mode_known"),
        sa.CheckConstraint("answer IN ('auto', 'null', 'nxdomain')", name="answer_known"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 64", name="name_length"),
    )
    op.bulk_insert(
        group,
        [
            {
                "name": "everyone",
                "profile": "balanced",
                "mode": "enforce",
                "answer": "auto",
                "inherit": True,
                "catalogue": True,
                "comment": "new devices land here",
            }
        ],
    )
    op.create_table(
        "rule",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("text", sa.String, nullable=False),
        sa.Column(
            "group",
            sa.String,
            sa.ForeignKey("group.name", onupdate="CASCADE", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("comment", sa.String, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("expires", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("group", "text", name="rule_once_a_group"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "device",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("address", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("group", sa.String, sa.ForeignKey("group.name", onupdate="CASCADE"), nullable=False),
        sa.Column("tags", sa.String, nullable=False),
        sa.Column("first_seen", sa.BigInteger, nullable=False),
        sa.Column("last_seen", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("address", name="device_address"),
    )
    op.create_table(
        "list",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("syntax", sa.String, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("etag", sa.String, nullable=False),
        sa.Column("last_modified", sa.String, nullable=False),
        sa.Column("fetched", sa.BigInteger, nullable=False),
        sa.Column("rules", sa.Integer, nullable=False),
        sa.Column("refused", sa.Integer, nullable=False),
        sa.Column("error", sa.String, nullable=False),
        sa.UniqueConstraint("name", name="list_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "list_group",
        sa.Column("list_id", sa.Integer, sa.ForeignKey("list.id", ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "group",
            sa.String,
            sa.ForeignKey("group.name", onupdate="CASCADE", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("position", sa.Integer, nullable=False),
    )
    op.create_table(
        "pause",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("target", sa.String, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("boot_until", sa.Float, nullable=False),
        sa.Column("boot_id", sa.String, nullable=False),
        sa.CheckConstraint("scope IN ('all', 'group', 'device')", name="scope_known"),
        sa.UniqueConstraint("scope", "target", name="pause_once"),
    )
    op.create_table(
        "generation",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("counts", sa.String, nullable=False),
    )
