"""Live events: one reader of the journal for all listeners, each with a bounded queue of its own.

A listener that does not keep up is told how much it has missed; it never holds up the others, nor the journal.
Everything here runs in the server's event loop; only looks at the journal run in a thread.
"""

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping

import msgspec

from api.box import ApiBox
from api.log_filters import device_names
from gateway.errors import HushgateError
from gateway.journal import notices, search
from gateway.journal.match import matcher
from gateway.journal.notices import Notice
from gateway.journal.search import Filters, LogRow

log = logging.getLogger(__name__)

POLL = 0.25  # seconds between looks: the journal itself is up to two seconds behind
PAGE = 500  # rows a look takes at most; after a full page the next look follows at once
AGAIN = 1.0  # seconds until the next look where the journal is away
NAMES_EVERY = 5.0  # seconds: a device that was renamed is called so soon enough
HEARTBEAT = 15.0  # seconds: less than any proxy on the way has patience for
MAX_WAITING = 2000  # rows for one listener, about 1 MB
MAX_REPLAYED = 10_000  # rows after Last-Event-ID; more are told as missed
MAX_LISTENERS = 64
_RETRY = b"retry: 2000\n\n"  # milliseconds until a browser that lost us comes again


class TooMany(Exception):
    """There are too many listeners already."""


class Listener:
    """One listener's queue."""

    def __init__(self, fits: Callable[[LogRow], bool], after: int = 0) -> None:
        self.fits = fits
        self.after = after  # rows up to this one it knows
        self._texts: deque[tuple[int, bytes]] = deque()  # id (0 for a notice) and the event
        self._missed = 0
        self._between = (0, 0)  # the ids that were missed first and last
        self._came = asyncio.Event()

    def put(self, number: int, text: bytes) -> None:
        """Have it told this event; if it has not listened for too long, it misses what waited."""
        if len(self._texts) >= MAX_WAITING:
            ids = [one for one, _ in self._texts if one]
            self._missed += len(self._texts)
            self._between = (self._between[0] or min(ids, default=0), max(ids, default=0))
            self._texts.clear()
        self._texts.append((number, text))
        self._came.set()

    async def take(self) -> bytes:
        """All that waits, as soon as there is something."""
        await self._came.wait()
        self._came.clear()
        texts = [text for _, text in self._texts]
        self._texts.clear()
        if self._missed:
            texts.insert(0, missed(self._missed, *self._between))
            self._missed, self._between = 0, (0, 0)
        return b"".join(texts)


