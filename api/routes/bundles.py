"""`/v1/bundles`: signed rules, lists and catalogue rows, in force all together or not at all."""

import time
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api import etags, paging
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.fetching import in_turn
from api.paging import Cursor, Limit, Page
from api.problems import responses
from api.schemas.bundles import BundleChanged, BundleDone, BundlePublic, BundleSubscribe, BundleUpload
from gateway.access import Scope
from gateway.bundles import applying, fetching, refreshing
from gateway.bundles.applying import Done, Ready, Result
from gateway.bundles.fetching import Parcel
from gateway.errors import HushgateError, UsageError
from gateway.store import bundles
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/bundles", tags=["bundles"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)

_Name = Annotated[str, Path(max_length=64, description="The bundle's name.")]
_Page = Page[BundlePublic]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(box: Box, limit: Limit = 100, cursor: Cursor = "") -> _Page:
    """All bundles, by name."""
    after = paging.decode(cursor, str)
    with box.works.reading() as session:
        found = [one for one in bundles.list_bundles(session) if after is None or one.name > after]
    page = found[:limit]
    more = paging.encode(page[-1].name) if len(found) > limit else ""
    return _Page(items=[BundlePublic.of(one) for one in page], next=more)


@router.post(
    "",
    status_code=201,
    response_model=BundleChanged,
    responses={
        200: {"model": BundleChanged, "description": "This version is in force already."},
        **responses(401, 403, 404, 409, 422, 503),
    },
)
def create(body: BundleUpload | BundleSubscribe, making: Changing = _WRITES) -> Response:
    """Put a bundle in force, or subscribe to one. Lists that it brings are fetched first; all of it or nothing."""
    if isinstance(body, BundleUpload):
        return _apply(making, Parcel(_bytes(body.bundle), _bytes(body.signature)), status=201)
    with in_turn():
        parcel = fetching.fetch_apart(body.url, making.box.settings.lists)
    return _apply(making, parcel, url=body.url, status=201)


@router.get("/{name}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(name: _Name, box: Box, response: Response) -> BundlePublic:
    """One bundle."""
    with box.works.reading() as session:
        return etags.tagged(response, BundlePublic.of(bundles.get_bundle(session, name)))


@router.delete(
    "/{name}", response_model=BundleChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def delete(name: _Name, making: Changing = _WRITES) -> Response:
    """Take a bundle out of force with all that it brought, and end its subscription."""
    remove = applying.removing(name)

    def act(session: Session) -> Done:
        making.expect(BundlePublic.of(bundles.get_bundle(session, name)))
        return remove(session)

    return making.change_lists(f"bundle {name} removed", act, _shown, target=f"bundle {name}")


@router.post(
    "/{name}:refresh", response_model=BundleChanged, responses=responses(401, 403, 404, 409, 422, 503)
)
def refresh(name: _Name, making: Changing = _WRITES) -> Response:
    """Look for a newer version, now. What was in force stays in force until that is."""
    box = making.box
    one = refreshing.subscription(box.works, name)
    try:
        with in_turn():
            parcel = fetching.fetch_apart(one.url, box.settings.lists)
        return _apply(making, parcel, expected=one.name)
    except HushgateError as fault:
        if not making.terms.dry_run:
            refreshing.failed(box.works, box.data, box.settings, one, fault)
        raise


def _apply(
    making: Changing, parcel: Parcel, *, url: str = "", expected: str = "", status: int = 200
) -> Response:
    box = making.box
    with (
        in_turn(),  # its lists are fetched
        applying.ready(box.works, box.data, box.settings, parcel, url=url, expected=expected) as ready,
    ):
        if ready.unchanged is not None and not making.terms.dry_run:
            return making.note(f"{ready.cause} before", _looked_at(ready), _unchanged(making), status=200)
        return making.change_lists(ready.cause, ready.act, _shown, status=status, target=_target)


def _looked_at(ready: Ready) -> Callable[[Session], Done]:
    def act(session: Session) -> Done:
        done = ready.act(session)
        found = bundles.fetched_bundle(session, done.bundle.name, now=int(time.time()))
        return Done(found, Result.UNCHANGED)

    return act


def _unchanged(making: Changing) -> Callable[[Done], dict[str, Any]]:
    """Nothing was published: what is in force already is told instead."""
    generation = making.box.policy().generation
    nowhere = {"workers": 0, "of": 0, "ms": 0.0}
    return lambda done: {**_shown(done), "generation": generation, "applied": nowhere, "warnings": []}


def _shown(done: Done) -> dict[str, Any]:
    return BundleDone.of_done(done).model_dump(mode="json")


def _target(done: Done) -> str:
    return f"bundle {done.bundle.name}"


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair
        raise UsageError("not UTF-8", hint="send both files as they are") from None
