"""Each test of the log runs against SQLite and against PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store.engine import Database, open_journal


@pytest.fixture
def journal(tmp_path: Path, url: str) -> Iterator[Database]:
    """An open, new log."""
    database = open_journal(tmp_path, url)
    yield database
    database.close()
