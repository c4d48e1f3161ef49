"""`/v1/findings`: the few things worth knowing, chosen from the roll-ups and from how the box is."""

import time
from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query

from api import reporting
from api.box import ApiBox
from api.deps import Box, scoped
from api.log_filters import device_names
from api.problems import responses
from api.reporting import Known
from api.schemas.findings import FindingPublic, Findings, FindingsQuery
from gateway import condition
from gateway.access import Scope
from gateway.dns.links import pause
from gateway.findings.candidates import Pause, Seen, candidates
from gateway.findings.choice import choose
from gateway.journal import attempts, firsts
from gateway.journal.attempts import Names
from gateway.journal.filters import is_pattern
from gateway.model import Mode
from gateway.names import NameFault, from_text
from gateway.policy.decide import Policy
from gateway.store import lists
from gateway.store.engine import Database

router = APIRouter(prefix="/v1/findings", tags=["statistics"])

HOUR = 3600
DAY = 24 * HOUR
PATIENCE = 2.0  # seconds for a role to answer

_READS = scoped(Scope.READ)


@router.get(
    "",
    dependencies=[_READS],
    response_model_exclude_none=True,
    responses=responses(401, 403, 422, 503),
)
def read(query: Annotated[FindingsQuery, Query()], box: Box) -> Findings:
    """What is worth knowing, the best first, ten things at most: who tries to tell whom what, what got through …"""
    until = int(time.time())
    since = max(0, until - DAY) if query.since is None else min(query.since, until)
    policy = reporting.policy_of(box)
    known = reporting.known(box, policy)
    seen = _seen(box, policy, known, since // HOUR * HOUR, until)
    names = device_names(box)
    chosen = choose(candidates(seen, known.purposes))
    return Findings(items=[FindingPublic.of(one, names.get(one.finding.device, "")) for one in chosen])


def _seen(box: ApiBox, policy: Policy | None, known: Known, since: int, until: int) -> Seen:
    hours = max(1, until // HOUR - since // HOUR)
    before = since - hours * HOUR
    recent = max(since, (until - DAY) // HOUR * HOUR)  # what broke last week is no news
    with box.works.reading() as session:
        failed = tuple(one.name for one in lists.list_lists(session) if one.enabled and one.error)
    with box.journal() as journal:
        goes_back = 0 < attempts.began(journal) <= before
        return Seen(
            since=since,
            until=until,
            attempts=attempts.by_device(journal, since),
            before=attempts.by_device(journal, before, since - 1) if goes_back else (),
            goes_back=goes_back,
            new_devices=tuple(one.device for one in firsts.new_devices(journal, since, firsts.MAX_LIMIT)),
            contacts=tuple(
                (one.device, one.company) for one in firsts.contacts(journal, since, limit=firsts.MAX_LIMIT)
            ),
            breaking=() if policy is None else tuple(_breaking(journal, policy, known, recent)),
            breaking_since=recent,
            lists=failed,
            roles=_roles(box),
            pauses=() if policy is None else tuple(_pauses(policy)),
            observing=() if policy is None else _observing(policy),
        )


def _breaking(journal: Database, policy: Policy, known: Known, since: int) -> Iterator[tuple[Names, str]]:
    for one in attempts.blocked_names(journal, since):
        try:
            facts = None if is_pattern(one.name) else policy.facts(from_text(one.name))
        except NameFault:
            continue  # nobody could ask the log for it by its name
        if facts is not None and (breakage := known.breakages.get(facts.pattern)):
            yield one, breakage


def _roles(box: ApiBox) -> tuple[str, ...]:
    found = condition.ask(box.data, box.settings, timeout=PATIENCE)
    return tuple(one["role"] for one in found if one["state"] == "down")


def _pauses(policy: Policy) -> Iterator[Pause]:
    for one, holds in zip(policy.pauses, pause.holding(policy), strict=True):
        if holds:
            device = one.target if one.scope == "device" else ""
            yield Pause(device, one.target if one.scope == "group" else "", one.until)


def _observing(policy: Policy) -> tuple[str, ...]:
    return tuple(sorted(group.name for group in policy.overlay.groups if group.mode is Mode.OBSERVE))
