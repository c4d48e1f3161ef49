"""What the policy in force says, kept as long as its base is."""

import time

from api import reporting
from api.reporting import Known
from gateway.dns.links.pause import boot_id
from gateway.model import Mode
from gateway.overview import State
from gateway.policy.state import PauseState
from gateway.store import devices, groups, pauses, rules
from tests.fakes.api import Api

PHONE, OTHER = "192.0.2.7", "192.0.2.8"


def _pause(scope: str, target: str) -> PauseState:
    now, boot = int(time.time()), time.clock_gettime(time.CLOCK_BOOTTIME)
    return PauseState(scope, target, now + 60, boot + 60, boot_id())


def test_the_catalogue_is_read_once_for_a_base(served: Api) -> None:
    known = reporting.known(served.box, reporting.policy_of(served.box))
    assert known.purposes.reports("Xiaomi", "analytics")
    assert "cc.sys.miui.com" in known.breakages
    with served.box.works.change("rule") as change:
        rules.add_rule(change.session, "||a.example^", now=1)
    policy = reporting.policy_of(served.box)
    assert policy is not None
    assert reporting.known(served.box, policy) is known  # another overlay on the same base


def test_without_a_policy_nothing_is_known(served: Api) -> None:
    for file in served.data.policy.iterdir():
        file.unlink()
    assert reporting.policy_of(served.box) is None
    assert reporting.known(served.box, None) == Known()
    assert reporting.standing(None)(PHONE) is None


def test_who_is_paused_and_who_is_observed(served: Api) -> None:
    with served.box.works.change("state") as change:
        groups.add_group(change.session, "guests", mode=Mode.OBSERVE)
        devices.put_device(change.session, OTHER, now=1, group="guests")
        pauses.put_pause(change.session, _pause("device", PHONE))
    state = reporting.standing(served.box.policy())
    assert (state(PHONE), state(OTHER), state("192.0.2.9")) == (State.PAUSED, State.OBSERVED, None)
    assert state("not an address") is None
    with served.box.works.change("state") as change:
        pauses.put_pause(change.session, _pause("group", "guests"))
    assert reporting.standing(served.box.policy())(OTHER) is State.PAUSED
