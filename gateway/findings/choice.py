"""Which findings are told, the best first. A pure function: the same candidates give the same choice.

A weight is points: what kind of thing it is (does data leave now? does the box do its work? is it news?), plus how
much of it there is, how much it has changed, and how close to the person the data is. Each further finding of a kind,
or of what a device tells the same company, loses points, so that three are three different things; one that has none
left would only repeat the others.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from gateway.findings.finding import Finding, Kind
from gateway.policy.purposes import words

MOST = 10
LOOKED_AT = 100  # the heaviest of each kind: forged senders may bring a hundred thousand candidates

_KINDS = {
    Kind.ROLE_DOWN: 120,  # without it nothing else here can be trusted
    Kind.GOT_THROUGH: 90,  # data left, and one act stops it
    Kind.PAUSED: 85,  # everything leaves, for a time that a person chose
    Kind.OBSERVING: 80,  # the same, until somebody thinks of it
    Kind.AROUND: 70,  # would make the rest of the log blind
    Kind.SURGE: 65,
    Kind.REPORTS: 55,  # stopped: worth knowing, nothing to do
    Kind.BREAKS: 50,  # may be why an app does not work
    Kind.LIST_FAILED: 45,  # the last good copy still blocks
    Kind.NEW_DEVICE: 45,
    Kind.NEW_COMPANY: 25,
}
_CLOSE = {"browser-history": 15, "location": 12, "identifier": 6, "analytics": 4}  # to the person
_SIZE = 4  # a decimal digit of attempts
_MOST_SIZE = 20  # 100 000 attempts: a louder device does not drown what is worse
_CHANGE = 4  # a doubling, or what was not there before
_MOST_CHANGE = 12
_SAME_KIND = 20
_SAME_SUBJECT = 25  # what the same device tells the same company
_SILENT = 30  # a pause or an observing group under which nothing happened yet

_OF_COMPANY = frozenset({Kind.GOT_THROUGH, Kind.SURGE, Kind.REPORTS, Kind.NEW_COMPANY})
_WITHOUT_NEWS = frozenset({Kind.ROLE_DOWN, Kind.LIST_FAILED, Kind.PAUSED, Kind.BREAKS})  # no count of before


class Chosen(msgspec.Struct, frozen=True):
    """A finding that is told, and its points."""

    finding: Finding
    weight: float


def choose(candidates: Iterable[Finding], most: int = MOST) -> tuple[Chosen, ...]:
    """The best first, at most so many. Their order in `candidates` does not matter."""
    left = _heaviest(sorted(((weigh(one), one) for one in set(candidates)), key=_order))
    kinds: Counter[Kind] = Counter()
    subjects: Counter[tuple[str, str]] = Counter()
    chosen: list[Chosen] = []
    while left and len(chosen) < most:
        worth = (weight - _repetition(one, kinds, subjects) for weight, one in left)
        weight, place = max((weight, -place) for place, weight in enumerate(worth))
        if weight <= 0:
            break
        one = left.pop(-place)[1]
        kinds[one.kind] += 1
        subjects.update(_subjects(one))
        chosen.append(Chosen(one, round(weight, 2)))
    return tuple(chosen)


def weigh(one: Finding) -> float:
    """Its points, seen alone."""
    weight = float(_KINDS[one.kind])
    weight += min(_MOST_SIZE, _SIZE * math.log10(1 + one.count))
    if one.count and one.kind not in _WITHOUT_NEWS:
        weight += max(0.0, min(_MOST_CHANGE, _CHANGE * math.log2((1 + one.count) / (1 + one.before))))
    if one.kind in (Kind.PAUSED, Kind.OBSERVING) and not one.count:
        weight -= _SILENT
    return weight + max((_CLOSE.get(word, 0) for word in words(one.purpose)), default=0)


def _heaviest(ordered: list[tuple[float, Finding]]) -> list[tuple[float, Finding]]:
    kinds: Counter[Kind] = Counter()
    found = []
    for weight, one in ordered:
        kinds[one.kind] += 1
        if kinds[one.kind] <= LOOKED_AT:
            found.append((weight, one))
    return found


def _repetition(one: Finding, kinds: Counter[Kind], subjects: Counter[tuple[str, str]]) -> int:
    return _SAME_KIND * kinds[one.kind] + _SAME_SUBJECT * sum(subjects[key] for key in _subjects(one))


def _subjects(one: Finding) -> Iterator[tuple[str, str]]:
    if one.kind in _OF_COMPANY:
        yield one.device, one.company


def _order(entry: tuple[float, Finding]) -> tuple[float, bytes]:
    """Equal weights: by all that there is to tell, so that a page that is loaded again shows the same."""
    weight, one = entry
    return -weight, msgspec.json.encode(one)
