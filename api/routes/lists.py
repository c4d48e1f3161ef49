"""`/v1/lists`: lists of others, subscribed to. They are fetched in processes of their own."""

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api import etags
from api.box import ApiBox
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.fetching import in_turn
from api.paging import Cursor, Limit, Page, decode, encode
from api.problems import responses
from api.schemas.lists import (
    KnownListPublic,
    ListChanged,
    ListCreate,
    ListPublic,
    ListReportPublic,
    ListsRefreshed,
    ListUpdate,
    RefreshedPublic,
    RefusedLine,
)
from gateway import subscriptions
from gateway.access import Scope
from gateway.errors import OwnFault, UsageError
from gateway.journal import hits
from gateway.journal.hits import Hits
from gateway.policy import sources
from gateway.policy.fetching import known_sources
from gateway.policy.fetching.targets import SourceFault
from gateway.store import lists
from gateway.store.engine import Session, open_journal
from gateway.store.lists import Subscription
from gateway.subscriptions import Refreshed

router = APIRouter(tags=["lists"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)

_log = logging.getLogger(__name__)

_Number = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("/v1/lists", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(box: Box, limit: Limit = 100, cursor: Cursor = "") -> Page[ListPublic]:
    """All subscriptions, oldest first, with how often each decided."""
    start = max(0, decode(cursor, int) or 0)
    with box.works.reading() as session:
        found = lists.list_lists(session)
    counted = _hits(box)
    items = [_with_hits(one, counted) for one in found[start : start + limit]]
    return Page(items=items, next=encode(start + limit) if start + limit < len(found) else "")


@router.post(
    "/v1/lists",
    status_code=201,
    response_model=ListChanged,
    responses=responses(401, 403, 404, 409, 422, 503),
)
def create(body: ListCreate, making: Changing = _WRITES) -> Response:
    """Subscribe to a list. It is fetched first, which may take a minute: what cannot be used is not subscribed to."""
    known = {one.name.lower(): one for one in known_sources.load()}.get(body.source.strip().lower())
    source, name, syntax = body.source.strip(), body.name, body.syntax
    if known is not None:
        source, name, syntax = known.url, name or known.name, known.syntax
    sources.check(source, files=False)
    box = making.box
    with (
        in_turn(),
        subscriptions.subscribing(
            box.data,
            box.settings,
            box.works.reading,
            source,
            name=name,
            groups=tuple(dict.fromkeys(body.groups)),
            syntax=syntax,
        ) as act,
    ):
        return making.change_lists(
            f"list added: {sources.shown(source)}",
            act,
            lambda done: ListPublic.of(done.list),
            status=201,
            target=lambda done: f"list {done.list.id}",
        )


@router.get("/v1/known-lists", dependencies=[_READS], responses=responses(401, 403))
def known() -> Page[KnownListPublic]:
    """Public lists worth subscribing to, by name."""
    return Page(items=[KnownListPublic.of(one) for one in known_sources.load()], next="")


@router.post("/v1/lists:refresh", response_model=ListsRefreshed, responses=responses(401, 403, 409, 422, 503))
def refresh_all(making: Changing = _WRITES) -> Response:
    """Fetch what has changed of all lists that are enabled; answers when the last one is there."""
    return _refresh(making, None)


@router.post(
    "/v1/lists/{number}:refresh",
    response_model=ListsRefreshed,
    responses=responses(401, 403, 404, 409, 422, 503),
)
def refresh(number: _Number, making: Changing = _WRITES) -> Response:
    """Fetch one list, whether it is enabled or not. One that fails keeps its last good copy, and says why."""
    return _refresh(making, number)


@router.get("/v1/lists/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: _Number, box: Box, response: Response) -> ListPublic:
    """One list."""
    with box.works.reading() as session:
        found = lists.get_list(session, number)
    return etags.tagged(response, _with_hits(found, _hits(box)))


@router.patch(
    "/v1/lists/{number}",
    response_model=ListChanged,
    responses=responses(401, 403, 404, 409, 412, 422, 503),
)
def update(number: _Number, body: ListUpdate, making: Changing = _WRITES) -> Response:
    """Change a subscription: switch it on or off, rename it, choose its groups. What is left out stays."""

    def act(session: Session) -> Subscription:
        making.expect(ListPublic.of(lists.get_list(session, number)))
        return lists.update_list(
            session,
            number,
            name=body.name,
            enabled=body.enabled,
            syntax=body.syntax,
            for_groups=None if body.groups is None else tuple(dict.fromkeys(body.groups)),
        )

    return making.change_lists(f"list {number} changed", act, ListPublic.of, target=f"list {number}")


@router.delete(
    "/v1/lists/{number}",
    response_model=ListChanged,
    responses=responses(401, 403, 404, 409, 412, 422, 503),
)
def delete(number: _Number, making: Changing = _WRITES) -> Response:
    """End a subscription."""

    def act(session: Session) -> Subscription:
        making.expect(ListPublic.of(lists.get_list(session, number)))
        return lists.remove_list(session, number)

    return making.change_lists(f"list {number} removed", act, ListPublic.of, target=f"list {number}")


@router.get("/v1/lists/{number}/report", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def report(number: _Number, box: Box, limit: Limit = 100, cursor: Cursor = "") -> ListReportPublic:
    """Which of its lines were refused, and why."""
    start = max(0, decode(cursor, int) or 0)
    with box.works.reading() as session:
        one = lists.get_list(session, number)
    if not one.version:
        raise UsageError(f"list {one.id} has never been fetched", hint="refresh it")
    try:
        found = subscriptions.report(box.data, one, box.policy())
    except (OSError, SourceFault) as fault:
        raise UsageError(f"the copy of list {one.id} cannot be read: {fault}", hint="refresh it") from fault
    items = [RefusedLine.of(refused) for refused in found.examples[start : start + limit]]
    more = start + limit < len(found.examples)
    return ListReportPublic(
        id=one.id,
        name=one.name,
        rules=found.rules,
        refused=found.refused,
        items=items,
        next=encode(start + limit) if more else "",
    )


def _refresh(making: Changing, which: int | None) -> Response:
    box = making.box
    told: list[Refreshed] = []  # of the last call, which is the one that counts

    def show(done: list[Refreshed]) -> dict[str, Any]:
        told[:] = done
        return {"items": [RefreshedPublic.of(one).model_dump(mode="json") for one in done]}

    target = "all lists" if which is None else f"list {which}"
    with (
        in_turn(),
        subscriptions.refreshing(box.data, box.settings, box.works.reading, which) as brought,
    ):
        if brought is not None and brought.is_news:
            response = making.change_lists("lists refreshed", brought.act, show, target=target)
        else:
            act = brought.act if brought else _nothing
            response = making.note("lists refreshed", act, show, target=target)
    if not making.terms.dry_run:
        subscriptions.tell_failed(told, lambda: open_journal(box.data.root, box.settings.store.url))
    return response


def _nothing(_: Session) -> list[Refreshed]:
    return []


def _hits(box: ApiBox) -> dict[str, Hits] | None:
    """Without the log there are no hits, but the lists are still there."""
    try:
        with box.journal() as journal:
            return hits.of_lists(journal)
    except OwnFault as fault:
        _log.warning("the hits of lists cannot be told: %s", fault)
        return None


def _with_hits(one: Subscription, counted: dict[str, Hits] | None) -> ListPublic:
    return ListPublic.of(one, None if counted is None else counted.get(one.name, Hits(0, 0)))
