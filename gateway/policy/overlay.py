"""The overlay of a policy generation: users' rules, groups, devices and pauses. Small, rebuilt in milliseconds.

    magic, BLAKE2b of the rest, msgpack of Overlay

Reads nothing but the file it is handed and, for $badfilter, the base it is to lie on.
"""

import hashlib
from collections import defaultdict
from pathlib import Path

import msgspec

from gateway import names
from gateway.errors import OwnFault, UsageError
from gateway.policy import syntax
from gateway.policy.generation.stored import StoredRule, pack
from gateway.policy.matching.patterns import anchor, compiled
from gateway.policy.rule import Match, Rule
from gateway.policy.snapshot import Base
from gateway.policy.state import EVERYONE, DeviceState, GroupState, PauseState, PolicyState, UserRule

MAGIC = b"HUSHOVR2"  # the last byte is the version
CHECKSUM = 16  # bytes of BLAKE2b
_HINT = "restart Hushgate to have it written again from the store"


class StoredUserRule(msgspec.Struct, frozen=True, array_like=True):
    """A user's rule, parsed. `rule.origin` is its number."""

    group: str
    text: str
    rule: StoredRule


class Disabled(msgspec.Struct, frozen=True, array_like=True):
    """What one group's $badfilter rules disable beyond the group's own rules."""

    group: str
    rules: tuple[int, ...]  # numbers of rules of `everyone`
    values: tuple[int, ...]  # of the base's hash table
    patterns: tuple[int, ...]  # places in the base's meta


class Overlay(msgspec.Struct, frozen=True):
    """What the user has set, parsed. Made for one base."""

    made: int  # Unix seconds
    expires: (
        int  # Unix seconds at which the next of its rules expires or a schedule changes a group; 0 for never
    )
    rules: tuple[StoredUserRule, ...]
    groups: tuple[GroupState, ...]
    devices: tuple[DeviceState, ...]
    pauses: tuple[PauseState, ...]
    disabled: tuple[Disabled, ...]


def read(path: Path, sha256: str | None = None) -> Overlay:
    """The overlay in the file. Raises OwnFault for one that is not whole."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise OwnFault(f"{path}: {error}", hint=_HINT) from error
    if sha256 is not None and hashlib.sha256(data).hexdigest() != sha256:
        raise OwnFault(f"{path}: not what was written (checksum)", hint=_HINT)
    return decode(data, str(path))


def decode(data: bytes, source: str) -> Overlay:
    """The overlay in these bytes. Raises OwnFault."""
    body = data[len(MAGIC) + CHECKSUM :]
    if data[: len(MAGIC)] != MAGIC:
        raise OwnFault(f"{source}: not a policy overlay of this version", hint=_HINT)
    if data[len(MAGIC) : len(MAGIC) + CHECKSUM] != _checksum(body):
        raise OwnFault(f"{source}: damaged", hint=_HINT)
    try:
        return msgspec.msgpack.decode(body, type=Overlay)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise OwnFault(f"{source}: {error}", hint=_HINT) from error


def encode(overlay: Overlay) -> bytes:
    """What `decode` reads."""
    body = msgspec.msgpack.encode(overlay)
    return MAGIC + _checksum(body) + body


def _checksum(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=CHECKSUM).digest()


class Maker:
    """Makes overlays. Remembers the rules it parsed last, so that the next one costs what has changed."""

    def __init__(self) -> None:
        self._parsed: dict[str, Rule] = {}

    def make(self, state: PolicyState, base: Base, now: float) -> Overlay:
        """The overlay of `state` on `base` at Unix time `now`. Raises UsageError for what cannot be kept to."""
        groups = _with_everyone(state.groups)
        known = {group.name for group in groups}
        rules = [rule for rule in state.rules if rule.enabled and not 0 < rule.expires <= now]
        for rule in rules:
            if rule.group not in known:
                raise UsageError(f"rule {rule.id}: there is no group {rule.group!r}", hint="hushgate groups")
        for device in state.devices:
            if device.group not in known:
                raise UsageError(
                    f"device {device.address}: there is no group {device.group!r}", hint="hushgate groups"
                )
        self._parsed = {rule.text: self._parsed.get(rule.text) or _parse(rule) for rule in rules}
        disabling: defaultdict[str, set[str]] = defaultdict(set)  # group → texts of the rules it disables
        for rule in rules:
            if self._parsed[rule.text].badfilter:
                disabling[rule.group].add(syntax.disabled_by(rule.text))
        return Overlay(
            made=int(now),
            expires=min(
                (
                    *(rule.expires for rule in rules if rule.expires),
                    *(group.until for group in groups if group.until),
                ),
                default=0,
            ),
            rules=tuple(
                StoredUserRule(rule.group, rule.text, pack(self._parsed[rule.text], rule.id))
                for rule in rules
                if not self._parsed[rule.text].badfilter
                and rule.text.strip() not in disabling.get(rule.group, ())
            ),
            groups=groups,
            devices=state.devices,
            pauses=state.pauses,
            disabled=tuple(_disabled(group, texts, rules, base) for group, texts in disabling.items()),
        )


def _with_everyone(groups: tuple[GroupState, ...]) -> tuple[GroupState, ...]:
    return groups if any(group.name == EVERYONE for group in groups) else (GroupState(EVERYONE), *groups)


def _parse(rule: UserRule) -> Rule:
    try:
        parsed = syntax.parse_rule(rule.text)
        if parsed.match == Match.REGEX:
            compiled(parsed.regex)
    except (UsageError, ValueError) as error:
        hint = error.hint if isinstance(error, UsageError) else ""
        raise UsageError(f"rule {rule.id}, {rule.text!r}: {error}", hint=hint) from error
    return parsed


def _disabled(group: str, texts: set[str], rules: list[UserRule], base: Base) -> Disabled:
    """Which rules of the lists have one of these texts? Only a text as written counts: `||name^$badfilter`
    does not disable the `0.0.0.0 name` of a hosts file."""
    values: set[int] = set()
    patterns: set[int] = set()
    for text in texts:
        wanted = syntax.parse_rule(text)
        under = anchor(wanted.regex) if wanted.match == Match.REGEX else wanted.name
        if under is not None:
            suffixes = list(names.suffixes(under))
            values |= {
                value
                for suffix, value in base.find(suffixes)
                if suffix == under and base.text_of_value(value).strip() == text
            }
        patterns |= {
            at
            for at, stored in enumerate(base.meta.patterns)
            if stored.regex == wanted.regex and base.text_of(stored.origin, stored.line).strip() == text
        }
    everyones = (rule.id for rule in rules if group != rule.group == EVERYONE and rule.text.strip() in texts)
    return Disabled(group, tuple(everyones), tuple(sorted(values)), tuple(sorted(patterns)))
