"""What a change would come to: which things differ, and which names of the log would get another verdict, per device.

Both policies decide, so that the answer is true whatever has changed; rules that cannot matter to a name are only
kept from being looked at twice. Bounded in pairs and in time: what was asked most often comes first.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import msgspec

from gateway.differences import Differences, compare
from gateway.errors import UsageError
from gateway.journal.asked import Asked, asked
from gateway.journal.search import LogRule
from gateway.model import Layer, Verdict
from gateway.names import Name, NameFault, from_text
from gateway.policy import overlay as overlays
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.book import RuleBook
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.view import views
from gateway.policy.needed import blocked_needs
from gateway.policy.state import (
    EVERYONE,
    DeviceState,
    GroupState,
    ListState,
    PauseState,
    PolicyState,
    UserRule,
)
from gateway.policy.syntax import parse_rule
from gateway.store.engine import Database
from gateway.works import Trial

MAX_PAIRS = 200_000  # of device and name that are decided, some 10 µs each
MAX_SHOWN = 1000
SECONDS = 3.0  # whoever asks is waiting
MAX_TYPES = 4  # record types that are tried, where rules name some
DAY = 86400
_A = 1


class Decision(msgspec.Struct, frozen=True):
    """What becomes of a name."""

    action: str
    rule: LogRule | None  # as rows of the log name it; None where nobody has said anything


class OtherVerdict(msgspec.Struct, frozen=True):
    """A name that a device has asked for, and that would get another verdict."""

    device: str  # its key
    device_name: str
    name: str
    count: int  # how often it was asked for
    before: Decision
    after: Decision


class Preview(msgspec.Struct, frozen=True):
    """What a change would come to."""

    rules: Differences[UserRule]
    groups: Differences[GroupState]
    lists: Differences[ListState]
    devices: Differences[DeviceState]
    pauses: Differences[PauseState]
    verdicts: tuple[OtherVerdict, ...]  # the most frequent first
    other_rule: int  # pairs that another rule would decide, to the same end
    looked_at: int  # pairs found in the log
    truncated: bool  # there was more log, or more to show
    warnings: tuple[str, ...] = ()  # what phones need and would be blocked, and is not yet


def preview(
    trial: Trial,
    journal: Database | None,
    *,
    days: int,
    now: float,
    ticks: Callable[[], float] = time.monotonic,
) -> Preview:
    """Compare the policies of `trial` by what the log of the last `days` holds.

    Without `journal` the log is not looked at: whoever asks may not see it.
    """
    end = ticks() + SECONDS
    before, after = trial.state_before, trial.state_after
    rules = compare(before.rules, after.rules, lambda rule: rule.id)
    groups = compare(before.groups, after.groups, lambda group: group.name)
    lists = compare(before.lists, after.lists, lambda one: one.id)
    devices = compare(before.devices, after.devices, lambda device: device.address)
    pauses = compare(before.pauses, after.pauses, lambda pause: (pause.scope, pause.target))
    whole = bool(groups or lists or devices) or before.bundles != after.bundles
    verdicts: list[OtherVerdict] = []
    other_rule, complete = 0, True
    seen: tuple[Asked, ...] = ()
    if journal is None:
        complete = not (whole or rules)
    elif whole or rules:
        found = asked(
            journal,
            int(now) - days * DAY,
            limit=MAX_PAIRS,
            devices=_concerned(trial) if not lists else None,
            in_time=lambda: ticks() < end - SECONDS / 2,
        )
        seen, complete = found.rows, found.complete
        touched = _Touched(trial, rules) if not whole else None
        compared = _Compared(trial, touched, _types(rules))
        for number, row in enumerate(seen):
            if number % 256 == 0 and ticks() > end:
                complete = False
                break
            other_rule += compared.look(row)
        verdicts = compared.found
    return Preview(
        rules=rules,
        groups=groups,
        lists=lists,
        devices=devices,
        pauses=pauses,
        verdicts=tuple(verdicts[:MAX_SHOWN]),
        other_rule=other_rule,
        looked_at=len(seen),
        truncated=not complete or len(verdicts) > MAX_SHOWN,
        warnings=_warnings(trial) if whole or rules else (),
    )


def _warnings(trial: Trial) -> tuple[str, ...]:
    known = set(blocked_needs(trial.before))
    return tuple(one for one in blocked_needs(trial.after) if one not in known)


class _Pair(NamedTuple):
    """What both policies say."""

    before: Decision
    after: Decision
    differ: bool


class _Compared:
    """Decides by both policies; each question once for all devices that are alike."""

    def __init__(self, trial: Trial, touched: "_Touched | None", types: Sequence[int]) -> None:
        self.found: list[OtherVerdict] = []
        self._before, self._after = trial.before, trial.after
        self._touched = touched
        self._types = types
        self._personal = _personal(trial.before) or _personal(trial.after)
        self._askers: dict[str, tuple[Asker, Asker]] = {}
        self._names: dict[str, Name | None] = {}
        self._decided: dict[tuple[str, str, str, str], _Pair | None] = {}

    def look(self, row: Asked) -> bool:
        """Would it be decided otherwise? Those that end otherwise are in `found`; True: to the same end."""
        askers = self._askers.get(row.device)
        if askers is None:
            askers = self._askers[row.device] = self._before.asker(row.device), self._after.asker(row.device)
        key = (askers[0].group, askers[1].group, row.device if self._personal else "", row.name)
        if key not in self._decided:
            self._decided[key] = self._decide(askers, row.name)
        pair = self._decided[key]
        if pair is None:
            return False
        if pair.differ:
            name = askers[1].name or askers[0].name
            self.found.append(OtherVerdict(row.device, name, row.name, row.count, pair.before, pair.after))
        return not pair.differ

    def _decide(self, askers: tuple[Asker, Asker], text: str) -> _Pair | None:
        if text not in self._names:
            try:
                self._names[text] = from_text(text)
            except NameFault:
                self._names[text] = None
        name = self._names[text]
        if name is None or (self._touched and not self._touched.may(askers[1], name, self._types)):
            return None
        other: _Pair | None = None
        for qtype in self._types:
            old = self._before.decide(askers[0], name, qtype)
            new = self._after.decide(askers[1], name, qtype)
            if _end(old) != _end(new):
                return _Pair(_decision(self._before, old), _decision(self._after, new), differ=True)
            if old.rule != new.rule:
                other = _Pair(_decision(self._before, old), _decision(self._after, new), differ=False)
        return other


class _Touched:
    """Rules that were added, removed or changed: only names that one of them covers can be decided otherwise."""

    def __init__(self, trial: Trial, rules: Differences[UserRule]) -> None:
        changed = [*rules.added, *rules.removed]
        changed += [one for pair in rules.changed for one in (pair.before, pair.after)]
        texts = dict.fromkeys(rule.text for rule in changed)
        self._every = any(_disables(text) for text in texts)
        self._book: RuleBook | None = None
        if not self._every:
            alone = PolicyState(rules=tuple(UserRule(i, text) for i, text in enumerate(texts, 1)))
            overlay = overlays.Maker().make(alone, trial.after.shared.base, 0)
            books = views(overlay, ())[EVERYONE].books
            self._book = books[0] if books else None

    def may(self, asker: Asker, name: Name, types: Iterable[int]) -> bool:
        """May the name be decided otherwise?"""
        book = self._book
        if self._every or book is None:
            return self._every
        return any(book.candidates(Probe(asker, name, qtype)) for qtype in types)


def _disables(text: str) -> bool:
    try:
        return parse_rule(text).badfilter
    except UsageError:  # of an older version: it is left to both policies to say what it does
        return True


def _types(rules: Differences[UserRule]) -> tuple[int, ...]:
    """A, and what changed rules name in $dnstype."""
    found = [_A]
    for rule in (*rules.added, *rules.removed, *(pair.after for pair in rules.changed)):
        if "dnstype" in rule.text and len(found) < MAX_TYPES:
            conditions = parse_rule(rule.text).conditions
            found += (conditions.types if conditions else ())[:1]
    return tuple(dict.fromkeys(found))


def _concerned(trial: Trial) -> set[str] | None:
    """The devices of groups that have changed, or that have changed themselves; None for all."""
    before, after = trial.state_before, trial.state_after
    if before.bundles != after.bundles:
        return None
    old, new = {group.name: group for group in before.groups}, {group.name: group for group in after.groups}
    changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    differing = set(before.rules) ^ set(after.rules)
    changed |= {rule.group for rule in differing}
    if EVERYONE in changed:
        return None  # also those that nobody has named, and the groups that inherit
    were = {device.address: device for device in before.devices}
    are = {device.address: device for device in after.devices}
    found = {key for key in were.keys() | are.keys() if were.get(key) != are.get(key)}
    members = (*before.devices, *after.devices)
    found |= {device.address for device in members if device.group in changed}
    # The log of an address goes to the MAC that has it, but not at once.
    return found | {address for device in members if device.address in found for address in device.addresses}


def _personal(policy: Policy) -> bool:
    """Are there rules that tell one device of a group from the other?"""
    base = policy.shared.base
    parts = chain((stored.rule for stored in policy.overlay.rules), base.meta.patterns, base.rules())
    return any(part.conditions and (part.conditions.clients or part.conditions.tags) for part in parts)


def _end(verdict: Verdict) -> tuple[object, ...]:
    return verdict.action, verdict.rewrite, verdict.answer


def _decision(policy: Policy, verdict: Verdict) -> Decision:
    rule = verdict.rule
    if rule is None:
        return Decision(verdict.action, None)
    text = policy.text_of(rule) if rule.layer is Layer.LISTS else rule.text
    return Decision(verdict.action, LogRule(rule.layer, rule.list, rule.line, text))
