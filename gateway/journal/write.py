"""Batches in, one transaction out: events, roll-ups, blocks and how far each sender is. Blocks; runs in a thread."""

import logging
from collections.abc import Callable, Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Connection, select

from gateway.journal import addresses, marks
from gateway.journal.bulk import Bulk
from gateway.journal.ids import VERDICTS, Cache, Ids, Numbers, Unstorable
from gateway.journal.tables import (
    BLOCK,
    DEVICE_BLOCK,
    EVENT,
    HOUR_NAME,
    HOUR_TOTAL,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SENDER,
    SPAN,
)
from gateway.model import Batch, Channel, Layer, VerdictRow
from gateway.store.engine import Database

log = logging.getLogger(__name__)

HOUR = 3600  # seconds
MAX_TIME = 253_402_300_800  # the year 10000: what a date can be written for
MAX_COUNT = (1 << 31) - 1
MAX_SIZE = 1 << 40

_pack = lru_cache(2048)(addresses.pack)
_EVENTS = Bulk(EVENT)
_SPANS = Bulk(SPAN, replace=["last_id"], add=["rows"])
_TOTALS = Bulk(HOUR_TOTAL, add=["count", "size"])
_NAMES = Bulk(HOUR_NAME, add=["count", "size"])
_NAME_BLOCKS = Bulk(NAME_BLOCK, ignore=True)
_DEVICE_BLOCKS = Bulk(DEVICE_BLOCK, ignore=True)
_OUTCOME_BLOCKS = Bulk(OUTCOME_BLOCK, ignore=True)
_SENDERS = Bulk(SENDER, replace=["sequence", "dropped", "seen"])

TextOf = Callable[[str, int, int], str]  # list, line, generation → the rule as it is written there


class Written(msgspec.Struct, frozen=True):
    """What a transaction came to."""

    rows: int
    repeated: int  # batches that had been stored before


def no_text(_list: str, _line: int, _generation: int) -> str:
    """For those who have no lists at hand: the log then names list and line only."""
    return ""


