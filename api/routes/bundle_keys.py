"""`/v1/bundle-keys`: whose bundles are trusted. For admins: who is trusted here decides what is blocked."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import paging
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page
from api.problems import responses
from api.schemas.bundles import KeyCreate, KeyPublic
from gateway.access import Scope
from gateway.bundles import minisign
from gateway.errors import UsageError
from gateway.store import bundle_keys
from gateway.store.bundle_keys import BundleKey
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/bundle-keys", tags=["bundles"])

_READS = scoped(Scope.READ, Scope.ADMIN)
_WRITES = changing(Scope.ADMIN)

_Page = Page[KeyPublic]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(box: Box, limit: Limit = 100, cursor: Cursor = "") -> _Page:
    """All trusted keys, oldest first."""
    skip = paging.decode(cursor, int) or 0
    if skip < 0:
        raise UsageError("the cursor is not one of ours", hint="take `next` of the page before, as it is")
    with box.works.reading() as session:
        found = bundle_keys.list_keys(session)
    page = found[skip : skip + limit]
    more = paging.encode(skip + limit) if len(found) > skip + limit else ""
    return _Page(items=[KeyPublic.of(key) for key in page], next=more)


@router.post("", status_code=201, response_model=KeyPublic, responses=responses(401, 403, 409, 422, 503))
def create(body: KeyCreate, making: Changing = _WRITES) -> Response:
    """Trust a key: bundles that it signs may be applied."""
    public = minisign.read_public_key(body.public_key)

    def act(session: Session) -> BundleKey:
        return bundle_keys.add_key(session, public.id, public.line, name=body.name, now=int(time.time()))

    return making.note("bundle key trusted", act, _shown, status=201, target=_target)


@router.delete("/{key_id}", response_model=KeyPublic, responses=responses(401, 403, 404, 409, 412, 422, 503))
def delete(
    key_id: Annotated[str, Path(max_length=64, description="Its id or name.")], making: Changing = _WRITES
) -> Response:
    """Trust a key no longer. What it signed before stays in force; nothing newer of it is taken."""

    def act(session: Session) -> BundleKey:
        making.expect(KeyPublic.of(bundle_keys.get_key(session, key_id)))
        return bundle_keys.remove_key(session, key_id)

    return making.note("bundle key removed", act, _shown, target=_target)


def _shown(key: BundleKey) -> KeyPublic:
    return KeyPublic.of(key)


def _target(key: BundleKey) -> str:
    return f"bundle key {key.id}"
