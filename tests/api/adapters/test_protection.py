"""Protection is our pause for everybody, the other way round."""

import pytest

from api.adapters import protection
from api.auth.callers import Caller
from gateway.access import Scope
from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import pauses
from tests.fakes.api import Api

CALLER = Caller("token home", frozenset({Scope.DEVICES}), "192.0.2.9")


def test_it_is_on_until_somebody_switches_it_off_for_a_while(served: Api) -> None:
    assert protection.left(served.box) == 0.0
    protection.switch_off(served.box, CALLER, 60)
    left = protection.left(served.box)
    assert left is not None
    assert 0 < left <= 60
    protection.switch_on(served.box, CALLER)
    assert protection.left(served.box) == 0.0


def test_switched_off_for_good_there_is_no_time_to_be_told(served: Api) -> None:
    protection.switch_off(served.box, CALLER, None)
    assert protection.left(served.box) is None


def test_switched_on_twice_it_makes_no_generation(served: Api) -> None:
    protection.switch_on(served.box, CALLER)
    assert served.box.policy().generation == 1


def test_a_pause_of_another_boot_goes_by_the_wall_clock(served: Api) -> None:
    with served.box.works.change("a pause of before") as change:
        pauses.put_pause(change.session, PauseState("all", "", until=5, boot_until=1e12, boot_id="another"))
    assert protection.left(served.box) == 0.0


@pytest.mark.parametrize("seconds", [0.0, -1.0, 1e12])
def test_it_is_off_for_a_sensible_time(served: Api, seconds: float) -> None:
    with pytest.raises(UsageError):
        protection.switch_off(served.box, CALLER, seconds)
