"""What touches a database is tried with SQLite and with PostgreSQL."""

from collections.abc import Iterator

import pytest

from tests.fakes import postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Postgres]:
    """The server that all tests share. It stops with the last of them."""
    server = postgres.shared()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """`[store] url`: an empty one (SQLite), or that of an empty PostgreSQL database."""
    if request.param == "sqlite":
        yield ""
        return
    if reason := postgres.missing():
        pytest.skip(reason)
    server: postgres.Postgres = request.getfixturevalue("postgres_server")
    with server.database() as address:
        yield address
