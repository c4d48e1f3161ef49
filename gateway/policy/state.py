"""What the user has set, as the store hands it to the compiler. Values only."""

import msgspec

from gateway.model import BlockedAnswer, Mode, Profile

EVERYONE = "everyone"  # this group always exists: new devices land here


class UserRule(msgspec.Struct, frozen=True):
    """A rule that a user wrote, in AdBlock syntax or as a plain name."""

    id: int
    text: str
    group: str = EVERYONE
    enabled: bool = True
    expires: int = 0  # Unix seconds; 0 for never. The publisher leaves out what has expired.


class GroupState(msgspec.Struct, frozen=True):
    """Devices that are treated alike."""

    name: str
    profile: Profile = Profile.BALANCED
    mode: Mode = Mode.ENFORCE
    answer: BlockedAnswer = BlockedAnswer.AUTO
    lists: tuple[int, ...] = ()  # ids of ListState, in the user's order
    inherit: bool = True  # do the rules and lists of `everyone` count here too?
    catalogue: bool = True  # does the catalogue block and keep here?


class DeviceState(msgspec.Struct, frozen=True):
    """A device, known by its address for now."""

    address: str
    name: str = ""
    group: str = EVERYONE
    tags: tuple[str, ...] = ()


class PauseState(msgspec.Struct, frozen=True):
    """Nothing is blocked for `scope` until then.

    Within the boot it was made in, CLOCK_BOOTTIME decides, so that a clock set back or forward neither
    prolongs nor cuts it; after a restart the wall clock is all there is.
    """

    scope: str  # "all", "group" or "device"
    target: str  # the group's name or the device's address; "" for all
    until: int  # Unix seconds
    boot_until: float  # CLOCK_BOOTTIME seconds
    boot_id: str  # /proc/sys/kernel/random/boot_id


class ListState(msgspec.Struct, frozen=True):
    """A subscribed list and its last good copy."""

    id: int
    name: str
    path: str  # of the last good copy
    version: str  # SHA-256 of the copy, in hex
    syntax: str = "auto"  # one of gateway.policy.syntax.SYNTAXES
    enabled: bool = True


class PolicyState(msgspec.Struct, frozen=True):
    """All that a policy generation is made of, besides the catalogue."""

    rules: tuple[UserRule, ...] = ()
    groups: tuple[GroupState, ...] = (GroupState(EVERYONE),)
    devices: tuple[DeviceState, ...] = ()
    pauses: tuple[PauseState, ...] = ()
    lists: tuple[ListState, ...] = ()
