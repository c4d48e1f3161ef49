"""Batches in, one transaction out: events, roll-ups, blocks and how far each sender is. Blocks; runs in a thread."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from gateway.journal import marks
from gateway.journal.bulk import Bulk
from gateway.journal.days import EVERYBODY, HOURS
from gateway.journal.gather import Gathered
from gateway.journal.ids import VERDICTS, Cache, Ids, Numbers, Unstorable
from gateway.journal.news import News
from gateway.journal.tables import (
    ADDRESS_BLOCK,
    DAY_HIT,
    DAY_NAME,
    DAY_TOTAL,
    DEVICE_BLOCK,
    EVENT,
    HOUR_NAME,
    HOUR_TOTAL,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SENDER,
    SPAN,
    TYPE_BLOCK,
    VERDICT_BLOCK,
)
from gateway.model import Batch, Channel, Layer, VerdictRow
from gateway.names import Name
from gateway.store.engine import Database

log = logging.getLogger(__name__)

_EVENTS = Bulk(EVENT)
_SPANS = Bulk(SPAN, replace=["last_id"], add=["rows"])
_TOTALS = Bulk(HOUR_TOTAL, add=["count", "size"])
_NAMES = Bulk(HOUR_NAME, add=["count", "size"])
_DAY_TOTALS = Bulk(DAY_TOTAL, add=["count", "size"])
_DAY_NAMES = Bulk(DAY_NAME, add=["count", "size"])
_HITS = Bulk(DAY_HIT, add=["count"], largest=["last"])
# In the order of Gathered.blocks.
_BLOCKS = tuple(
    Bulk(table, ignore=True)
    for table in (NAME_BLOCK, DEVICE_BLOCK, OUTCOME_BLOCK, VERDICT_BLOCK, TYPE_BLOCK, ADDRESS_BLOCK)
)
_SENDERS = Bulk(SENDER, replace=["sequence", "dropped", "seen"])

TextOf = Callable[[str, int, int], str]  # list, line, generation → the rule as it is written there
Identify = Callable[[str], str]  # the address that asked → the device's key


class Written(msgspec.Struct, frozen=True):
    """What a transaction came to."""

    rows: int
    repeated: int  # batches that had been stored before


def no_text(_list: str, _line: int, _generation: int) -> str:
    """For those who have no lists at hand: the log then names list and line only."""
    return ""


def itself(address: str) -> str:
    """For those who know no devices: each address is one."""
    return address


class Writer:
    """The one writer of the log in this process. Not for two threads at once."""

    def __init__(
        self,
        database: Database,
        text_of: TextOf = no_text,
        identify: Identify = itself,
        *,
        tell: bool = True,
    ) -> None:
        """`tell`: are new devices and first contacts told? Not where an old log is restored."""
        self._database = database
        self._text_of = text_of
        self._identify = identify
        self._ids = Ids()
        self._news = News(tell=tell)
        self._list_texts: Cache[tuple[str, int, int], str] = Cache(VERDICTS)
        self._purge = 0
        # What is known to be in the block tables for the newest block: most rows need no statement there.
        self._block = -1
        self._in_block: tuple[set[Any], ...] = tuple(set() for _ in _BLOCKS)

    def write(self, batches: Sequence[Batch], now: int) -> Written:
        """Store what is not stored yet; when this returns, all of `batches` is durable.

        Raises Unstorable (nothing is stored; without the batch at fault the others would be) and what SQLAlchemy
        raises (nothing is stored; see gateway.store.faults).
        """
        for batch in batches:  # may read a list's copy: not while the writer's lock is held
            for row in batch.verdicts:
                self._text(row)
        keys = {
            address: self._key(address) for address in {row.device for one in batches for row in one.rows}
        }
        try:
            with self._database.write() as connection:
                return self._write(connection, batches, keys, now)
        except BaseException:
            self._forget()  # the ids given in a transaction that is rolled back are nobody's
            raise

    def _forget(self) -> None:
        self._ids.clear()
        self._news.clear()
        self._block = -1

    def _text(self, row: VerdictRow) -> str:
        if row.text or row.layer != Layer.LISTS:
            return row.text
        where = (row.list, row.line, row.generation)
        text = self._list_texts.get(where)
        if text is None:
            try:
                text = self._text_of(*where)
            except (
                Exception
            ):  # whatever a reader of list copies may meet: the event must be stored all the same
                log.exception("no text for line %d of the list %s", row.line, row.list)
                text = ""
            self._list_texts.put(where, text)
        return text

    def _key(self, address: str) -> str:
        try:
            return self._identify(address)
        except (
            Exception
        ):  # whatever a reader of the neighbour table may meet: the event must be stored all the same
            log.exception("no device is known for an address")
            return address

    def _write(
        self, connection: Connection, batches: Sequence[Batch], keys: dict[str, str], now: int
    ) -> Written:
        state = marks.read(connection)
        if state[marks.PURGE] != self._purge:
            self._purge = state[marks.PURGE]
            self._forget()
        fresh, senders = _not_yet_stored(connection, batches, now)
        gathered = Gathered(state[marks.EVENT])
        names = self._ids.of_names(
            connection,
            {row.name for batch in fresh for row in batch.rows if row.name is not None},
            lambda wanted: _first_seen(fresh, wanted),
        )
        asked = {row.device for batch in fresh for row in batch.rows}
        numbers, new = self._ids.of_devices(connection, {keys[address] for address in asked})
        devices = {address: numbers[keys[address]] for address in asked}
        for batch in fresh:
            gathered.add(batch, names, devices, self._verdicts(connection, batch))
        if gathered.events:
            self._insert(connection, gathered, state[marks.ROLLED])
            self._news.store(connection, gathered, new, now)
            marks.put(connection, marks.EVENT, gathered.last_id)
        _SENDERS.run(connection, senders)
        return Written(rows=len(gathered.events), repeated=len(batches) - len(fresh))

    def _verdicts(self, connection: Connection, batch: Batch) -> dict[Channel, dict[int, Numbers]]:
        used: dict[Channel, dict[int, VerdictRow]] = {}
        channel = None
        of_channel: dict[int, VerdictRow] = {}
        for row in batch.rows:
            if row.channel is not channel:
                channel = row.channel
                of_channel = used.setdefault(channel, {})
            index = row.verdict
            if index not in of_channel:
                if not 0 <= index < len(batch.verdicts):
                    raise Unstorable(f"a batch of {batch.sender:.60} names a verdict that it does not hold")
                of_channel[index] = batch.verdicts[index]
        return {
            channel: self._ids.of_verdicts(connection, channel, rows, self._text)
            for channel, rows in used.items()
        }

    def _insert(self, connection: Connection, gathered: Gathered, rolled: int) -> None:
        _EVENTS.run(connection, gathered.events)
        _SPANS.run(connection, [(hour, *span) for hour, span in sorted(gathered.spans.items())])
        names = gathered.names()
        totals = [(*key, *total) for key, total in gathered.totals().items()]
        _NAMES.run(connection, names)
        _TOTALS.run(connection, totals)
        _HITS.run(connection, [(*key, *hit) for key, hit in sorted(gathered.hits.items())])
        if min(gathered.spans) < rolled:  # late: the sums by the day would not learn of it
            together = [(hour, EVERYBODY, *rest) for hour, _, *rest in names]
            _DAY_NAMES.run(connection, _by_day([*names, *together], rolled))
            _DAY_TOTALS.run(connection, _by_day(totals, rolled))
        self._insert_blocks(connection, gathered)

    def _insert_blocks(self, connection: Connection, gathered: Gathered) -> None:
        pairs: tuple[list[tuple[Any, int]], ...] = tuple([] for _ in _BLOCKS)
        for block, found in gathered.blocks():
            if block != self._block:
                self._in_block = tuple(set() for _ in _BLOCKS)
                self._block = block
            for rows, values, known in zip(pairs, found, self._in_block, strict=True):
                rows += [(value, block) for value in values - known]
                known |= values
        for table, rows in zip(_BLOCKS, pairs, strict=True):
            rows.sort()
            table.run(connection, rows)


def _by_day(rows: Sequence[tuple[int, ...]], rolled: int) -> list[tuple[int, ...]]:
    """Those from hours before `rolled`, by their day; each key once, as PostgreSQL wants it."""
    days: dict[tuple[int, ...], list[int]] = {}
    for hour, *key, count, size in rows:
        if hour < rolled:
            total = days.setdefault((hour // HOURS, *key), [0, 0])
            total[0] += count
            total[1] += size
    return [(*key, *total) for key, total in sorted(days.items())]


def _first_seen(batches: Sequence[Batch], wanted: set[Name]) -> dict[Name, int]:
    """When each of these names was first asked for in the batches."""
    times: dict[Name, int] = {}
    for batch in batches:
        for row in batch.rows:
            name = row.name
            if name in wanted and row.time < times.get(name, row.time + 1):
                times[name] = row.time
    return times


def _not_yet_stored(
    connection: Connection, batches: Sequence[Batch], now: int
) -> tuple[list[Batch], list[tuple[str, int, int, int]]]:
    """The batches that are new, and the new row of each sender."""
    senders = {batch.sender for batch in batches}
    query = select(SENDER.c.sender, SENDER.c.sequence, SENDER.c.dropped).where(SENDER.c.sender.in_(senders))
    stored = {sender: (sequence, dropped) for sender, sequence, dropped in connection.execute(query)}
    fresh = []
    for batch in batches:
        sequence, dropped = stored.get(batch.sender, (0, 0))
        if batch.sequence > sequence:
            fresh.append(batch)
            stored[batch.sender] = (batch.sequence, max(dropped, batch.dropped))
    return fresh, [(sender, *stored.get(sender, (0, 0)), now) for sender in sorted(senders)]
