"""`/v1/rules`: the user's own rules, and beside them those that bundles brought."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from api import etags, paging
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page
from api.problems import responses
from api.schemas.rules import (
    BulkChanged,
    BulkPublic,
    RuleChanged,
    RuleCreate,
    RuleListed,
    RulePublic,
    RulesBulk,
    RuleTest,
    RuleTested,
    RuleUpdate,
)
from gateway import rule_check
from gateway.access import Scope
from gateway.errors import UsageError
from gateway.journal import hits
from gateway.model import Layer
from gateway.policy.syntax import parse_rule
from gateway.store import rule_bulk, rule_search, rules
from gateway.store.engine import Session
from gateway.store.own_rules import RuleIn
from gateway.store.rule_bulk import Bulk, RuleEdit
from gateway.store.rule_search import RuleFilters
from gateway.store.rules import StoredRule

router = APIRouter(prefix="/v1/rules", tags=["rules"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)

Number = Annotated[int, Path(ge=1, lt=1 << 31)]
Sort = Literal[
    "id", "-id", "text", "-text", "created", "-created", "changed", "-changed", "expires", "-expires"
]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def search(
    box: Box,
    group: Annotated[str, Query(max_length=64)] = "",
    enabled: bool | None = None,
    tag: Annotated[str, Query(max_length=64)] = "",
    origin: Annotated[
        str | None, Query(max_length=100, description="Empty for your own, `bundle:NAME` for a bundle's.")
    ] = None,
    q: Annotated[str, Query(max_length=200, description="Somewhere in text or comment.")] = "",
    expires_within: Annotated[
        int | None,
        Query(ge=0, le=10 * 365 * 86400, description="Only those that end within so many seconds."),
    ] = None,
    hits: Annotated[bool, Query(description="With how often each has decided.")] = False,
    sort: Sort = "id",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[RuleListed]:
    """Rules: all, or those that are looked for."""
    column, descending = sort.removeprefix("-"), sort.startswith("-")
    place = paging.decode(cursor, tuple[str, rule_search.Place])
    if place is not None and place[0] != sort:
        raise UsageError("the cursor belongs to another order", hint="begin again without it")
    until = None if expires_within is None else int(time.time()) + expires_within
    filters = RuleFilters(group=group, enabled=enabled, tag=tag, origin=origin, words=q, expires_before=until)
    with box.works.reading() as session:
        found = rule_search.search_rules(
            session,
            filters,
            sort=column,
            descending=descending,
            after=place[1] if place else None,
            limit=limit + 1,
        )
    items = [RuleListed.of(rule) for rule in found[:limit]]
    if hits:
        _add_hits(box, items)
    more = len(found) > limit
    return Page(items=items, next=paging.encode((sort, _place(found[limit - 1], column))) if more else "")


@router.post(
    "",
    status_code=201,
    response_model=RuleChanged,
    responses={
        200: {"model": RuleChanged, "description": "The rule was there already."},
        **responses(401, 403, 404, 409, 422, 503),
    },
)
def create(body: RuleCreate, making: Changing = _WRITES) -> Response:
    """Add a rule. When this answers, it is in force in every worker.

    The same text in the same group is one rule: what is there already is switched on again, keeps its number, and is
    answered with 200.
    """
    parse_rule(body.text)
    now = int(time.time())
    there = False

    def act(session: Session) -> StoredRule:
        nonlocal there
        same = rules.find_rule(session, body.text, body.group)
        there = same is not None
        if same is not None:
            making.expect(RulePublic.of(same))
        return rules.add_rule(
            session,
            body.text,
            now=now,
            group=body.group,
            comment=body.comment,
            expires=body.until(now) or 0,
            tags=body.tags,
            enabled=body.enabled,
        )

    return making.change(
        f"rule added: {body.text}", act, RulePublic.of, status=lambda _: 200 if there else 201, target=_named
    )


@router.get("/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: Number, box: Box, response: Response) -> RulePublic:
    """One rule, with its version."""
    with box.works.reading() as session:
        return etags.tagged(response, RulePublic.of(rules.get_rule(session, number)))


@router.patch("/{number}", response_model=RuleChanged, responses=responses(401, 403, 404, 409, 412, 422, 503))
def update(number: Number, body: RuleUpdate, making: Changing = _WRITES) -> Response:
    """Change a rule. It keeps its number, and so its hits."""
    if body.text is not None:
        parse_rule(body.text)
    now = int(time.time())

    def act(session: Session) -> StoredRule:
        making.expect(RulePublic.of(rules.get_rule(session, number)))
        return rules.update_rule(
            session,
            number,
            text=body.text,
            group=body.group,
            comment=body.comment,
            enabled=body.enabled,
            expires=body.until(now),
            tags=body.tags,
            now=now,
        )

    return making.change(f"rule {number} changed", act, RulePublic.of, target=_named)


@router.delete(
    "/{number}", response_model=RuleChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def delete(number: Number, making: Changing = _WRITES) -> Response:
    """Delete a rule. When this answers, it counts nowhere any more."""

    def act(session: Session) -> StoredRule:
        making.expect(RulePublic.of(rules.get_rule(session, number)))
        return rules.remove_rule(session, number)

    return making.change(f"rule {number} removed", act, RulePublic.of, target=_named)


@router.post(":bulk", response_model=BulkChanged, responses=responses(401, 403, 404, 409, 422, 503))
def bulk(body: RulesBulk, making: Changing = _WRITES) -> Response:
    """Change many rules in one generation, or none: an error names the item, as in `update.3: no rule 12`."""
    now = int(time.time())
    for place, made in enumerate(body.create):
        _check(f"create.{place}", made.text)
    for place, edit in enumerate(body.update):
        if edit.text is not None:
            _check(f"update.{place}", edit.text)

    def act(session: Session) -> Bulk:
        return rule_bulk.change_rules(
            session,
            create=[
                RuleIn(one.text, one.group, one.comment, tuple(one.tags), one.enabled, one.until(now) or 0)
                for one in body.create
            ],
            update=[
                RuleEdit(
                    id=one.id,
                    text=one.text,
                    group=one.group,
                    comment=one.comment,
                    enabled=one.enabled,
                    expires=one.until(now),
                    tags=None if one.tags is None else tuple(one.tags),
                )
                for one in body.update
            ],
            delete=body.delete,
            now=now,
        )

    def show(done: Bulk) -> dict[str, object]:
        return BulkPublic(
            created=list(done.created), updated=list(done.updated), deleted=list(done.deleted)
        ).model_dump()

    def target(done: Bulk) -> str:
        return f"{len(done.created)} created, {len(done.updated)} updated, {len(done.deleted)} deleted"

    return making.change("rules changed in bulk", act, show, target=target)


@router.post(":test", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def test(body: RuleTest, box: Box) -> RuleTested:
    """Is this a rule, and which of these names would it alone cover? Nothing is stored."""
    tried = rule_check.try_rule(
        body.text, body.names, qtype=body.type, asker=body.device, policy=box.policy()
    )
    return RuleTested.model_validate(tried, from_attributes=True)


def _check(place: str, text: str) -> None:
    try:
        parse_rule(text)
    except UsageError as error:
        raise type(error)(f"{place}: {error}", hint=error.hint) from error


def _named(rule: StoredRule) -> str:
    return f"rule {rule.id}"


def _place(rule: StoredRule, column: str) -> rule_search.Place:
    return rule_search.place_of(rule, column)


def _add_hits(box: Box, items: list[RuleListed]) -> None:
    with box.journal() as journal:
        found = hits.hits(journal, Layer.RULES)
    for item in items:
        hit = found.get(item.id, hits.Hits(0, 0))
        item.hits, item.last_hit = hit.count, hit.last
