"""From the log's sums and the state of the box to all that may be worth knowing. No SQL, no clock."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from gateway.findings.finding import Finding, Kind, Rows
from gateway.journal.attempts import Attempts, Names
from gateway.model import Action, Layer
from gateway.policy.purposes import Purposes, goes_around

SURGE = 3  # times as many as before
SURGE_LEAST = 30  # attempts: 3 after 1 is chance
INSISTS = 10  # blocked attempts in the span: less is a page that was opened once


class Pause(msgspec.Struct, frozen=True):
    """A pause in force."""

    device: str  # its key; "" for a group or all
    subject: str  # the group's name; "" for all
    until: int  # Unix seconds


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All that is looked at."""

    since: int  # Unix seconds, the beginning of an hour
    until: int
    attempts: tuple[Attempts, ...]  # in the span
    before: tuple[
        Attempts, ...
    ] = ()  # in the span before, as long; empty where the log does not go back so far
    goes_back: bool = False  # does the log tell of the span before?
    new_devices: tuple[str, ...] = ()  # their keys
    contacts: tuple[tuple[str, str], ...] = ()  # device and company that met for the first time
    breaking: tuple[tuple[Names, str], ...] = ()  # blocked names, and what is known to break
    breaking_since: int = 0  # of which time these are, to now
    lists: tuple[str, ...] = ()  # whose last fetch failed
    roles: tuple[str, ...] = ()  # that are down
    pauses: tuple[Pause, ...] = ()
    observing: tuple[str, ...] = ()  # groups


class _Sum(msgspec.Struct):
    """Attempts that one finding is about."""

    count: int = 0
    before: int = 0
    countries: dict[str, int] = {}

    @property
    def country(self) -> str:
        """The most frequent one that is known."""
        known = {country: count for country, count in self.countries.items() if country}
        return min(known, key=lambda one: (-known[one], one), default="")


_Triple = tuple[str, str, str]  # device, company, purpose


def candidates(seen: Seen, purposes: Purposes) -> Iterator[Finding]:
    """Everything, in no order."""
    yield from _of_the_box(seen)
    yield from _reports(seen, purposes)
    yield from _through(seen, purposes)
    yield from _around(seen)
    yield from _breaks(seen)
    if seen.goes_back:  # else all there is would be new
        yield from _news(seen)


def _of_the_box(seen: Seen) -> Iterator[Finding]:
    if seen.roles:
        yield _told(seen, Kind.ROLE_DOWN, subject=", ".join(seen.roles))
    for name in seen.lists:
        yield _told(seen, Kind.LIST_FAILED, subject=name)
    for pause in seen.pauses:
        through = [
            one
            for one in seen.attempts
            if one.layer == Layer.PAUSE and (not pause.device or one.device == pause.device)
        ]
        yield Finding(
            Kind.PAUSED,
            seen.since,
            pause.until,
            subject=pause.subject,
            device=pause.device,
            count=sum(one.count for one in through),
            rows=Rows(device=pause.device, layer=Layer.PAUSE, since=seen.since),
        )
    if seen.observing:
        yield _told(
            seen,
            Kind.OBSERVING,
            subject=", ".join(seen.observing),
            count=_count(seen.attempts, Action.OBSERVED),
            before=_count(seen.before, Action.OBSERVED),
            rows=Rows(action=Action.OBSERVED, since=seen.since),
        )


def _reports(seen: Seen, purposes: Purposes) -> Iterator[Finding]:
    """Whatever became of them: what counts is that the device tries. One that surges is told as that."""
    sums = _summed(seen, lambda one: purposes.reports(one.company, one.purpose))
    through = {(one.device, one.company, one.purpose): one.count for one in _through(seen, purposes)}
    for (device, company, purpose), found in sums.items():
        if through.get((device, company, purpose)) == found.count:
            continue  # that all of it got through says it already
        surges = found.before and found.count >= max(SURGE_LEAST, SURGE * found.before)
        kind = Kind.SURGE if surges else Kind.REPORTS
        yield _summed_up(seen, kind, found, Rows(device, company, purpose, since=seen.since))


def _through(seen: Seen, purposes: Purposes) -> Iterator[Finding]:
    """Allowed. What is only observed is told once, for all groups that observe."""
    sums = _summed(
        seen,
        lambda one: one.action == Action.ALLOWED and purposes.reports(one.company, one.purpose, one.layer),
    )
    for (device, company, purpose), found in sums.items():
        rows = Rows(device, company, purpose, action=Action.ALLOWED, since=seen.since)
        yield _summed_up(seen, Kind.GOT_THROUGH, found, rows)


def _around(seen: Seen) -> Iterator[Finding]:
    """Asked for, whatever became of it: that a resolver was used as well, nobody has seen."""
    sums = _summed(seen, lambda one: one.company != "" and goes_around(one.purpose))
    for (device, company, purpose), found in sums.items():
        yield _summed_up(seen, Kind.AROUND, found, Rows(device, company, purpose, since=seen.since))


def _breaks(seen: Seen) -> Iterator[Finding]:
    for one, breakage in seen.breaking:
        if one.count >= INSISTS:
            yield Finding(
                Kind.BREAKS,
                seen.breaking_since,
                seen.until,
                device=one.device,
                company=one.company,
                purpose=one.purpose,
                name=one.name,
                country=one.country,
                count=one.count,
                breakage=breakage,
                rows=Rows(one.device, name=one.name, action=Action.BLOCKED, since=seen.breaking_since),
            )


def _news(seen: Seen) -> Iterator[Finding]:
    new = set(seen.new_devices)
    asked: dict[str, int] = {}
    met: dict[tuple[str, str], int] = {}
    for one in seen.attempts:
        asked[one.device] = asked.get(one.device, 0) + one.count
        met[one.device, one.company] = met.get((one.device, one.company), 0) + one.count
    for device in new & asked.keys():
        rows = Rows(device, since=seen.since)
        yield _told(seen, Kind.NEW_DEVICE, device=device, count=asked[device], rows=rows)
    for device, company in set(seen.contacts) & met.keys():
        if device not in new:  # to a new device everybody is new
            yield _told(
                seen,
                Kind.NEW_COMPANY,
                device=device,
                company=company,
                count=met[device, company],
                rows=Rows(device, company, since=seen.since),
            )


def _told(seen: Seen, kind: Kind, **more: Any) -> Finding:
    return Finding(kind, seen.since, seen.until, **more)


def _summed_up(seen: Seen, kind: Kind, found: _Sum, rows: Rows) -> Finding:
    """What one device did with one company for one purpose."""
    return _told(
        seen,
        kind,
        device=rows.device,
        company=rows.company,
        purpose=rows.purpose,
        country=found.country,
        count=found.count,
        before=found.before,
        rows=rows,
    )


def _count(attempts: Iterable[Attempts], action: Action) -> int:
    return sum(one.count for one in attempts if one.action == action)


def _summed(seen: Seen, wanted: Callable[[Attempts], bool]) -> dict[_Triple, _Sum]:
    """Those wanted of the span, by device, company and purpose, with what was before."""
    sums: dict[_Triple, _Sum] = {}
    for one in filter(wanted, seen.attempts):
        found = sums.setdefault((one.device, one.company, one.purpose), _Sum())
        found.count += one.count
        found.countries[one.country] = found.countries.get(one.country, 0) + one.count
    for one in filter(wanted, seen.before):
        if (one.device, one.company, one.purpose) in sums:
            sums[one.device, one.company, one.purpose].before += one.count
    return sums
