"""`/v1/overview`: all that Home shows, in one answer. From the journal's roll-ups: never a scan of the log."""

import time
from typing import Annotated

from fastapi import APIRouter, Query

from api import reporting
from api.box import ApiBox
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.overview import DeviceSeenPublic, OverviewPublic, OverviewQuery
from gateway.access import Scope
from gateway.journal import attempts
from gateway.journal.different import Different
from gateway.journal.statistics import Bucket
from gateway.overview import DeviceTally, overview
from gateway.store import devices

router = APIRouter(prefix="/v1/overview", tags=["statistics"])

HOUR = 3600
DAY = 24 * HOUR
HOURLY = 2 * DAY  # up to here hour by hour
MAX_DEVICES = 200  # a flood of forged senders must not become a page of them

_READS = scoped(Scope.READ)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def read(query: Annotated[OverviewQuery, Query()], box: Box) -> OverviewPublic:
    """Home in numbers: what was asked and stopped, who tried to tell whom what, where to, and when."""
    now = int(time.time())
    until = now if query.until is None else query.until
    since = max(0, until - DAY) if query.since is None else query.since
    bucket = Bucket.HOUR if until - since <= HOURLY else Bucket.DAY
    since = since // HOUR * HOUR
    until = max(until, min(now, until // HOUR * HOUR + HOUR - 1))
    with box.journal() as journal:
        span = attempts.of_span(journal, since, until, bucket, box.kept(Different))
    policy = reporting.policy_of(box)
    sums = overview(span.attempts, reporting.known(box, policy).purposes, reporting.standing(policy))
    return OverviewPublic.of(sums, span, _shown(box, sums.devices_seen[:MAX_DEVICES]), since, until)


def _shown(box: ApiBox, found: list[DeviceTally]) -> list[DeviceSeenPublic]:
    with box.works.reading() as session:
        named = {one.address: (one.name, one.kind) for one in devices.list_devices(session)}
    return [DeviceSeenPublic.of(one, *named.get(one.device, ("", ""))) for one in found]
