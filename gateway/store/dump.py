"""The policy's tables as plain rows, and back: for backups, which outlive this database and this version.

Rows are dicts of JSON's own types; what shape they have is said by the tables themselves, so that a column that a
later version adds is in its backups without a word here, and has its default in those of before.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    LargeBinary,
    Table,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlmodel import Session

from gateway.errors import UsageError
from gateway.store import access_tables as access_tables  # registers its tables
from gateway.store.migrate import HEADS
from gateway.store.tables import PolicyTable

Row = dict[str, Any]
Rows = Mapping[str, Sequence[Row]]  # table → its rows

SCHEMA = HEADS["policy"]
# What the user has made; parents before their children.
STATE = ("group", "rule", "device", "address", "list", "list_group", "bundle_key", "bundle", "webhook")
SECRETS = ("account", "token")  # only where somebody asks for them

_KEEPS_HIGHEST = ("bundle", "highest")  # a signed bundle must not go back, by whatever way
_AT_ONCE = 500  # rows in one statement


def read_table(session: Session, name: str) -> Iterator[Row]:
    """Its rows in the order of their keys."""
    table = _table(name)
    for row in session.connection().execute(select(table).order_by(*table.primary_key.columns)):
        yield {key: _plain(value) for key, value in row._mapping.items()}


def decoder(name: str) -> msgspec.json.Decoder[Any]:
    """Reads one row of this table, in JSON; raises msgspec.ValidationError for whatever does not fit into it."""
    fields: list[Any] = []
    columns = list(_table(name).columns)
    # defstruct wants those without a default in front.
    defaults = _defaults(name)
    for column in sorted(columns, key=lambda column: column.name in defaults):
        kind = _type(column)
        fields.append(
            (column.name, kind, defaults[column.name]) if column.name in defaults else (column.name, kind)
        )
    shape = msgspec.defstruct(f"{name}_row", fields, forbid_unknown_fields=True)
    return msgspec.json.Decoder(shape)


def check_together(rows: Rows) -> None:
    """Is each key there once, and all that is pointed to? Raises UsageError."""
    for name, mine in rows.items():
        table = _table(name)
        unique = [tuple(column.name for column in table.primary_key.columns)]
        unique += [
            tuple(column.name for column in constraint.columns)
            for constraint in table.constraints
            if isinstance(constraint, UniqueConstraint)
        ]
        for columns in unique:
            _check_once(name, columns, mine)
        for column in table.columns:
            for key in column.foreign_keys:
                parent, _, target = key.target_fullname.partition(".")
                known = {row[target] for row in rows.get(parent, ())}
                for row in mine:
                    if row[column.name] not in known:
                        raise UsageError(
                            f"{name}: {column.name} {row[column.name]!a:.80} is not in the backup"
                        )


def differences(session: Session, wanted: Rows) -> dict[str, dict[str, int]]:
    """Table → how many rows would be added, changed, removed; those where nothing would are left out."""
    found = {}
    for name, rows in wanted.items():
        columns = [column.name for column in _table(name).primary_key.columns]
        now = _sums(columns, read_table(session, name))
        then = _sums(columns, rows)
        counts = {
            "added": len(then.keys() - now.keys()),
            "changed": sum(now[key] != then[key] for key in then.keys() & now.keys()),
            "removed": len(now.keys() - then.keys()),
        }
        if any(counts.values()):
            found[name] = counts
    return found


def replace(session: Session, wanted: Rows) -> None:
    """Make these the rows of their tables, and nothing else. Checked before: see `check_together`."""
    connection = session.connection()
    highest = _highest(session)
    for name in reversed(tuple(wanted)):
        connection.execute(delete(_table(name)))
    for name, rows in wanted.items():
        table = _table(name)
        made = [{key: _stored(table.columns[key], value) for key, value in row.items()} for row in rows]
        if name == _KEEPS_HIGHEST[0]:
            for row in made:
                row["highest"] = max(row["highest"], highest.pop(row["name"], 0))
        for at in range(0, len(made), _AT_ONCE):
            connection.execute(insert(table), made[at : at + _AT_ONCE])
        _count_on(session, table)
    session.expire_all()


def forget(session: Session, name: str) -> None:
    """Empty a table."""
    session.connection().execute(delete(_table(name)))


def _sums(columns: list[str], rows: Iterable[Row]) -> dict[tuple[Any, ...], bytes]:
    """Key → what the row comes to: two tables of thousands of rows are not held side by side."""
    return {
        tuple(row[column] for column in columns): hashlib.sha256(
            msgspec.json.encode(row, order="sorted")
        ).digest()
        for row in rows
    }


def _highest(session: Session) -> dict[str, int]:
    return {row["name"]: row["highest"] for row in read_table(session, _KEEPS_HIGHEST[0])}


def _count_on(session: Session, table: Table) -> None:
    """PostgreSQL gives the next number by a counter that rows with numbers of their own pass by."""
    keys = list(table.primary_key.columns)
    if (
        session.get_bind().dialect.name != "postgresql"
        or len(keys) != 1
        or table.autoincrement_column is None
    ):
        return
    name = f'"{table.name}"'
    sequence = session.connection().execute(
        text("SELECT pg_get_serial_sequence(:name, :column)"), {"name": name, "column": keys[0].name}
    )
    counter = sequence.scalar()
    top = session.connection().execute(select(func.max(keys[0]))).scalar()
    if counter and top:
        last = session.connection().execute(text(f"SELECT last_value FROM {counter}")).scalar() or 0
        session.connection().execute(
            text("SELECT setval(CAST(:counter AS regclass), :value)"),
            {"counter": counter, "value": max(top, last)},
        )


def _check_once(name: str, columns: tuple[str, ...], rows: Sequence[Row]) -> None:
    seen = set()
    for row in rows:
        key = tuple(row[column] for column in columns)
        if key in seen:
            raise UsageError(f"{name}: {', '.join(columns)} {key!a:.100} is there twice")
        seen.add(key)


def _table(name: str) -> Table:
    return PolicyTable.metadata.tables[name]


def _defaults(name: str) -> dict[str, Any]:
    """Of the columns that have one: what later versions add must have one."""
    (model,) = (model for model in PolicyTable.__subclasses__() if model.__tablename__ == name)
    return {
        key: field.default
        for key, field in model.model_fields.items()
        if not field.is_required() and key != "id"
    }


def _type(column: "Column[Any]") -> Any:
    match column.type:
        case Boolean():
            kind: Any = bool
        case Float():
            kind = float
        case LargeBinary():
            kind = bytes
        case BigInteger():
            kind = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]
        case _ if column.type.python_type is int:
            kind = Annotated[int, msgspec.Meta(ge=-(2**31), lt=2**31)]
        case _:
            kind = Annotated[str, msgspec.Meta(max_length=200_000, pattern=r"\A[^\x00]*\Z")]
    return kind | None if column.nullable else kind


def _plain(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _stored(column: "Column[Any]", value: Any) -> Any:
    if isinstance(column.type, LargeBinary) and isinstance(value, str):
        return base64.b64decode(value)
    return value
