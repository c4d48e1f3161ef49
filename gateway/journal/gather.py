"""From batches to rows for each table: everything of one transaction, summed up in memory first."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from gateway.journal import addresses
from gateway.journal.ids import Numbers, Unstorable
from gateway.journal.tables import BLOCK
from gateway.model import Batch, Channel
from gateway.names import Name

HOUR = 3600  # seconds
DAY = 86400
MAX_TIME = 253_402_300_800  # the year 10000: what a date can be written for
MAX_COUNT = (1 << 31) - 1
MAX_SIZE = 1 << 40

_pack = lru_cache(2048)(addresses.pack)

Event = tuple[int, int, int, int, int | None, int, int, int, int, int, bytes | None]  # as log_event's columns


class Gathered:
    """Rows for each table, from the batches of one transaction."""

    def __init__(self, last_id: int) -> None:
        self.last_id = last_id
        self.events: list[Event] = []
        self.sums: dict[tuple[int, int, int | None, int], list[int]] = {}  # hour, device, name, outcome
        self.spans: dict[int, list[int]] = {}
        self.hits: dict[tuple[int, int], list[int]] = {}  # day, verdict → count and the last time
        self.seen: dict[int, list[int]] = {}  # device → first and last time
        self._outcomes: dict[int, int] = {}  # verdict → outcome
        self._ruled: set[int] = set()  # verdicts that name a rule

    def add(
        self,
        batch: Batch,
        names: dict[Name, int],
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
            verdict_id, outcome_id, generation, ruled = of_channel[row.verdict]
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
            seen = self.seen.get(device_id)
            if seen is None:
                self.seen[device_id] = [time, time]
            elif time > seen[1]:
                seen[1] = time
            elif time < seen[0]:
                seen[0] = time
            if ruled:
                place = (time // DAY, verdict_id)
                hit = self.hits.get(place)
                if hit is None:
                    self.hits[place] = [count, time]
                else:
                    hit[0] += count
                    if time > hit[1]:
                        hit[1] = time
        self.last_id = number
        for numbers in verdicts.values():
            for verdict_id, outcome_id, _, ruled in numbers.values():
                self._outcomes[verdict_id] = outcome_id
                if ruled:
                    self._ruled.add(verdict_id)

    def totals(self) -> dict[tuple[int, int, int], list[int]]:
        """Hour, device, outcome → count and size."""
        totals: dict[tuple[int, int, int], list[int]] = {}
        for (hour, device_id, _, outcome_id), (count, size) in self.sums.items():
            total = totals.setdefault((hour, device_id, outcome_id), [0, 0])
            total[0] += count
            total[1] += size
        return totals

    def names(self) -> list[tuple[int, int, int, int, int, int]]:
        """Rows of log_hour_name, in the order of the tree: neighbours are written together."""
        found = [
            (hour, device_id, name_id, outcome_id, count, size)
            for (hour, device_id, name_id, outcome_id), (count, size) in self.sums.items()
            if name_id is not None
        ]
        found.sort()
        return found

    def blocks(self) -> Iterator[tuple[int, tuple[set[Any], ...]]]:
        """For each block its names, devices, outcomes, verdicts with a rule, types and addresses."""
        events = self.events
        begin = 0
        while begin < len(events):
            block = events[begin][0] // BLOCK
            end = begin + (block + 1) * BLOCK - events[begin][0]  # the ids follow each other
            part = events[begin:end]
            begin = end
            verdicts = {event[5] for event in part}
            yield (
                block,
                (
                    {event[4] for event in part if event[4] is not None},
                    {event[3] for event in part},
                    {self._outcomes[verdict] for verdict in verdicts},
                    verdicts & self._ruled,
                    {event[8] for event in part},
                    {event[10] for event in part if event[10] is not None},
                ),
            )
