"""What is new in a transaction: when devices were seen, whom they had to do with, and what of it is told to people.

First contacts are kept per device and company. A flood of forged senders brings no flood of notices.
"""

import logging

from sqlalchemy import Connection, bindparam, case, select, update

from gateway.journal import notices
from gateway.journal.bulk import Bulk
from gateway.journal.gather import HOUR, Gathered
from gateway.journal.tables import CONTACT, DEVICE, NAME, OUTCOME

log = logging.getLogger(__name__)

SEEN_STEP = 60  # seconds: a device that is seen again within them costs no write
MAX_AN_HOUR = 500  # notices; more are only counted
_MAX_KNOWN = 100_000  # pairs of device and outcome remembered

_CONTACTS = Bulk(CONTACT, ignore=True)
_SEE = (
    update(DEVICE)
    .where(DEVICE.c.id == bindparam("which"))
    .values(
        first=case((DEVICE.c.first.between(1, bindparam("begun")), DEVICE.c.first), else_=bindparam("begun")),
        last=case((DEVICE.c.last > bindparam("ended"), DEVICE.c.last), else_=bindparam("ended")),
    )
)


class News:
    """Finds what is new. To be used by the one writer, in its transaction."""

    def __init__(self, *, tell: bool = True) -> None:
        self._tells = tell
        self._last: dict[int, int] = {}  # device → the last time that is stored
        self._known: set[tuple[int, int]] = set()  # device and outcome, whose company the device has met
        self._companies: dict[int, str] = {}  # outcome → company
        self._hour = 0
        self._told = 0

    def clear(self) -> None:
        """Forget all: a transaction was rolled back, or numbers were taken away."""
        self._last.clear()
        self._known.clear()
        self._companies.clear()

    def store(self, connection: Connection, gathered: Gathered, new: dict[int, str], now: int) -> None:
        """Store what is new in `gathered`. `new`: the devices that were never seen before, number → key."""
        seen = gathered.seen
        late = [
            {"which": number, "begun": first, "ended": last}
            for number, (first, last) in seen.items()
            if not -SEEN_STEP < last - self._last.get(number, -SEEN_STEP) < SEEN_STEP
        ]
        if late:
            connection.execute(_SEE, late)
            self._last.update((one["which"], one["ended"]) for one in late)
        told: list[notices.Words] = [
            (seen[number][0], notices.NEW_DEVICE, key, "", "") for number, key in new.items() if key
        ]
        told += self._contacts(connection, gathered)
        if self._tells:
            self._tell(connection, told, now)

    def _contacts(self, connection: Connection, gathered: Gathered) -> list[notices.Words]:
        pairs = {(device, outcome) for _, device, _, outcome in gathered.sums} - self._known
        if not pairs:
            return []
        if len(self._known) > _MAX_KNOWN:
            self._known.clear()
        self._known |= pairs
        unknown = {outcome for _, outcome in pairs} - self._companies.keys()
        query = select(OUTCOME.c.id, OUTCOME.c.company).where(OUTCOME.c.id.in_(unknown))
        self._companies.update((row.id, row.company) for row in connection.execute(query))
        wanted = {
            (device, company): outcome for device, outcome in pairs if (company := self._companies[outcome])
        }
        if not wanted:
            return []
        query = select(CONTACT.c.device_id, CONTACT.c.company).where(
            CONTACT.c.device_id.in_({device for device, _ in wanted})
        )
        for device, company in connection.execute(query):
            wanted.pop((device, company), None)
        if not wanted:
            return []
        rows = [(device, company, gathered.seen[device][0]) for device, company in sorted(wanted)]
        _CONTACTS.run(connection, rows)
        return _told(connection, gathered, wanted, rows)

    def _tell(self, connection: Connection, told: list[notices.Words], now: int) -> None:
        if now // HOUR != self._hour:
            self._hour, self._told = now // HOUR, 0
        room = max(0, MAX_AN_HOUR - self._told)
        if len(told) > room:
            log.warning("%d new devices and first contacts are too many to be told", len(told) - room)
        self._told += min(room, len(told))
        notices.insert(connection, told[:room])


def _told(
    connection: Connection,
    gathered: Gathered,
    wanted: dict[tuple[int, str], int],
    rows: list[tuple[int, str, int]],
) -> list[notices.Words]:
    """A notice for each row, with a name that the device asked for."""
    asked = {(device, outcome): name for _, device, name, outcome in gathered.sums if name is not None}
    names = {key: asked.get((key[0], outcome), 0) for key, outcome in wanted.items()}
    query = select(NAME.c.id, NAME.c.text).where(NAME.c.id.in_(set(names.values())))
    texts = {row.id: row.text for row in connection.execute(query)}
    query = select(DEVICE.c.id, DEVICE.c.address).where(DEVICE.c.id.in_({device for device, _, _ in rows}))
    keys = {row.id: row.address for row in connection.execute(query)}
    return [
        (time, notices.FIRST_CONTACT, keys[device], company, texts.get(names[device, company], ""))
        for device, company, time in rows
    ]
