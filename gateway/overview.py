"""Home in numbers: what was attempted, what was stopped and what got through. Sums only: no SQL, no clock.

An attempt *got through* if it was answered (allowed, by whatever word, or only observed) and is *stopped* if it was
blocked or answered with something else. One that nobody could answer is neither.
"""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

import msgspec

from gateway.journal.attempts import Attempts
from gateway.model import Action
from gateway.policy.purposes import Purposes, goes_around

THROUGH = frozenset({Action.ALLOWED, Action.OBSERVED})
STOPPED = frozenset({Action.BLOCKED, Action.REWRITTEN})


class State(StrEnum):
    """What there is to say of a device in one word. The first that holds."""

    PAUSED = "paused"  # nothing is blocked for it now
    OBSERVED = "observed"  # its group only logs what it would block
    AROUND = "around"  # what it tried most was to get its answers elsewhere
    REPORTS = "reports"
    QUIET = "quiet"


class Tally(msgspec.Struct):
    """Reporting attempts, while they are summed up."""

    attempts: int = 0
    stopped: int = 0
    got_through: int = 0

    def add(self, one: Attempts) -> None:
        """Count these too."""
        self.attempts += one.count
        self.stopped += one.count if one.action in STOPPED else 0
        self.got_through += one.count if one.action in THROUGH else 0


class CompanyTally(msgspec.Struct):
    """What devices tried to tell one company."""

    company: str
    tally: Tally
    countries: list[str]  # where to, most frequent first; without those that nobody knows


class Destination(msgspec.Struct):
    """What devices tried to tell one company in one country."""

    country: str  # "" where the catalogue does not know
    company: str
    tally: Tally


class DeviceTally(msgspec.Struct):
    """What one device did."""

    device: str  # its key
    asked: int
    blocked: int
    tally: Tally
    state: State
    company: str  # whom its state is about most, and what for; "" where it is about nobody
    purpose: str


class Overview(msgspec.Struct):
    """A time in numbers."""

    asked: int
    blocked: int
    observed: int
    devices: int
    telemetry: Tally
    purposes: list[str]  # of the reporting attempts, as the log has them
    companies: list[CompanyTally]  # most attempts first, as the others
    destinations: list[Destination]
    devices_seen: list[DeviceTally]

    @property
    def percent(self) -> float:
        """How much of what was asked was blocked."""
        return round(100 * self.blocked / self.asked, 1) if self.asked else 0.0


Standing = Callable[[str], State | None]  # a device's key → paused or observed, if it is


def overview(found: Iterable[Attempts], purposes: Purposes, standing: Standing) -> Overview:
    """Sum up."""
    telemetry = Tally()
    words: dict[str, int] = {}
    places: dict[tuple[str, str], Tally] = {}
    of_device: dict[str, list[Attempts]] = {}
    actions: dict[str, int] = {}
    for one in found:
        of_device.setdefault(one.device, []).append(one)
        actions[one.action] = actions.get(one.action, 0) + one.count
        if purposes.reports(one.company, one.purpose, one.layer):
            telemetry.add(one)
            words[one.purpose] = words.get(one.purpose, 0) + one.count
            places.setdefault((one.country, one.company), Tally()).add(one)
    return Overview(
        asked=sum(actions.values()),
        blocked=actions.get(Action.BLOCKED, 0),
        observed=actions.get(Action.OBSERVED, 0),
        devices=len(of_device),
        telemetry=telemetry,
        purposes=_most_first(words),
        companies=_companies(places),
        destinations=sorted(
            (Destination(*place, tally) for place, tally in places.items()),
            key=lambda one: (-one.tally.attempts, one.company, one.country),
        ),
        devices_seen=sorted(
            (_device(key, rows, purposes, standing(key)) for key, rows in of_device.items()),
            key=lambda one: (-one.tally.attempts, -one.asked, one.device),
        ),
    )


def _companies(places: dict[tuple[str, str], Tally]) -> list[CompanyTally]:
    found: dict[str, CompanyTally] = {}
    for (country, company), tally in sorted(places.items(), key=lambda place: (-place[1].attempts, place[0])):
        one = found.setdefault(company, CompanyTally(company, Tally(), []))
        one.tally.attempts += tally.attempts
        one.tally.stopped += tally.stopped
        one.tally.got_through += tally.got_through
        one.countries += [country] if country else []
    return sorted(found.values(), key=lambda one: (-one.tally.attempts, one.company))


def _device(key: str, rows: list[Attempts], purposes: Purposes, standing: State | None) -> DeviceTally:
    tally = Tally()
    reports: dict[tuple[str, str], int] = {}
    around: dict[tuple[str, str], int] = {}
    for one in rows:
        whom = (one.company, one.purpose)
        if purposes.reports(one.company, one.purpose, one.layer):
            tally.add(one)
            reports[whom] = reports.get(whom, 0) + one.count
        elif goes_around(one.purpose):
            around[whom] = around.get(whom, 0) + one.count
    tried = sum(around.values())
    told = around if tried > tally.attempts else reports
    state = State.AROUND if tried > tally.attempts else State.REPORTS if reports else State.QUIET
    company, purpose = next(iter(_most_first(told)), ("", ""))
    return DeviceTally(
        device=key,
        asked=sum(one.count for one in rows),
        blocked=sum(one.count for one in rows if one.action == Action.BLOCKED),
        tally=tally,
        state=standing or state,
        company=company,
        purpose=purpose,
    )


_Key = TypeVar("_Key", str, tuple[str, str])


def _most_first(counts: dict[_Key, int]) -> list[_Key]:
    return sorted(counts, key=lambda one: (-counts[one], one))
