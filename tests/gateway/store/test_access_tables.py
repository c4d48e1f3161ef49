"""What the database itself refuses of who may come in."""

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from gateway.store.access_tables import TokenTable
from gateway.store.engine import Database

TOKEN = {
    "name": "backup",
    "hash": "a" * 64,
    "scopes": "read",
    "created": 1,
    "expires": 0,
    "last_used": 0,
    "last_address": "",
}


@pytest.mark.parametrize("same", ["name", "hash"])
def test_two_tokens_share_neither_name_nor_secret(store: Database, same: str) -> None:
    other = {**TOKEN, "name": "other", "hash": "b" * 64, same: TOKEN[same]}
    with store.write() as connection:
        connection.execute(insert(TokenTable).values(**TOKEN))
        with pytest.raises(IntegrityError), connection.begin_nested():
            connection.execute(insert(TokenTable).values(**other))


@pytest.mark.parametrize("name", ["token", "audit"])
def test_a_number_never_comes_to_mean_another_row(store: Database, name: str) -> None:
    table = TokenTable.metadata.tables[name]
    entry = {"time": 1, "who": "", "whence": "", "action": "", "target": "", "detail": "{}", "generation": 0}
    row = TOKEN if name == "token" else entry
    with store.write() as connection:
        connection.execute(insert(table).values(**row))
        first = connection.execute(select(table.c.id)).scalar_one()
        connection.execute(delete(table))
        connection.execute(insert(table).values(**row))
        assert connection.execute(select(table.c.id)).scalar_one() > first