class _Gathered:
    """Rows for each table, from the batches of one transaction."""

    def __init__(self, last_id: int) -> None:
        self.last_id = last_id
        self.events: list[tuple[int, int, int, int, int | None, int, int, int, int, int, bytes | None]] = []
        self.sums: dict[tuple[int, int, int | None, int], list[int]] = {}
        self.spans: dict[int, list[int]] = {}
        self.outcomes: set[tuple[int, int]] = set()

    def add(
        self,
        batch: Batch,
        names: dict[bytes, int],
        devices: dict[str, int],
        verdicts: dict[Channel, dict[int, Numbers]],
    ) -> None:
        """Take the rows of one batch. Raises Unstorable."""
        number = self.last_id
        channel = None
        of_channel: dict[int, Numbers] = {}
        for row in batch.rows:
            number += 1
            time, count, size = row.time, row.count, row.bytes
            if not (
                0 <= time < MAX_TIME
                and 0 <= count <= MAX_COUNT
                and 0 <= size < MAX_SIZE
                and 0 <= row.type < 65536
                and 0 <= row.port < 65536
            ):
                raise Unstorable(f"an event of {row.device:.60} is out of range")
            name = row.name
            name_id = None if name is None else names[name]
            device_id = devices[row.device]
            if row.channel is not channel:  # looked up when it changes: an enum's hash is slow
                channel = row.channel
                of_channel = verdicts[channel]
            verdict_id, outcome_id, generation = of_channel[row.verdict]
            hour = time // HOUR
            self.events.append(
                (
                    number,
                    time,
                    size,
                    device_id,
                    name_id,
                    verdict_id,
                    generation,
                    count,
                    row.type,
                    row.port,
                    _pack(row.address),
                )
            )
            key = (hour, device_id, name_id, outcome_id)
            total = self.sums.get(key)
            if total is None:
                self.sums[key] = [count, size]
            else:
                total[0] += count
                total[1] += size
            span = self.spans.get(hour)
            if span is None:
                self.spans[hour] = [number, number, 1]
            else:
                span[1] = number
                span[2] += 1
            self.outcomes.add((outcome_id, number // BLOCK))
        self.last_id = number


class Writer:
    """The one writer of the log in this process. Not for two threads at once."""

    def __init__(self, database: Database, text_of: TextOf = no_text) -> None:
        self._database = database
        self._text_of = text_of
        self._ids = Ids()
        self._list_texts: Cache[tuple[str, int, int], str] = Cache(VERDICTS)
        self._purge = 0
        # What is known to be in the block tables for the newest block: most rows need no statement there.
        self._block = -1
        self._in_block: tuple[set[tuple[int, int]], ...] = (set(), set(), set())

    def write(self, batches: Sequence[Batch], now: int) -> Written:
        """Store what is not stored yet; when this returns, all of `batches` is durable.

        Raises Unstorable (nothing is stored; without the batch at fault the others would be) and what SQLAlchemy
        raises (nothing is stored; see gateway.store.faults).
        """
        for batch in batches:  # may read a list's copy: not while the writer's lock is held
            for row in batch.verdicts:
                self._text(row)
        try:
            with self._database.write() as connection:
                return self._write(connection, batches, now)
        except BaseException:
            self._forget()  # the ids given in a transaction that is rolled back are nobody's
            raise

    def _forget(self) -> None:
        self._ids.clear()
        self._block = -1
        self._in_block = (set(), set(), set())

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

    def _write(self, connection: Connection, batches: Sequence[Batch], now: int) -> Written:
        state = marks.read(connection)
        if state[marks.PURGE] != self._purge:
            self._purge = state[marks.PURGE]
            self._forget()
        fresh, senders = _not_yet_stored(connection, batches, now)
        gathered = _Gathered(state[marks.EVENT])
        names = self._ids.of_names(
            connection, {row.name for batch in fresh for row in batch.rows if row.name is not None}
        )
        devices = self._ids.of_devices(connection, {row.device for batch in fresh for row in batch.rows})
        for batch in fresh:
            gathered.add(batch, names, devices, self._verdicts(connection, batch))
        if gathered.events:
            self._insert(connection, gathered)
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

    def _insert(self, connection: Connection, gathered: _Gathered) -> None:
        _EVENTS.run(connection, gathered.events)
        _SPANS.run(connection, [(hour, *span) for hour, span in sorted(gathered.spans.items())])
        totals: dict[tuple[int, int, int], list[int]] = {}
        names: list[tuple[int, int, int, int, int, int]] = []
        for (hour, device_id, name_id, outcome_id), (count, size) in gathered.sums.items():
            if name_id is not None:
                names.append((hour, device_id, name_id, outcome_id, count, size))
            total = totals.setdefault((hour, device_id, outcome_id), [0, 0])
            total[0] += count
            total[1] += size
        names.sort()  # the order of the tree: neighbours are written together
        _NAMES.run(connection, names)
        _TOTALS.run(connection, [(*key, *total) for key, total in totals.items()])
        self._insert_blocks(connection, gathered)

    def _insert_blocks(self, connection: Connection, gathered: _Gathered) -> None:
        events = gathered.events
        pairs = (
            {(event[4], event[0] // BLOCK) for event in events if event[4] is not None},
            {(event[3], event[0] // BLOCK) for event in events},
            gathered.outcomes,
        )
        newest = gathered.last_id // BLOCK
        if newest != self._block:
            self._in_block = (set(), set(), set())
            self._block = newest
        tables = (_NAME_BLOCKS, _DEVICE_BLOCKS, _OUTCOME_BLOCKS)
        for table, found, known in zip(tables, pairs, self._in_block, strict=True):
            new = found - known
            table.run(connection, sorted(new))
            known.update(pair for pair in new if pair[1] == newest)


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
