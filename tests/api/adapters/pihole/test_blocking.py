"""`/dns/blocking`."""

from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api


def test_blocking_is_switched_off_for_a_while_and_on_again(served: Api, hole: Ask) -> None:
    assert hole("GET", "/dns/blocking").json()["blocking"] == "enabled"
    off = hole("POST", "/dns/blocking", json={"blocking": False, "timer": 60}).json()
    assert off["blocking"] == "disabled"
    assert 0 < off["timer"] <= 60
    assert len(served.box.policy().pauses) == 1
    on = hole("POST", "/dns/blocking", json={"blocking": True, "timer": None}).json()
    assert (on["blocking"], on["timer"]) == ("enabled", None)


def test_switched_off_for_good_it_has_no_timer(hole: Ask) -> None:
    off = hole("POST", "/dns/blocking", json={"blocking": False, "timer": None}).json()
    assert (off["blocking"], off["timer"]) == ("disabled", None)
