"""Single numbers of the log, in its own transactions.

`event`: the last id given to an event. `purge`: how often ids were taken away, so that caches of ids are dropped.
`dropped`: events that senders long gone had to drop. `clock`: the keeper's last wall time. `rolled`: the hour up to
which the sums by the day hold what those by the hour do. `notice`: the last id given to a notice.
"""

from sqlalchemy import Connection, select

from gateway.journal.bulk import Bulk
from gateway.journal.tables import MARK

EVENT = "event"
PURGE = "purge"
DROPPED = "dropped"
CLOCK = "clock"
ROLLED = "rolled"
NOTICE = "notice"
_ALL = (EVENT, PURGE, DROPPED, CLOCK, ROLLED, NOTICE)

_SET = Bulk(MARK, replace=["value"])
_ADD = Bulk(MARK, add=["value"])


def read(connection: Connection) -> dict[str, int]:
    """All marks; what is not there is 0."""
    found = dict.fromkeys(_ALL, 0)
    for name, value in connection.execute(select(MARK.c.name, MARK.c.value)):
        found[name] = value
    return found


def put(connection: Connection, name: str, value: int) -> None:
    """Set one mark."""
    _SET.run(connection, [(name, value)])


def add(connection: Connection, name: str, value: int) -> None:
    """Add to one mark."""
    _ADD.run(connection, [(name, value)])
