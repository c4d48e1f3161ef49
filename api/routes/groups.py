"""`/v1/groups`: devices that are treated alike."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import etags
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page, decode, encode
from api.problems import responses
from api.schemas.groups import GroupChanged, GroupCreate, GroupPublic, GroupUpdate
from gateway.access import Scope
from gateway.store import groups, lists
from gateway.store.engine import Session
from gateway.store.groups import Members

router = APIRouter(prefix="/v1/groups", tags=["groups"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)

_Name = Annotated[str, Path(max_length=64)]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def list_all(box: Box, limit: Limit = 100, cursor: Cursor = "") -> Page[GroupPublic]:
    """All groups by name, `everyone` first."""
    start = max(0, decode(cursor, int) or 0)
    with box.works.reading() as session:
        found = _shown(session)
    more = start + limit < len(found)
    return Page(items=found[start : start + limit], next=encode(start + limit) if more else "")


@router.post(
    "", status_code=201, response_model=GroupChanged, responses=responses(401, 403, 404, 409, 422, 503)
)
def create(body: GroupCreate, making: Changing = _WRITES) -> Response:
    """Make a group."""

    def act(session: Session) -> GroupPublic:
        made = groups.add_group(session, **body.values())
        lists.choose_lists(session, made.name, tuple(body.lists))
        return _one(session, made.name)

    return making.change(f"group {body.name} added", act, _same, status=201, target=f"group {body.name}")


@router.get("/{name:path}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(name: _Name, box: Box, response: Response) -> GroupPublic:
    """One group."""
    with box.works.reading() as session:
        return etags.tagged(response, _one(session, name))


@router.patch(
    "/{name:path}", response_model=GroupChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def update(name: _Name, body: GroupUpdate, making: Changing = _WRITES) -> Response:
    """Change a group, its name too. What is left out stays."""

    def act(session: Session) -> GroupPublic:
        making.expect(_one(session, name))
        changed = groups.update_group(session, name, **body.values())
        if body.lists is not None:
            lists.choose_lists(session, changed.name, tuple(body.lists))
        return _one(session, changed.name)

    return making.change(f"group {name} changed", act, _same, target=f"group {name}")


@router.delete(
    "/{name:path}", response_model=GroupChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def delete(name: _Name, making: Changing = _WRITES) -> Response:
    """Delete a group with its rules; its devices go to `everyone`."""

    def act(session: Session) -> GroupPublic:
        before = _one(session, name)
        making.expect(before)
        groups.remove_group(session, name)
        return before

    return making.change(f"group {name} removed", act, _same, target=f"group {name}")


def _shown(session: Session) -> list[GroupPublic]:
    chosen, members, now = lists.lists_of_groups(session), groups.count_members(session), time.time()
    return [
        GroupPublic.of(one, chosen.get(one.name, ()), members.get(one.name, Members()), now)
        for one in groups.list_groups(session)
    ]


def _one(session: Session, name: str) -> GroupPublic:
    wanted = groups.get_group(session, name).name
    return next(one for one in _shown(session) if one.name == wanted)


def _same(group: GroupPublic) -> GroupPublic:
    return group
