"""One thing that may be worth knowing, and the rows of the log behind it."""

from enum import StrEnum

import msgspec

from gateway.model import Action


class Kind(StrEnum):
    """What it is about. The panel has the words."""

    ROLE_DOWN = "role-down"
    GOT_THROUGH = "got-through"  # reporting attempts were answered
    PAUSED = "paused"
    OBSERVING = "observing"  # a group only logs what it would block
    AROUND = "around"  # a device asked for a resolver past the gateway
    SURGE = "surge"  # a device tries to report far more than in the span before
    REPORTS = "reports"
    BREAKS = "breaks"  # a device keeps asking for a blocked host whose absence breaks something
    LIST_FAILED = "list-failed"
    NEW_DEVICE = "new-device"
    NEW_COMPANY = "new-company"  # the first time that a device has to do with it


class Rows(msgspec.Struct, frozen=True):
    """Which rows of the log are behind it. What is empty does not limit them."""

    device: str = ""
    company: str = ""
    purpose: str = ""
    name: str = ""
    action: Action | None = None
    layer: str = ""
    since: int = 0  # Unix seconds; 0 where no rows are behind it


class Finding(msgspec.Struct, frozen=True):
    """One thing that may be worth knowing."""

    kind: Kind
    since: int  # Unix seconds: of which time it tells
    until: int
    subject: str = ""  # the role, the list, the group; what is paused
    device: str = ""  # its key
    company: str = ""
    purpose: str = ""
    name: str = ""
    country: str = ""
    count: int = 0  # attempts: those of `rows`
    before: int = 0  # the same in the span before, of the same length
    breakage: str = ""  # what is known to break
    rows: Rows = Rows()
