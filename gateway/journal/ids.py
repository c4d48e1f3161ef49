"""The numbers that stand for devices, names, outcomes and verdicts in the log. Caches are bounded.

Only to be used inside a writing transaction: its lock is what keeps two writers from numbering one name twice.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Table, func, select

from gateway import names
from gateway.errors import OwnFault
from gateway.journal.bulk import Bulk, find
from gateway.journal.tables import DEVICE, NAME, OUTCOME, VERDICT
from gateway.journal.words import clean
from gateway.model import Channel, VerdictRow
from gateway.names import Name

K = TypeVar("K")
V = TypeVar("V")

NAMES = 20_000  # twice this at most; 40 000 names take 8 MB
VERDICTS = 4_000
DEVICES = 2_000
_AT_ONCE = 500  # values in one IN (…)
_MAX_INT = 2**31 - 1


class Unstorable(OwnFault):
    """A batch that can never be stored: values out of range, names that are none."""


class Cache(Generic[K, V]):
    """The last used values, between `size` and twice as many. Two halves: the older one is dropped whole."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._young: dict[K, V] = {}
        self._old: dict[K, V] = {}

    def get(self, key: K) -> V | None:
        """The value, or None."""
        value = self._young.get(key)
        if value is None:
            value = self._old.get(key)
            if value is not None:
                self.put(key, value)
        return value

    def put(self, key: K, value: V) -> None:
        """Remember the value."""
        if len(self._young) >= self._size:
            self._old = self._young
            self._young = {}
        self._young[key] = value

    def clear(self) -> None:
        """Forget all."""
        self._young, self._old = {}, {}


Outcome = tuple[str, str, str, str, str, str, str]  # as the columns of log_outcome, without id
Numbers = tuple[int, int, int, bool]  # verdict, outcome, generation, and is there a rule behind it
FirstSeen = Callable[[set[Name]], dict[Name, int]]  # when each of these names was first seen, Unix seconds
TextOf = Callable[[VerdictRow], str]


class Ids:
    """What has which number."""

    def __init__(self) -> None:
        self._names: Cache[Name, int] = Cache(NAMES)
        self._devices: Cache[str, int] = Cache(DEVICES)
        self._outcomes: Cache[Outcome, int] = Cache(VERDICTS)
        self._verdicts: dict[Channel, Cache[VerdictRow, Numbers]] = {}

    def clear(self) -> None:
        """Forget all: numbers were taken away, or a transaction that gave some was rolled back."""
        for cache in (self._names, self._devices, self._outcomes):
            cache.clear()
        self._verdicts.clear()

    def of_names(
        self, connection: Connection, wanted: Iterable[Name], first_seen: FirstSeen
    ) -> dict[Name, int]:
        """The number of each name; new names get one. Raises Unstorable."""
        found: dict[Name, int] = {}
        missing: dict[str, Name] = {}
        cached = self._names.get
        for name in wanted:
            number = cached(name)
            if number is None:
                missing[_text(name)] = name
            else:
                found[name] = number
        numbers, new = _numbers(connection, NAME, "text", list(missing))
        for text, number in numbers.items():
            name = missing[text]
            found[name] = number
            self._names.put(name, number)
        if new:
            times = first_seen({missing[text] for _, text in new})
            _INSERT_NAME.run(connection, [(number, text, times[missing[text]]) for number, text in new])
        return found

    def of_devices(
        self, connection: Connection, wanted: Iterable[str]
    ) -> tuple[dict[str, int], dict[int, str]]:
        """The number of each device's key, and those that are new."""
        found: dict[str, int] = {}
        missing: dict[str, list[str]] = {}
        for address in wanted:
            number = self._devices.get(address)
            if number is None:
                missing.setdefault(clean(address, 100), []).append(address)
            else:
                found[address] = number
        numbers, new = _numbers(connection, DEVICE, "address", list(missing))
        for text, number in numbers.items():
            for address in missing[text]:
                found[address] = number
                self._devices.put(address, number)
        _INSERT_DEVICE.run(connection, [(number, text, 0, 0) for number, text in new])
        return found, dict(new)

    def of_verdicts(
        self, connection: Connection, channel: Channel, rows: dict[int, VerdictRow], text_of: TextOf
    ) -> dict[int, Numbers]:
        """The numbers of each row; `text_of` gives the text of its rule. Raises Unstorable."""
        cache = self._verdicts.setdefault(channel, Cache(VERDICTS))
        found: dict[int, Numbers] = {}
        missing: dict[tuple[int, int, str], list[int]] = {}
        for index, row in rows.items():
            numbers = cache.get(row)
            if numbers is not None:
                found[index] = numbers
                continue
            if not (0 <= row.line <= _MAX_INT and 0 <= row.generation <= _MAX_INT):
                raise Unstorable(f"a verdict names line {row.line} of generation {row.generation}")
            outcome = self._outcome(connection, _outcome_of(row, channel))
            missing.setdefault((outcome, row.line, clean(text_of(row), 1000)), []).append(index)
        for verdict, number in _verdict_numbers(connection, list(missing)).items():
            for index in missing[verdict]:
                row = rows[index]
                found[index] = (number, verdict[0], row.generation, row.layer != "")
                cache.put(row, found[index])
        return found

    def _outcome(self, connection: Connection, outcome: Outcome) -> int:
        number = self._outcomes.get(outcome)
        if number is None:
            columns = list(OUTCOME.columns)[1:]
            same = [column == value for column, value in zip(columns, outcome, strict=True)]
            number = connection.execute(select(OUTCOME.c.id).where(*same)).scalar()
            if number is None:
                number = _next(connection, OUTCOME)
                _INSERT_OUTCOME.run(connection, [(number, *outcome)])
            self._outcomes.put(outcome, number)
        return int(number)


