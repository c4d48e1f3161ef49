"""Write many rows by one statement, the quick way of each database.

SQLite takes tuples one by one from C; PostgreSQL takes each column as one array.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, Table
from sqlalchemy.dialects import postgresql, sqlite


class Bulk:
    """An INSERT into one table; rows are tuples in the order of its columns.

    Where the row's key exists: columns in `add` are added to, those in `replace` replaced, of those in `largest`
    the larger value stays; with `ignore` the row that is there stays; with none of them it is an error.
    """

    def __init__(
        self,
        table: Table,
        *,
        add: Sequence[str] = (),
        replace: Sequence[str] = (),
        largest: Sequence[str] = (),
        ignore: bool = False,
    ) -> None:
        self._table = table
        self._columns = list(table.columns)
        self._statements: dict[str, str] = {}
        added = [f'"{name}" = {table.name}."{name}" + excluded."{name}"' for name in add]
        added += [
            f'"{name}" = CASE WHEN {table.name}."{name}" > excluded."{name}" '
            f'THEN {table.name}."{name}" ELSE excluded."{name}" END'
            for name in largest
        ]
        self._action = ", ".join(added + [f'"{name}" = excluded."{name}"' for name in replace])
        self._ignore = ignore

    def run(self, connection: Connection, rows: Sequence[tuple[Any, ...]]) -> None:
        """Write `rows`; none is fine."""
        if not rows:
            return
        dialect = connection.dialect.name
        statement = self._statements.get(dialect)
        if statement is None:
            statement = self._statements[dialect] = self._written(connection)
        if dialect == "postgresql":
            connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
        else:
            connection.exec_driver_sql(statement, list(rows))

    def _written(self, connection: Connection) -> str:
        names = ", ".join(f'"{column.name}"' for column in self._columns)
        if connection.dialect.name == "postgresql":
            types = (column.type.compile(connection.dialect) for column in self._columns)
            values = "SELECT * FROM unnest(" + ", ".join(f"%s::{kind}[]" for kind in types) + ")"
        else:
            values = "VALUES (" + ", ".join("?" for _ in self._columns) + ")"
        statement = f'INSERT INTO "{self._table.name}" ({names}) {values}'
        keys = ", ".join(f'"{column.name}"' for column in self._table.primary_key)
        if self._action:
            statement += f" ON CONFLICT ({keys}) DO UPDATE SET {self._action}"
        elif self._ignore:
            statement += " ON CONFLICT DO NOTHING"
        return statement


_AT_ONCE = 500  # values in one IN (…)


def find(connection: Connection, table: Table, column: str, values: Sequence[str]) -> dict[str, int]:
    """Which of `values` a table of (id, column) holds, and under which id."""
    found: dict[str, int] = {}
    rest = iter(values)
    beginning = f'SELECT "{column}", id FROM "{table.name}" WHERE "{column}"'
    while chunk := list(islice(rest, _AT_ONCE)):
        if connection.dialect.name == "postgresql":
            rows = connection.exec_driver_sql(f"{beginning} = ANY(%s)", (chunk,))
        else:
            marks = ",".join("?" * len(chunk))
            rows = connection.exec_driver_sql(f"{beginning} IN ({marks})", tuple(chunk))
        found.update((value, number) for value, number in rows)
    return found


def copy(connection: Connection, table: Table, rows: Select[Any], *, add: Sequence[str] = ()) -> None:
    """Insert what `rows` selects, in the order of the table's columns, without taking it out of the database.

    Where the row's key exists: columns in `add` are added to; with none of them the row that is there stays.
    """
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = make(table).from_select([column.name for column in table.columns], rows)
    if add:
        sums = {name: table.c[name] + statement.excluded[name] for name in add}
        statement = statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=sums)
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement)
