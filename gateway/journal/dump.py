"""The log as lines of JSON, and back: for backups, which outlive this database and this version.

Restored is what happened before this box began to log: so a log is never doubled. Each file is one batch of one
sender, hence an interrupted restore is taken up where it stopped, however often it is begun anew.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import msgspec
from sqlalchemy import func, select

from gateway import iana, names
from gateway.errors import UsageError
from gateway.journal import search
from gateway.journal.filters import Filters
from gateway.journal.gather import HOUR
from gateway.journal.search import LogRow, LogRule
from gateway.journal.tables import SENDER, SPAN
from gateway.journal.write import Writer
from gateway.model import Action, Batch, Channel, EventRow, VerdictRow
from gateway.store.engine import Database

ROWS = 5000  # in one file: a transaction of a tenth of a second
_SENDER = "backup"
_MAX_TEXT = 5000

_Text = Annotated[str, msgspec.Meta(max_length=_MAX_TEXT)]
_Big = Annotated[int, msgspec.Meta(ge=0, lt=2**62)]
_Small = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """Who decided."""

    layer: _Text
    list: _Text
    line: _Small
    text: _Text


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event, as a backup writes it."""

    time: _Big  # Unix seconds
    device: _Text
    channel: Channel
    action: Action
    name: _Text = ""
    type: _Text = ""
    address: _Text = ""
    port: Annotated[int, msgspec.Meta(ge=0, le=65535)] = 0
    rule: Rule | None = None
    company: _Text = ""
    purpose: _Text = ""
    country: _Text = ""
    count: _Small = 1
    bytes: _Big = 0
    generation: _Small = 0


_DECODER = msgspec.json.Decoder(Line)


def files(database: Database) -> Iterator[bytes]:
    """The whole log, oldest first, as files of ROWS lines."""
    rows = search.rows(database, Filters())
    while page := list(itertools.islice(rows, ROWS)):
        yield b"".join(msgspec.json.encode(_line(row)) + b"\n" for row in page)


def check(content: bytes) -> None:
    """Are these all events? Raises UsageError."""
    for _ in _rows(content):
        pass


def restore(database: Database, name: str, wanted: Iterable[tuple[int, bytes]], *, now: int) -> int:
    """Write the files (number from 1, content) of the log that is called `name`; how many rows are new.

    Raises UsageError, and what SQLAlchemy raises; what was written stays, and is not written again the next time.
    """
    sender, before = _begun(database, name)
    writer = Writer(database, tell=False)
    written = 0
    for number, content in wanted:
        rows = [row for row in _rows(content) if row.time < before]
        verdicts: dict[VerdictRow, int] = {}
        events = tuple(_event(row, verdicts) for row in rows)
        batch = Batch(sender, number, 0, tuple(verdicts), events)
        written += writer.write([batch], now).rows
    return written


def _begun(database: Database, name: str) -> tuple[str, int]:
    """The sender of this log's batches, and the time before which its events are wanted."""
    prefix = f"{_SENDER}/{name}/"
    with database.read() as connection:
        query = select(SENDER.c.sender).where(SENDER.c.sender.like(f"{prefix}%"))
        known = connection.execute(query).scalars().first()
        if known is not None:  # this restore was begun before: its own events must not end it
            return known, int(known.removeprefix(prefix))
        # By the hour: the events themselves have no index by time.
        first = connection.execute(select(func.min(SPAN.c.hour))).scalar()
    before = 2**62 if first is None else int(first) * HOUR
    return f"{prefix}{before}", before


def _rows(content: bytes) -> Iterator[Line]:
    for line in content.splitlines():
        try:
            row = _DECODER.decode(line)
            _name(row.name)
            _type(row.type)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise UsageError(f"a row of the log cannot be read: {str(error)[:200]!a}") from None
        yield row


def _line(row: LogRow) -> Line:
    rule = None if row.rule is None else _rule(row.rule)
    shared: Mapping[str, Any] = {
        field: getattr(row, field)
        for field in (
            "device",
            "name",
            "type",
            "address",
            "port",
            "company",
            "purpose",
            "country",
            "count",
            "bytes",
        )
    }
    return Line(
        time=int(datetime.fromisoformat(row.time).timestamp()),
        channel=Channel(row.channel),
        action=Action(row.action),
        rule=rule,
        generation=row.generation,
        **shared,
    )


def _rule(rule: LogRule) -> Rule:
    return Rule(rule.layer, rule.list, rule.line, rule.text)


def _event(row: Line, verdicts: dict[VerdictRow, int]) -> EventRow:
    rule = row.rule or Rule("", "", 0, "")
    verdict = VerdictRow(
        row.action,
        *(rule.layer, rule.list, rule.line, rule.text),
        *(row.company, row.purpose, row.country, row.generation),
    )
    at = verdicts.setdefault(verdict, len(verdicts))
    return EventRow(
        row.time,
        row.device,
        row.channel,
        _name(row.name),
        _type(row.type),
        *(row.address, row.port, at, row.count, row.bytes),
    )


def _name(text: str) -> names.Name | None:
    return names.from_text(text) if text else None


def _type(text: str) -> int:
    return iana.by_name(text) if text else 0
