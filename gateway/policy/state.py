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
    # What a schedule makes of it at the time of publishing (gateway/schedule.py); profile and mode are its own then.
    block_all: bool = False  # blocks what neither a user's rule nor the catalogue lets through
    paused: bool = False  # blocks nothing
    scheduled: str = ""  # "by the schedule until 06:30", where a schedule has the word
    until: int = 0  # Unix seconds at which to publish again; 0 for never


class DeviceState(msgspec.Struct, frozen=True):
    """A device, known by its MAC, or by its address as long as no MAC is known."""

    address: str  # its key: the MAC, or the IP address
    name: str = ""
    group: str = EVERYONE
    tags: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()  # that mean it as well; an IP address that is its key need not be here


class PauseState(msgspec.Struct, frozen=True):
    """Nothing is blocked for `scope` until then.

    Within the boot it was made in, CLOCK_BOOTTIME decides, so that a clock set back or forward neither
    prolongs nor cuts it; after a restart the wall clock is all there is.
    """

    scope: str  # "all", "group" or "device"
    target: str  # the group's name or the device's key; "" for all
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


class BundleState(msgspec.Struct, frozen=True):
    """What an applied bundle adds to the catalogue. Its rules and lists are among the others."""

    name: str
    catalogue: bytes  # JSON, see gateway/policy/bundled.py


class PolicyState(msgspec.Struct, frozen=True):
    """All that a policy generation is made of, besides the catalogue that ships."""

    rules: tuple[UserRule, ...] = ()
    groups: tuple[GroupState, ...] = (GroupState(EVERYONE),)
    devices: tuple[DeviceState, ...] = ()
    pauses: tuple[PauseState, ...] = ()
    lists: tuple[ListState, ...] = ()
    bundles: tuple[BundleState, ...] = ()
