"""`/filtering`: the rules of `everyone`, whether they block, and what would become of a name."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.adapters.adguardhome.access import may
from api.adapters.adguardhome.reasons import list_id, reason_of
from api.auth.callers import Caller
from api.deps import Box
from api.problems import Refused
from gateway import asking
from gateway.access import Scope
from gateway.model import Mode
from gateway.policy import sources
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import parse_rule
from gateway.store import groups, lists, rules
from gateway.store.engine import Session
from gateway.store.lists import Subscription
from gateway.store.rules import StoredRule

router = APIRouter(prefix="/filtering")

MAX_RULES = 10_000  # each is parsed, stored and held by every worker
COMMENTS = ("!", "#")
_READS = may(Scope.READ)
_WRITES = may(Scope.RULES)

_Rule = Annotated[str, Field(max_length=2000)]


class Config(BaseModel):
    """`interval` in hours."""

    model_config = ConfigDict(extra="ignore")

    enabled: bool
    interval: int


class Rules(BaseModel):
    """All of them, a line each."""

    rules: Annotated[list[_Rule], Field(max_length=MAX_RULES)]


@router.get("/status", dependencies=[_READS])
def status(box: Box) -> dict[str, Any]:
    """The lists, the rules, and whether they block."""
    with box.works.reading() as session:
        everyone = groups.get_group(session, EVERYONE)
        found = [_shown(one) for one in lists.list_lists(session)]
        own = [rule.text for rule in _own(session)]
    return {
        "enabled": everyone.mode is Mode.ENFORCE,
        "interval": box.settings.lists.refresh_hours,
        "filters": found,
        "whitelist_filters": [],
        "user_rules": own,
    }


@router.post("/config")
def configure(body: Config, box: Box, caller: Caller = _WRITES) -> Response:
    """Switched off, `everyone` only observes: what would have been blocked is let through, and logged."""
    if body.interval != box.settings.lists.refresh_hours:
        raise Refused(400, "how often lists are refreshed is set in [lists] of the settings")
    mode = Mode.ENFORCE if body.enabled else Mode.OBSERVE
    with box.works.change(f"group {EVERYONE} set to {mode}", caller.author) as change:
        groups.update_group(change.session, EVERYONE, mode=mode)
    return Response("OK\n", media_type="text/plain")


@router.post("/set_rules")
def replace(body: Rules, box: Box, caller: Caller = _WRITES) -> Response:
    """These instead of the ones there are; those that are switched off stay, for nobody has seen them."""
    wanted = list(dict.fromkeys(line for text in body.rules if (line := text.strip()) and not _remark(line)))
    for text in wanted:
        parse_rule(text)
    with box.works.change(f"rules of {EVERYONE} replaced", caller.author) as change:
        there = {rule.text: rule for rule in _own(change.session)}
        kept = frozenset(wanted)
        for text, rule in there.items():
            if text not in kept:
                rules.remove_rule(change.session, rule.id)
        for text in wanted:
            if text not in there:
                rules.add_rule(change.session, text, now=int(time.time()), group=EVERYONE)
    return Response("OK\n", media_type="text/plain")


@router.get("/check_host", dependencies=[_READS])
def check(
    box: Box,
    name: Annotated[str, Query(max_length=300)],
    client: Annotated[str, Query(max_length=100)] = "",
    qtype: Annotated[str, Query(max_length=20)] = "A",
) -> dict[str, Any]:
    """What would become of a name."""
    policy = box.policy()
    wire, kind = asking.question(name, qtype.upper() or "A")
    said = asking.why(box.settings, policy, asking.asker_of(policy, client), wire, kind)
    rule = said["rule"]
    with box.works.reading() as session:
        numbers = {one.name: one.id for one in lists.list_lists(session)}
    text = rule["text"] if rule else ""
    return {
        "reason": reason_of(said["action"], rule["layer"] if rule else ""),
        "rule": text,
        "filter_id": list_id(rule["layer"], rule["list"], numbers) if rule else 0,
        "rules": [{"filter_list_id": list_id(rule["layer"], rule["list"], numbers), "text": text}]
        if rule
        else [],
        "service_name": "",
        "cname": "",
        "ip_addrs": None,
    }


def _own(session: Session) -> list[StoredRule]:
    return [one for one in rules.list_rules(session, group=EVERYONE) if one.enabled and not one.origin]


def _remark(line: str) -> bool:
    return line.startswith(COMMENTS)


def _shown(one: Subscription) -> dict[str, Any]:
    fetched = datetime.fromtimestamp(one.fetched, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if one.fetched else None
    return {
        "id": one.id,
        "name": one.name,
        "url": sources.shown(one.source),  # without its password
        "enabled": one.enabled,
        "rules_count": one.rules,
        **({"last_updated": fetched} if fetched else {}),
    }
