"""PostgreSQL's side of the store: one database for policy and log, shared by many gateways."""

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from gateway.errors import SettingsError
from gateway.store.sqlite import WRITES

CONNECT_SECONDS = 5
# Any two numbers that no other program is likely to take: they keep the writers of one part in a row.
_LOCKS = {"policy": 0x68757368_0001, "journal": 0x68757368_0002}


def parse(url: str) -> URL:
    """The address of the server, for psycopg. Raises SettingsError; the message never holds the password."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise SettingsError(
            "[store] url is no database address",
            hint='url = "postgresql://user:password@host/database", or leave it out for SQLite',
        ) from None
    if parsed.drivername not in ("postgresql", "postgres", "postgresql+psycopg"):
        raise SettingsError(
            f"[store] url: {parsed.drivername} is not supported",
            hint="use postgresql://…, or leave url out for SQLite in the data folder",
        )
    return parsed.set(drivername="postgresql+psycopg")


def open_server(url: str, part: str) -> Engine:
    """An engine for the database at `url`. Nothing is connected yet."""
    engine = create_engine(
        parse(url),
        pool_size=2,
        pool_pre_ping=True,  # the server may have been restarted since the last use
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": f"hushgate {part}"},
    )

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES, False):
            # One writer at a time: ids then follow the order of commits, so `log --follow` misses none.
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCKS[part]})")

    event.listen(engine, "begin", begin)
    return engine
