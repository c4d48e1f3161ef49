"""`/v1/demo`: a phone for those who have none at hand, played in the background of the panel."""

import time

from fastapi import APIRouter, Response

from api.box import ApiBox
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.problems import Refused, responses
from api.schemas.demo import DemoPublic, DemoStart, DemoWiped
from gateway.access import Scope
from gateway.demo import device, stage
from gateway.demo.phone import LOOPBACK, way
from gateway.demo.stage import Progress, Stage
from gateway.journal.wipe import wipe_device
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/demo", tags=["demo"])

_READS = scoped(Scope.READ)
_WRITES = changing(Scope.DEVICES)

_LATE = "the log did not hold all that the demo phone asked: should more of it come, wipe it again"


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def read(box: Box) -> DemoPublic:
    """How far the demo phone is, and whether one is still among the devices."""
    with box.works.reading() as session:
        return _shown(box, session, box.kept(Stage).progress())


@router.post("", status_code=202, response_model=DemoPublic, responses=responses(401, 403, 409, 422, 503))
def start(body: DemoStart, making: Changing = _WRITES) -> Response:
    """Have a Xiaomi phone played for so long: it asks the box over real sockets, as a device of its own.

    Nothing but names is played, and nothing is sent to anybody but the box, which asks its upstreams for those
    that it allows. The phone is named and marked (`kind`: `demo`) as soon as the box has answered it.
    """
    box = making.box
    here = box.kept(Stage)

    def act(session: Session) -> DemoPublic:
        source = way(box.settings.dns).source
        device.is_here(session, source)
        if making.terms.dry_run:
            now = int(time.time())
            return _shown(box, session, Progress(True, source, started=now, until=now + body.seconds))
        wanted = stage.Box(box.works, box.journal, box.settings.dns)
        begun.append(here.begin(wanted, body.seconds, making.caller.author))
        return _shown(box, session, begun[0])

    begun: list[Progress] = []
    try:
        return making.note("the demo phone was started", act, _dumped, status=202, target=_named)
    except BaseException:  # what could not be noted does not go on
        if begun:
            here.end()
        raise


@router.delete("", response_model=DemoWiped, responses=responses(401, 403, 409, 412, 422, 503))
def wipe(making: Changing = _WRITES) -> Response:
    """End the demo phone, forget it, and wipe all that the log has of it. No other device is touched.

    On a box that is asked over IPv6 alone it asks as the box itself, whose log only the scope admin may wipe.
    """
    box = making.box
    source = way(box.settings.dns).source
    if source != LOOPBACK and not making.caller.may(Scope.ADMIN):
        raise Refused(403, f"the demo asks as {source} here, and wiping its log needs the scope admin")

    def act(session: Session) -> int:
        return device.forget(session, source)

    def change(rows: int, warnings: list[str]) -> Response:
        def show(gone: int) -> dict[str, object]:
            return {"devices": gone, "wiped_rows": rows, "warnings": warnings}

        return making.change("the demo phone was wiped", act, show, target="the demo phone")

    if making.terms.dry_run:
        return change(0, [])
    with box.kept(Stage).ended() as is_logged:
        # First, as in routes/devices.py: the answer that is kept for its key says that it was done.
        rows = _wipe_log(box, making, source)
        return change(rows, [] if is_logged else [_LATE])


def _wipe_log(box: ApiBox, making: Changing, source: str) -> int:
    """How many rows there were."""
    with box.works.reading() as session:
        keys = device.keys(session, source)
    with box.works.noting(making.caller.author, "log wiped", "the demo phone"):
        pass
    with box.journal() as journal:
        return sum(wipe_device(journal, key) for key in keys)


def _shown(box: ApiBox, session: Session, progress: Progress) -> DemoPublic:
    for one in device.here(session, way(box.settings.dns).source):
        return DemoPublic.of(progress, one.address, one.name)
    if progress.running:  # it is named once the box has answered it
        return DemoPublic.of(progress, progress.source, device.NAME)
    return DemoPublic.of(progress, "", "")


def _dumped(shown: DemoPublic) -> dict[str, object]:
    return shown.model_dump()  # no model: what changes each second has no version


def _named(shown: DemoPublic) -> str:
    return f"device {shown.device}"
