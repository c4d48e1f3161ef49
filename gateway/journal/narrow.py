"""Where in the log can rows for a filter be? Answers with ranges of ids, newest first, without reading events.

Blocks say in which 512 ids a name, device or outcome occurs. Two that occur in the same blocks may still never
have met; the hourly roll-ups know which did.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, Table, exists, func, select

from gateway.journal.tables import (
    ADDRESS_BLOCK,
    BLOCK,
    DEVICE,
    DEVICE_BLOCK,
    HOUR_NAME,
    HOUR_TOTAL,
    NAME_BLOCK,
    OUTCOME_BLOCK,
    SPAN,
    TYPE_BLOCK,
    VERDICT_BLOCK,
)

FIRST_WINDOW = 16  # blocks; doubled until LAST_WINDOW, so that what is frequent is found in the first
LAST_WINDOW = 4096
MAX_VALUES = 2000  # more names than this match a pattern: they are in most blocks anyway
MAX_SEEKS = 100_000  # look-ups in the roll-ups: 0.1 s
MAX_DEVICES = 50

Range = tuple[int, int]  # first and last id, both included
Dimension = tuple[Table, str, Sequence[int] | Sequence[bytes]]  # blocks, their column, the values wanted


class Wanted(msgspec.Struct, frozen=True):
    """Numbers that rows must have; None for any."""

    names: tuple[int, ...] | None = None
    devices: tuple[int, ...] | None = None
    outcomes: tuple[int, ...] | None = None
    verdicts: tuple[int, ...] | None = None
    types: tuple[int, ...] | None = None
    addresses: tuple[bytes, ...] | None = None

    @property
    def nothing(self) -> bool:
        """Is there something that no row has?"""
        every = (self.names, self.devices, self.outcomes, self.verdicts, self.types, self.addresses)
        return () in every


def ids_between(connection: Connection, since: int | None, until: int | None) -> Range | None:
    """The ids that the hours of this time have; None if there are none. Other hours' rows may lie among them."""
    query = select(func.min(SPAN.c.first_id), func.max(SPAN.c.last_id))
    if since is not None:
        query = query.where(SPAN.c.hour >= since // 3600)
    if until is not None:
        query = query.where(SPAN.c.hour <= until // 3600)
    first, last = connection.execute(query).one()
    return None if first is None else (int(first), int(last))


def ranges(
    connection: Connection, within: Range, wanted: Wanted, *, newest_first: bool = True
) -> Iterator[list[Range]]:
    """Lists of ranges that may hold rows, in order; between two lists the caller may stop."""
    dimensions: list[Dimension] = []
    if wanted.names is not None and len(wanted.names) <= MAX_VALUES:
        dimensions.append((NAME_BLOCK, "name_id", wanted.names))
    if wanted.devices is not None:
        dimensions.append((DEVICE_BLOCK, "device_id", wanted.devices))
    if wanted.verdicts is not None:
        dimensions.append((VERDICT_BLOCK, "verdict_id", wanted.verdicts))
    elif wanted.outcomes is not None:
        dimensions.append((OUTCOME_BLOCK, "outcome_id", wanted.outcomes))
    if wanted.types is not None:
        dimensions.append((TYPE_BLOCK, "type", wanted.types))
    if wanted.addresses is not None:
        dimensions.append((ADDRESS_BLOCK, "address", wanted.addresses))
    if not dimensions:
        yield [within]
        return
    hours = _hours_met(connection, wanted) if len(dimensions) > 1 else None
    first, last = within[0] // BLOCK, within[1] // BLOCK
    size = FIRST_WINDOW
    while first <= last:
        if newest_first:
            low, high = max(first, last - size + 1), last
            last = low - 1
        else:
            low, high = first, min(last, first + size - 1)
            first = high + 1
        size = min(size * 2, LAST_WINDOW)
        blocks = _blocks(connection, dimensions, low, high)
        if hours is not None:
            blocks = {block for block in blocks if _touches(block, hours)}
        found = [
            (max(start * BLOCK, within[0]), min(end * BLOCK + BLOCK - 1, within[1]))
            for start, end in _runs(sorted(blocks))
        ]
        if found:
            yield found[::-1] if newest_first else found


def _blocks(connection: Connection, dimensions: list[Dimension], low: int, high: int) -> set[int]:
    blocks: set[int] | None = None
    for table, column, values in dimensions:
        query = select(table.c.block).distinct()
        query = query.where(table.c[column].in_(values), table.c.block.between(low, high))
        found = set(connection.execute(query).scalars())
        blocks = found if blocks is None else blocks & found
        if not blocks:
            return set()
    return blocks or set()


def _hours_met(connection: Connection, wanted: Wanted) -> list[Range] | None:
    """Ranges of the hours in which the wanted numbers came together; None if that is too much to ask."""
    devices = wanted.devices
    if devices is None:
        devices = tuple(connection.execute(select(DEVICE.c.id).limit(MAX_DEVICES + 1)).scalars())
        if len(devices) > MAX_DEVICES:
            return None
    table = HOUR_TOTAL if wanted.names is None else HOUR_NAME
    hours = connection.execute(select(func.count()).select_from(SPAN)).scalar_one()
    if hours * len(devices) * len(wanted.names or (0,)) > MAX_SEEKS:
        return None
    met = [table.c.hour == SPAN.c.hour, table.c.device_id.in_(devices)]
    if wanted.names is not None:
        met.append(table.c.name_id.in_(wanted.names))
    if wanted.outcomes is not None:
        met.append(table.c.outcome_id.in_(wanted.outcomes))
    query = select(SPAN.c.first_id, SPAN.c.last_id).where(exists().where(*met)).order_by(SPAN.c.first_id)
    return _merged([(first, last) for first, last in connection.execute(query)])


def _touches(block: int, hours: list[Range]) -> bool:
    """Does the block share ids with one of these (disjoint, sorted) ranges?"""
    after = bisect_right(hours, block * BLOCK + BLOCK - 1, key=lambda hour: hour[0])
    return after > 0 and hours[after - 1][1] >= block * BLOCK


def _merged(hours: list[Range]) -> list[Range]:
    """Overlapping ranges, sorted by their beginning, as disjoint ones."""
    merged: list[Range] = []
    for first, last in hours:
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return merged


def _runs(blocks: list[int]) -> list[Range]:
    """Neighbouring blocks as one range: `[1, 2, 5]` → `[(1, 2), (5, 5)]`."""
    runs: list[Range] = []
    for block in blocks:
        if runs and runs[-1][1] == block - 1:
            runs[-1] = (runs[-1][0], block)
        else:
            runs.append((block, block))
    return runs
