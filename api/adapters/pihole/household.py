"""`/groups`, `/lists`, `/clients`, `/domains`: what the user has set, to look at."""

from typing import Any

from fastapi import APIRouter, Request

from api.adapters.pihole.access import may, took
from api.deps import Box
from gateway.access import Scope
from gateway.policy import sources
from gateway.policy.state import EVERYONE
from gateway.store import devices, groups, lists, rules
from gateway.store.engine import Session

router = APIRouter(dependencies=[may(Scope.READ)])


@router.get("/groups")
def all_groups(request: Request, box: Box) -> dict[str, Any]:
    """Groups; `everyone` is Pi-hole's "Default", number 0."""
    with box.works.reading() as session:
        found = groups.list_groups(session)
    shown = [
        {
            "name": one.name,
            "comment": one.comment or None,
            "enabled": True,
            "id": number,
            "date_added": 0,
            "date_modified": 0,
        }
        for number, one in enumerate(found)
    ]
    return {"groups": shown, "took": took(request)}


@router.get("/lists")
def all_lists(request: Request, box: Box) -> dict[str, Any]:
    """Subscribed lists."""
    with box.works.reading() as session:
        numbers = _numbers(session)
        found = lists.list_lists(session)
    shown = [
        {
            "address": sources.shown(one.source),  # without its password
            "type": "block",
            "comment": one.name,
            "groups": [numbers[group] for group in one.groups],
            "enabled": one.enabled,
            "id": one.id,
            "date_added": 0,
            "date_modified": 0,
            "date_updated": one.fetched,
            "number": one.rules,
            "invalid_domains": one.refused,
            "abp_entries": 0,
            "status": 4 if one.error and not one.version else 3 if one.error else 1,
        }
        for one in found
    ]
    return {"lists": shown, "took": took(request)}


@router.get("/clients")
def all_clients(request: Request, box: Box) -> dict[str, Any]:
    """Devices that somebody has named or put into a group."""
    with box.works.reading() as session:
        numbers = _numbers(session)
        found = devices.list_devices(session)
    shown = [
        {
            "client": one.address,
            "name": one.name or None,
            "comment": one.kind or None,
            "groups": [numbers.get(one.group, 0)],
            "id": one.id,
            "date_added": one.first_seen,
            "date_modified": one.last_seen,
        }
        for one in found
    ]
    return {"clients": shown, "took": took(request)}


@router.get("/domains")
def all_domains(request: Request, box: Box) -> dict[str, Any]:
    """The user's rules, as they are written."""
    with box.works.reading() as session:
        numbers = _numbers(session)
        found = rules.list_rules(session)
    shown = [
        {
            "domain": one.text,
            "unicode": one.text,
            "type": "allow" if one.text.startswith("@@") else "deny",
            "kind": "exact" if one.text[:1].isalnum() and "*" not in one.text else "regex",
            "comment": one.comment or None,
            "groups": [numbers.get(one.group, 0)],
            "enabled": one.enabled,
            "id": one.id,
            "date_added": one.created,
            "date_modified": one.created,
        }
        for one in found
    ]
    return {"domains": shown, "took": took(request)}


def _numbers(session: Session) -> dict[str, int]:
    """Group → its number; `everyone` is 0, for `list_groups` has it first."""
    found = {one.name: number for number, one in enumerate(groups.list_groups(session))}
    return {EVERYONE: 0, **found}
