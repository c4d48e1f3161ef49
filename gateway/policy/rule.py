"""One rule, whatever syntax it was written in. Values only."""

from enum import IntEnum
from ipaddress import IPv4Network, IPv6Network

import msgspec

from gateway.model import Rewrite
from gateway.names import Name


class Match(IntEnum):
    """Which names a rule's pattern covers."""

    EXACT = 0  # the name alone
    SUFFIX = 1  # the name and all below it
    BELOW = 2  # all below the name, not the name itself (`*.example.org`)
    REGEX = 3  # what RE2 finds in the lower-case text form without the final dot


class ClientIs(msgspec.Struct, frozen=True):
    """Clients a rule is for (or, negated, not for): exactly one of network and name is set."""

    negated: bool = False
    network: IPv4Network | IPv6Network | None = None
    name: str = ""  # a device's name, compared without regard to case, or its MAC


class Conditions(msgspec.Struct, frozen=True):
    """When a rule counts. Empty tuples mean always."""

    clients: tuple[ClientIs, ...] = ()
    tags: tuple[str, ...] = ()  # $ctag; "~tag" for not
    types: tuple[int, ...] = ()  # $dnstype: only these
    not_types: tuple[int, ...] = ()
    deny_allow: tuple[Name, ...] = ()  # $denyallow: not for these names and what is below them


class Rule(msgspec.Struct, frozen=True):
    """A rule as the compiler takes it."""

    text: str  # as written
    line: int  # from 1
    match: Match
    name: Name = b""  # for EXACT, SUFFIX, BELOW
    regex: str = ""  # for REGEX
    allow: bool = False
    important: bool = False
    badfilter: bool = False  # disables the rule of the same text without $badfilter
    conditions: Conditions | None = None
    rewrite: Rewrite | None = (
        None  # with allow: takes back equal rewrites, or, where it is empty, all of them
    )


class Refused(msgspec.Struct, frozen=True):
    """A line that is no rule we can keep to, and why. The rest of its list counts all the same."""

    line: int
    text: str  # cut at 200 characters
    reason: str
