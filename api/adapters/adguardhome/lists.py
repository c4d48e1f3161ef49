"""`/filtering/add_url` and its like: subscribed lists. When one of these answers, it is in force."""

from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.adapters.adguardhome.access import may
from api.auth.callers import Caller
from api.deps import Box
from api.fetching import in_turn
from api.problems import Refused
from gateway import subscriptions
from gateway.access import Scope
from gateway.policy import sources
from gateway.policy.state import EVERYONE
from gateway.store import lists
from gateway.store.engine import Session, open_journal
from gateway.store.lists import Subscription

router = APIRouter(prefix="/filtering")

_WRITES = may(Scope.RULES)
_Url = Annotated[str, Field(min_length=1, max_length=2000)]
_Name = Annotated[str, Field(max_length=64)]


class AddUrl(BaseModel):
    """Which list."""

    name: _Name = ""
    url: _Url
    whitelist: bool = False


class RemoveUrl(BaseModel):
    """Which list."""

    url: _Url
    whitelist: bool = False


class SetData(BaseModel):
    """How it shall be."""

    name: _Name
    url: _Url
    enabled: bool


class SetUrl(BaseModel):
    """Which list, and how it shall be."""

    url: _Url
    whitelist: bool = False
    data: SetData


class Refresh(BaseModel):
    """Of which kind."""

    whitelist: bool = False


@router.post("/add_url")
def add(body: AddUrl, box: Box, caller: Caller = _WRITES) -> Response:
    """Subscribe for `everyone`."""
    _blocklist(whitelist=body.whitelist)
    sources.check(body.url, files=False)
    with (
        in_turn(),
        subscriptions.subscribing(
            box.data,
            box.settings,
            box.works.reading,
            body.url,
            name=body.name,
            groups=(EVERYONE,),
            syntax="auto",
        ) as act,
    ):
        cause = f"list added: {sources.shown(body.url)}"
        outcome = box.works.change_lists(cause, act, caller.author)
    return Response(f"OK {outcome.result.list.rules} rules\n", media_type="text/plain")


@router.post("/remove_url")
def remove(body: RemoveUrl, box: Box, caller: Caller = _WRITES) -> Response:
    """Unsubscribe."""
    _blocklist(whitelist=body.whitelist)

    def act(session: Session) -> Subscription:
        return lists.remove_list(session, _by_url(session, body.url).id)

    gone = box.works.change_lists(f"list removed: {sources.shown(body.url)}", act, caller.author).result
    return Response(f"OK {gone.rules} rules\n", media_type="text/plain")


@router.post("/set_url")
def change(body: SetUrl, box: Box, caller: Caller = _WRITES) -> Response:
    """Switch it on or off. Its name and address stay."""
    _blocklist(whitelist=body.whitelist)
    with box.works.reading() as session:
        found = _by_url(session, body.url)
    if body.data.url not in _urls(found) or body.data.name != found.name:
        raise Refused(400, "a list keeps its name and address here: remove it, and add the other one")

    def act(session: Session) -> Subscription:
        return lists.update_list(session, found.id, enabled=body.data.enabled)

    state = "enabled" if body.data.enabled else "disabled"
    box.works.change_lists(f"list {found.name} {state}", act, caller.author)
    return Response("OK\n", media_type="text/plain")


@router.post("/refresh")
def refresh(body: Refresh, box: Box, caller: Caller = _WRITES) -> dict[str, Any]:
    """Fetch what has changed."""
    if body.whitelist:
        return {"updated": 0}
    with in_turn(), subscriptions.refreshing(box.data, box.settings, box.works.reading, None) as brought:
        if brought is None:
            return {"updated": 0}
        if brought.is_news:
            done = box.works.change_lists("lists refreshed", brought.act, caller.author).result
        else:
            with box.works.noting(caller.author) as session:
                done = brought.act(session)
    subscriptions.tell_failed(done, lambda: open_journal(box.data.root, box.settings.store.url))
    return {"updated": sum(one.outcome == "new" for one in done)}


def _by_url(session: Session, url: str) -> Subscription:
    found = [one for one in lists.list_lists(session) if url in _urls(one) and not one.origin]
    exact = [one for one in found if one.source == url]
    if len(exact or found) != 1:  # two may differ only in what is not shown
        raise Refused(400, "there is no list of this address, or more than one")
    return (exact or found)[0]


def _urls(one: Subscription) -> tuple[str, str]:
    """By which clients may know it: as it is, and as they were told."""
    return one.source, sources.shown(one.source)


def _blocklist(*, whitelist: bool) -> None:
    if whitelist:
        raise Refused(400, "there are no allowlists: an exception is a rule, as in @@||example.org^")
