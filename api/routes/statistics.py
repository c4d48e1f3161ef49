"""`/v1/statistics`: sums over a time. From the journal's roll-ups: never a scan of the log."""

import time
from collections.abc import Mapping
from heapq import nlargest
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query

from api.box import ApiBox
from api.deps import Box, scoped
from api.log_filters import device_names, keys_of
from api.problems import responses
from api.schemas.statistics import (
    BucketPublic,
    By,
    FirstQuery,
    FirstSeen,
    FirstSeenPublic,
    FlowPublic,
    Flows,
    FlowsQuery,
    Hits,
    HitsPublic,
    HitsQuery,
    NewDevicePublic,
    NewDevices,
    NewDevicesQuery,
    OverTime,
    OverTimeQuery,
    PartQuery,
    Ranked,
    Span,
    Top,
    TopQuery,
    Totals,
)
from gateway.access import Scope
from gateway.errors import UsageError
from gateway.journal import firsts, flows, hits, statistics
from gateway.journal.rollups import Part
from gateway.model import Layer

router = APIRouter(
    prefix="/v1/statistics",
    tags=["statistics"],
    dependencies=[scoped(Scope.READ)],
    responses=responses(401, 403, 422, 503),
)

DAY = 86400
MAX_LINES = 10_000  # of a list: those that decided most


@router.get("/over-time")
def over_time(query: Annotated[OverTimeQuery, Query()], box: Box) -> OverTime:
    """Attempts hour by hour or day by day."""
    since, until = _span(query)
    part = _part(box, query)
    with box.journal() as journal:
        found = statistics.over_time(journal, query.bucket, since, until, part=part)
    buckets: dict[int, BucketPublic] = {}
    for one in found:
        bucket = buckets.setdefault(one.time, BucketPublic(time=one.time, actions={}, count=0, bytes=0))
        bucket.actions[one.action] = one.count
        bucket.count += one.count
        bucket.bytes += one.bytes
    return OverTime(bucket=query.bucket, items=list(buckets.values()))


@router.get("/top")
def top(query: Annotated[TopQuery, Query()], box: Box) -> Top:
    """What was most frequent: names, devices, companies, purposes, countries, lists, rules …"""
    since, until = _span(query)
    if query.by is By.RULE:
        return Top(by=query.by, items=_rules(box, query, since, until))
    part = _part(box, query)
    with box.journal() as journal:
        by = statistics.By(query.by.value)
        found = statistics.top(journal, by, since, until, part=part, limit=query.limit)
    names = device_names(box) if query.by is By.DEVICE else {}
    return Top(
        by=query.by,
        items=[
            Ranked(value=one.value, label=names.get(one.value, ""), count=one.count, bytes=one.bytes)
            for one in found
        ],
    )


@router.get("/totals")
def totals(query: Annotated[PartQuery, Query()], box: Box) -> Totals:
    """Totals of a time: attempts, what was blocked, names, devices, companies."""
    since, until = _span(query)
    part = _part(box, query)
    with box.journal() as journal:
        found = statistics.summary(journal, since, until, part=part)
    return Totals.of(found, since, until)


@router.get("/flows")
def read_flows(query: Annotated[FlowsQuery, Query()], box: Box) -> Flows:
    """What flows where: company, purpose, name, country and what became of it, most frequent first."""
    since, until = _span(query)
    part = _part(box, query)
    with box.journal() as journal:
        found = flows.flows(journal, since, until, part=part, limit=query.limit)
    return Flows(items=[FlowPublic.model_validate(msgspec.to_builtins(one)) for one in found])


@router.get("/first-seen")
def first_seen(query: Annotated[FirstQuery, Query()], box: Box) -> FirstSeen:
    """Names that were asked for for the first time, by any device; with `device`, of those what it asked for."""
    since = _since(query.since, DAY)
    keys = keys_of(box, query.device)
    with box.journal() as journal:
        found = firsts.names(journal, since, devices=keys, limit=query.limit)
    return FirstSeen(items=[FirstSeenPublic.model_validate(msgspec.to_builtins(one)) for one in found])


@router.get("/new-devices")
def new_devices(query: Annotated[NewDevicesQuery, Query()], box: Box) -> NewDevices:
    """Devices that were seen for the first time."""
    with box.journal() as journal:
        found = firsts.new_devices(journal, _since(query.since, 7 * DAY), limit=query.limit)
    names = device_names(box)
    return NewDevices(
        items=[
            NewDevicePublic(
                device=one.device, device_name=names.get(one.device, ""), first=one.first, last=one.last
            )
            for one in found
        ]
    )


@router.get("/hits")
def read_hits(query: Annotated[HitsQuery, Query()], box: Box) -> Hits:
    """How often each of the user's rules and each list decided, or each line of one list, and when last."""
    since = query.since or 0
    with box.journal() as journal:
        if query.list:
            lines = hits.hits(journal, Layer.LISTS, query.list, since=since)
            most = nlargest(MAX_LINES, lines.items(), key=lambda line: line[1].count)
            return Hits(rules={}, lists={}, lines=_public(dict(most)))
        rules = hits.hits(journal, Layer.RULES, since=since)
        lists = hits.of_lists(journal, since=since)
    return Hits(rules=_public(rules), lists=_public(lists), lines={})


def _rules(box: ApiBox, query: TopQuery, since: int, until: int) -> list[Ranked]:
    if query.device:
        raise UsageError(
            "rules are counted for all devices together", hint="leave `device` out, or rank by name"
        )
    action, company = tuple(query.action), tuple(query.company)
    with box.journal() as journal:
        found = hits.top(journal, since, until, action=action, company=company, limit=query.limit)
    return [
        Ranked(
            value=one.text or f"{one.list} {one.line}",
            label=" ".join(filter(None, (one.layer, one.list, str(one.line or "")))),
            count=one.count,
            bytes=0,
        )
        for one in found
    ]


def _part(box: ApiBox, query: PartQuery) -> Part:
    return Part(devices=keys_of(box, query.device), action=tuple(query.action), company=tuple(query.company))


def _span(query: Span) -> tuple[int, int]:
    until = int(time.time()) if query.until is None else query.until
    return (max(0, until - DAY) if query.since is None else query.since), until


def _since(since: int | None, ago: int) -> int:
    return max(0, int(time.time()) - ago) if since is None else since


def _public(found: Mapping[int, hits.Hits] | Mapping[str, hits.Hits]) -> dict[str, HitsPublic]:
    return {str(key): HitsPublic(count=one.count, last=one.last) for key, one in found.items()}
