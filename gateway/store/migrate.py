"""Bring a database to this program's version, at every start; Alembic is loaded only when there is work."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from gateway.errors import OwnFault

if TYPE_CHECKING:
    from alembic.config import Config

    from gateway.store.engine import Database

SCRIPTS = Path(__file__).parent / "migrations"
# The last migration of each part. Alembic's own search for it costs 0.3 s and 15 MB at each start.
HEADS = {"policy": "policy_0002", "journal": "journal_0002"}


def version_table(part: str) -> str:
    """Where the part's version is kept: a table each, for on PostgreSQL both parts share a database."""
    return f"{part}_version"


def version(connection: Connection, part: str) -> str:
    """The version the database has; "" for a new one."""
    table = version_table(part)
    if not inspect(connection).has_table(table):
        return ""
    return str(connection.execute(text(f"SELECT version_num FROM {table}")).scalar() or "")


def upgrade(database: "Database") -> None:
    """Run the migrations that are missing, in one transaction. Raises OwnFault for a newer one's."""
    with database.read() as connection:
        if version(connection, database.part) == HEADS[database.part]:
            return
    with database.write() as connection:  # the lock: two roles that start together migrate once
        found = version(connection, database.part)
        if found != HEADS[database.part]:
            _run(connection, database.part, found)


def config(part: str) -> "Config":
    """Alembic's settings for one part."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    made.set_main_option("version_locations", str(SCRIPTS / part).replace("%", "%%"))
    made.set_main_option("path_separator", "newline")  # so that a folder's name may hold anything else
    made.attributes["version_table"] = version_table(part)
    return made


def _run(connection: Connection, part: str, found: str) -> None:
    from alembic import command
    from alembic.script import ScriptDirectory

    settings = config(part)
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    if found and found not in known:
        raise OwnFault(
            f"the {part} database is of version {found}, which this Hushgate does not know",
            hint="it was written by a newer Hushgate: install that one, or restore a backup",
        )
    settings.attributes["connection"] = connection
    command.upgrade(settings, "head")
