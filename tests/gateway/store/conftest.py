"""Each test of the store runs against SQLite and against PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.engine import Database, open_store


@pytest.fixture
def store(tmp_path: Path, url: str) -> Iterator[Database]:
    """An open, new policy database."""
    database = open_store(tmp_path, url)
    yield database
    database.close()
