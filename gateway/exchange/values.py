"""What is taken from other products or files, whatever they are written in: rules, lists, groups, devices."""

import msgspec

from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.rule import Refused
from gateway.policy.state import EVERYONE
from gateway.store.own_rules import RuleIn as RuleIn  # its home: the store has to know it

MAX_RULES = 20_000  # of one file: each costs every worker memory, and the panel some while it takes them in
MAX_FOUND = (
    3 * MAX_RULES
)  # of one file, the same ones again and refused ones too: they take their time, 0.1 ms each
MAX_REFUSED = 1000  # that a report quotes; the rest is counted


class ListIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One list to subscribe to."""

    source: str
    name: str = ""
    syntax: str = "auto"
    groups: tuple[str, ...] = (EVERYONE,)
    enabled: bool = True


class GroupIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One group of devices."""

    name: str
    profile: Profile = Profile.BALANCED
    mode: Mode = Mode.ENFORCE
    answer: BlockedAnswer = BlockedAnswer.AUTO
    inherit: bool = True
    catalogue: bool = True
    comment: str = ""
    schedule: str = ""  # JSON, see gateway/schedule.py


class DeviceIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One device."""

    address: str  # MAC or IP address
    name: str = ""
    kind: str = ""
    group: str = EVERYONE
    tags: tuple[str, ...] = ()


class Imported(msgspec.Struct, frozen=True):
    """All that was found, ready for `take`, and what could not be taken."""

    rules: tuple[RuleIn, ...] = ()
    lists: tuple[ListIn, ...] = ()
    groups: tuple[GroupIn, ...] = ()
    devices: tuple[DeviceIn, ...] = ()
    refused: tuple[Refused, ...] = ()  # the first MAX_REFUSED; line 0 where there are no lines
    more_refused: int = 0
    format: str = ""
