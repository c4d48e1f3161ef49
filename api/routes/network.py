"""`/v1/network`: whom the box asks and how they do, its cache, and the settings that are in force."""

from fastapi import APIRouter, Response

from api import etags
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.changes import AppliedPublic
from api.schemas.network import (
    CachePublic,
    NetworkChanged,
    NetworkPublic,
    NetworkSettings,
    NetworkUpdate,
    SettingPublic,
    UpstreamSeenPublic,
    UpstreamTested,
    UpstreamToTest,
)
from gateway import adjusting, condition, network, settings_told
from gateway.access import Scope
from gateway.adjusting import Plan, Took
from gateway.errors import UsageError
from gateway.settings import Settings
from gateway.store.engine import Session

router = APIRouter(prefix="/v1/network", tags=["network"])

_READS = scoped(Scope.READ)
_ADMIN = scoped(Scope.ADMIN)
_WRITES = changing(Scope.ADMIN)

NO_WORKER = "no DNS worker runs now: it counts as soon as one does"


@router.get("", dependencies=[_READS], responses=responses(401, 403, 422, 503))
def read(box: Box, response: Response) -> NetworkPublic:
    """Upstreams and cache, the workers taken together, and every setting with where it came from."""
    box.take_up()  # somebody may have put the file aside
    settings = box.settings
    found = condition.ask(box.data, settings)
    etags.tagged(response, _values(settings, adjusting.stored(box.data).serial))
    return NetworkPublic(
        listen=list(settings.dns.listen),
        upstreams=[
            UpstreamSeenPublic.model_validate(one, from_attributes=True)
            for one in network.upstreams(found, settings)
        ],
        from_system=not settings.dns.upstreams,
        cache=CachePublic.model_validate(network.cache(found)),
        settings=[
            SettingPublic.model_validate(one, from_attributes=True) for one in settings_told.told(settings)
        ],
    )


@router.patch("", response_model=NetworkChanged, responses=responses(401, 403, 409, 412, 422, 503))
def change(body: NetworkUpdate, making: Changing = _WRITES) -> Response:
    """Change settings: in force in every worker, with no query lost, when this answers.

    Each new upstream is asked one real question first; one that does not answer is refused, unless `force`. What the
    settings file, the environment or a flag says is not to be changed here: 409.
    """
    box, changes = making.box, body.model_dump(exclude_unset=True, exclude={"force"})

    def planned() -> Plan:
        return adjusting.plan(box.data, box.settings, changes, making.caller.author)

    before = planned()
    tested = [_tested(one) for one in adjusting.tried(box.data, before)] if not body.force else []
    if silent := [f"{one.url} ({one.error})" for one in tested if not one.ok]:
        raise UsageError(
            f"does not answer: {', '.join(silent)}", hint="check the address; `force` sets it all the same"
        )
    done: list[tuple[Plan, Took]] = []

    def act(_: Session) -> tuple[Plan, Took | None]:
        plan = planned()  # once more, in our turn: somebody may have been faster
        making.expect(_values(box.settings, plan.before.serial))
        if making.terms.dry_run or not plan.changes:
            return plan, None
        done.append((plan, adjusting.put(box.data, plan)))
        box.take_up()
        return done[0]

    def show(result: tuple[Plan, Took | None]) -> NetworkChanged:
        plan, took = result
        serial = plan.after.serial if took else plan.before.serial
        return NetworkChanged(
            **_values(plan.settings, serial).model_dump(),
            applied=AppliedPublic.model_validate(took, from_attributes=True) if took else None,
            tested=tested,
            warnings=[NO_WORKER] if took and not took.of else [],
        )

    try:
        return making.note(adjusting.ACTION, act, show, target=adjusting.TARGET)
    except BaseException:
        for plan, _ in done:  # it is in force, but nobody could note who has changed it
            adjusting.take_back(box.data, plan)
            box.take_up()
        raise


@router.post(":test", dependencies=[_ADMIN], responses=responses(401, 403, 422, 503))
def test(body: UpstreamToTest, box: Box) -> UpstreamTested:
    """Ask an upstream one real question. It need not be among those that are set, and nothing is changed."""
    return _tested(adjusting.test(box.data, box.settings, body.upstream))


def _tested(one: dict[str, object]) -> UpstreamTested:
    ok = bool(one["answered"])
    return UpstreamTested.model_validate(
        {"url": one["url"], "ok": ok, "ms": one["ms"] if ok else None, "error": "" if ok else one["said"]}
    )


def _values(settings: Settings, serial: int) -> NetworkSettings:
    values = {one.key.removeprefix("dns."): one.value for one in settings_told.told(settings)}
    return NetworkSettings.model_validate({"serial": serial, **values})
