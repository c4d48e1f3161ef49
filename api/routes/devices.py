"""`/v1/devices`: the phones and other things that ask, named or not."""

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from api import etags, paging, shown_devices
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Cursor, Limit, Page
from api.problems import Refused, responses
from api.schemas.devices import (
    MAX_KEY,
    DeviceChanged,
    DeviceForgotten,
    DeviceMerge,
    DevicePublic,
    DevicesMove,
    DevicesMoved,
    DevicesMovedPublic,
    DeviceUpdate,
)
from gateway.access import Scope, allowed
from gateway.errors import Missing, UsageError
from gateway.journal.merge import merge_device
from gateway.journal.wipe import wipe_device
from gateway.store import addresses, devices
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/devices", tags=["devices"])

_READS = scoped(Scope.READ, Scope.DEVICES)
_WRITES = changing(Scope.DEVICES)

Which = Annotated[
    str, Path(min_length=1, max_length=MAX_KEY, description="MAC, any of its addresses, or its name.")
]
Sort = Literal["name", "-last_seen", "-first_seen", "-asked", "-blocked"]
_Place = tuple[int, str, str]


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def search(
    box: Box,
    q: Annotated[
        str, Query(max_length=100, description="Somewhere in name, key, address, kind, maker.")
    ] = "",
    group: Annotated[str, Query(max_length=64)] = "",
    kind: Annotated[str, Query(max_length=64)] = "",
    named: Annotated[bool | None, Query(description="Only those with a name, or only those without.")] = None,
    sort: Sort = "name",
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page[DevicePublic]:
    """All devices: those that were set and all others of the log. By name, those without one at the end."""
    after = paging.decode(cursor, tuple[str, _Place])
    if after is not None and after[0] != sort:
        raise UsageError("the cursor belongs to another order", hint="begin again without it")
    log = shown_devices.seen_by(box)
    with box.works.reading() as session:
        found = shown_devices.shown(session, log)
    found = [
        device
        for device in found
        if (not group or device.group == group)
        and (not kind or device.kind.lower() == kind.lower())
        and (named is None or bool(device.name) is named)
        and (not q or q.lower() in _words(device))
    ]
    found.sort(key=lambda device: _place(device, sort))
    if after is not None:
        found = [device for device in found if _place(device, sort) > after[1]]
    more = len(found) > limit
    return Page(
        items=found[:limit], next=paging.encode((sort, _place(found[limit - 1], sort))) if more else ""
    )


@router.get("/{which}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(which: Which, box: Box, response: Response) -> DevicePublic:
    """One device, with its version."""
    log = shown_devices.seen_by(box)
    with box.works.reading() as session:
        return etags.tagged(response, shown_devices.one(session, log, which))


@router.patch(
    "/{which}", response_model=DeviceChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def update(which: Which, body: DeviceUpdate, making: Changing = _WRITES) -> Response:
    """Name a device, move it to another group. One that has not asked yet may be named by its MAC or address."""
    log = shown_devices.seen_by(making.box)
    now = int(time.time())

    def act(session: Session) -> DevicePublic:
        meant = devices.key_meant(session, which)
        if known := [device for device in shown_devices.shown(session, log) if device.key == meant]:
            making.expect(known[0])
        tags = None if body.tags is None else tuple(body.tags)
        devices.put_device(
            session, meant, now=now, name=body.name, kind=body.kind, group=body.group, tags=tags
        )
        return shown_devices.one(session, log, meant)

    return making.change(f"device {which} changed", act, _same, target=_named)


@router.delete(
    "/{which}", response_model=DeviceForgotten, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def delete(
    which: Which,
    wipe: Annotated[
        bool, Query(description="Wipe all that the log has of it as well; needs the scope admin.")
    ] = False,
    making: Changing = _WRITES,
) -> Response:
    """Forget its name, group, tags, pause and addresses; with `wipe` its log too, which cannot be undone."""
    if wipe and not allowed(making.caller.scopes, frozenset({Scope.ADMIN})):
        raise Refused(403, "wiping a device's log needs the scope admin", hint="without wipe its log stays")
    log = shown_devices.seen_by(making.box)

    def act(session: Session) -> DevicePublic:
        device = shown_devices.one(session, log, which)
        making.expect(device)
        try:
            devices.remove_device(session, device.key)
        except Missing:  # it is known by the log alone
            if not wipe:
                raise Missing(
                    f"nobody has set anything for {device.key}", hint="wipe=true (scope admin) wipes its log"
                ) from None
            addresses.drop_device(session, device.key)
        return device

    if wipe and not making.terms.dry_run:
        # First: were it cut off after the change, the answer kept for its key would say that it was done.
        with making.box.works.reading() as session:
            device = shown_devices.one(session, log, which)
        making.expect(device)
        with making.box.works.noting(making.caller.author, "log wiped", device.key):
            pass
        with making.box.journal() as journal:
            wipe_device(journal, device.key)
    cause = f"device {which} forgotten{', with its log' if wipe else ''}"
    return making.change(cause, act, lambda device: {**device.model_dump(), "wiped": wipe}, target=_named)


@router.post(":move", response_model=DevicesMoved, responses=responses(401, 403, 404, 409, 422, 503))
def move(body: DevicesMove, making: Changing = _WRITES) -> Response:
    """Put many devices into one group, in one generation; all of them, or none."""
    now = int(time.time())

    def act(session: Session) -> DevicesMovedPublic:
        keys = list(dict.fromkeys(devices.key_meant(session, which) for which in body.devices))
        moved = [devices.put_device(session, key, now=now, group=body.group) for key in keys]
        return DevicesMovedPublic(group=moved[0].group, devices=keys)

    cause = f"{len(body.devices)} devices moved to group {body.group}"
    return making.change(cause, act, lambda moved: moved.model_dump(), target=f"group {body.group}")


@router.post(
    "/{which}:merge", response_model=DeviceChanged, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def merge(which: Which, body: DeviceMerge, making: Changing = _WRITES) -> Response:
    """It is another device in truth: a phone that has made up a new MAC. Its log and what was set go to that one."""
    log = shown_devices.seen_by(making.box)

    def act(session: Session) -> DevicePublic:
        old = shown_devices.one(session, log, which)
        into = shown_devices.one(session, log, body.into).key
        making.expect(old)
        devices.merge_devices(session, old.key, into)
        merged[:] = [(old.key, into)]
        return shown_devices.one(session, log, into)

    merged: list[tuple[str, str]] = []
    answer = making.change(f"device {which} is {body.into}", act, _same, target=_named)
    if not making.terms.dry_run:
        with making.box.journal() as journal:
            for old, into in merged:
                merge_device(journal, old, into)
    return answer


def _same(device: DevicePublic) -> DevicePublic:
    return device


def _named(device: DevicePublic) -> str:
    return f"device {device.key}"


def _words(device: DevicePublic) -> str:
    parts = (device.name, device.key, device.kind, device.maker, *device.addresses, *device.tags)
    return "\n".join(parts).lower()


def _place(device: DevicePublic, sort: Sort) -> _Place:
    """Where it stands in this order; no two stand in the same place."""
    if sort == "name":
        return int(not device.name), device.name.lower(), device.key
    return -getattr(device, sort.removeprefix("-")), "", device.key