_INSERT_NAME = Bulk(NAME)
_INSERT_DEVICE = Bulk(DEVICE)
_INSERT_OUTCOME = Bulk(OUTCOME)
_INSERT_VERDICT = Bulk(VERDICT)


def _text(name: Name) -> str:
    try:
        return names.to_text(name)
    except IndexError:
        raise Unstorable(f"{name[:40]!r} is no name in wire form") from None


def _outcome_of(row: VerdictRow, channel: Channel) -> Outcome:
    # Bounded so that all of them together fit into one index entry of PostgreSQL (2704 bytes).
    return (
        channel.value,
        row.action.value,
        clean(row.layer, 20),
        clean(row.list, 120),
        clean(row.company, 80),
        clean(row.purpose, 80),
        clean(row.country, 40),
    )


def _numbers(
    connection: Connection, table: Table, column: str, values: Sequence[str]
) -> tuple[dict[str, int], list[tuple[int, str]]]:
    """The number of each value in a table with this column, and those that are yet to be inserted."""
    found = find(connection, table, column, values)
    missing = [value for value in values if value not in found]
    new = list(enumerate(missing, _next(connection, table))) if missing else []
    found.update((value, number) for number, value in new)
    return found, new


def _verdict_numbers(
    connection: Connection, wanted: Sequence[tuple[int, int, str]]
) -> dict[tuple[int, int, str], int]:
    found: dict[tuple[int, int, str], int] = {}
    by_outcome: dict[int, list[tuple[int, int, str]]] = {}
    for verdict in wanted:
        by_outcome.setdefault(verdict[0], []).append(verdict)
    for outcome, verdicts in by_outcome.items():
        asked = set(verdicts)
        for chunk in _chunks([line for _, line, _ in verdicts]):
            query = select(VERDICT.c.id, VERDICT.c.line, VERDICT.c.text)
            query = query.where(VERDICT.c.outcome_id == outcome, VERDICT.c.line.in_(chunk))
            for number, line, text in connection.execute(query):
                if (outcome, line, text) in asked:
                    found[outcome, line, text] = number
    new = [verdict for verdict in wanted if verdict not in found]
    if new:
        rows = [(number, *verdict) for number, verdict in enumerate(new, _next(connection, VERDICT))]
        _INSERT_VERDICT.run(connection, rows)
        found.update((row[1:], row[0]) for row in rows)
    return found


def _next(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def _chunks(values: Sequence[Any]) -> Iterable[list[Any]]:
    rest = iter(values)
    while chunk := list(islice(rest, _AT_ONCE)):
        yield chunk