class Live:
    """Reads the journal while there are listeners, and tells each what it wants to know."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._reader: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._cursor = 0  # the last row, and the last notice, that listeners were told
        self._notice = 0
        self._names: dict[str, str] = {}
        self._named = 0.0  # when those were looked up

    @property
    def listeners(self) -> int:
        """How many there are."""
        return len(self._listeners)

    async def listen(
        self, box: ApiBox, filters: Filters, after: int | None = None, *, rows: bool = True
    ) -> AsyncGenerator[bytes, None]:
        """Events for `filters`: first those after the row `after`, if it is given; heartbeats where nothing comes.

        Without `rows` these are notices alone, from now on.

        Raises TooMany and, before the first event, what the journal raises.
        """
        if len(self._listeners) >= MAX_LISTENERS:
            raise TooMany
        if not rows:
            after = None
        elif after is not None and after > (await asyncio.to_thread(_ends, box))[0]:
            after = None  # a row of another log: this one was begun anew
        await self._begin(box)
        # In one breath: what is read from now on is queued, what was read before is replayed.
        listener, begun = Listener(matcher(filters) if rows else _none, after or 0), self._cursor
        self._listeners.add(listener)
        try:
            yield _RETRY
            if after is not None:
                async with contextlib.aclosing(self._replay(box, filters, after, begun)) as texts:
                    async for text in texts:
                        yield text
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        text = await listener.take()
                except TimeoutError:
                    text = b": still here\n\n"
                yield text
        finally:
            self._listeners.discard(listener)
            if not self._listeners and self._reader is not None:
                self._reader.cancel()
                self._reader = None

    async def _begin(self, box: ApiBox) -> None:
        async with self._beginning:
            if self._reader is None or self._reader.done():
                self._cursor, self._notice = await asyncio.to_thread(_ends, box)
                self._reader = asyncio.create_task(self._read(box), name="live events")

    async def _read(self, box: ApiBox) -> None:
        """Look at the journal again and again, and hand out what has come."""
        away = False
        while True:
            try:
                rows, told = await asyncio.to_thread(self._look, box)
            except HushgateError as error:
                if not away:
                    log.error("the log cannot be read for live events: %s", error)
                away = True
                await asyncio.sleep(AGAIN)
                continue
            away = False
            for row in rows:
                self._tell(row)
            for notice in told:
                text = of_notice(notice, self._names)
                for listener in self._listeners:
                    listener.put(0, text)
            if len(rows) < PAGE:
                await asyncio.sleep(POLL)

    def _tell(self, row: LogRow) -> None:
        text = b""
        for listener in self._listeners:
            if row.id > listener.after and listener.fits(row):
                text = text or of_row(row, self._names)  # made once for all
                listener.put(row.id, text)

    def _look(self, box: ApiBox) -> tuple[tuple[LogRow, ...], tuple[Notice, ...]]:
        """What has come since the last look. In a thread; there is one at a time."""
        self._look_up_names(box)
        with box.journal() as journal:
            if search.last_id(journal) < self._cursor:
                self._cursor = self._notice = 0  # another log: this one was damaged and begun anew
            page = search.onwards(journal, Filters(), self._cursor, limit=PAGE)
            told = notices.onwards(journal, self._notice, PAGE)
        self._cursor = page.cursor
        if told:
            self._notice = told[-1].id
        return page.rows, told

    def _look_up_names(self, box: ApiBox) -> None:
        now = time.monotonic()
        if now - self._named > NAMES_EVERY:
            self._names, self._named = device_names(box), now

    async def _replay(
        self, box: ApiBox, filters: Filters, after: int, end: int
    ) -> AsyncGenerator[bytes, None]:
        """The rows after `after`, up to `end`."""

        def read() -> search.Page:
            self._look_up_names(box)
            with box.journal() as journal:
                return search.onwards(journal, filters, after, limit=PAGE)

        sent = 0
        while after < end:
            page = await asyncio.to_thread(read)
            rows = [row for row in page.rows if row.id <= end]
            if rows:
                yield b"".join(of_row(row, self._names) for row in rows)
            sent, after = sent + len(rows), page.cursor
            if sent >= MAX_REPLAYED and after < end:
                yield missed(None, after + 1, end)
                return


def _none(_: LogRow) -> bool:
    return False


def of_row(row: LogRow, names: Mapping[str, str]) -> bytes:
    """A row as an event."""
    shown = {**msgspec.structs.asdict(row), "device_name": names.get(row.device, "")}
    return b"event: log\nid: %d\ndata: %b\n\n" % (row.id, msgspec.json.encode(shown))


def of_notice(notice: Notice, names: Mapping[str, str]) -> bytes:
    """A notice as an event. Without an id: where to go on is said by rows alone."""
    shown = {**msgspec.structs.asdict(notice), "device_name": names.get(notice.device, "")}
    return b"event: notice\ndata: %b\n\n" % msgspec.json.encode(shown)


def missed(count: int | None, first: int, last: int) -> bytes:
    """That some events were not told: how many (None for unknown), between which ids."""
    shown = {"count": count, "first": first, "last": last}
    return b"event: missed\ndata: %b\n\n" % msgspec.json.encode(shown)


def _ends(box: ApiBox) -> tuple[int, int]:
    """The last row and the last notice there are."""
    with box.journal() as journal:
        return search.last_id(journal), notices.last_id(journal)
