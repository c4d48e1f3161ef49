"""`/status` and `/protection`."""

import pytest

from tests.api.adapters.conftest import Ask
from tests.fakes.api import Api


def test_protection_is_switched_off_for_a_while_and_on_again(served: Api, agh: Ask) -> None:
    assert agh("GET", "/status").json()["protection_enabled"]
    assert agh("POST", "/protection", json={"enabled": False, "duration": 60_000}).status_code == 200
    status = agh("GET", "/status").json()
    assert not status["protection_enabled"]
    assert 0 < status["protection_disabled_duration"] <= 60_000
    assert len(served.box.policy().pauses) == 1
    assert agh("POST", "/dns_config", json={"protection_enabled": True}).status_code == 200
    assert agh("GET", "/dns_info").json()["protection_enabled"]
    assert agh("POST", "/dns_config", json={"protection_enabled": False}).status_code == 200
    assert agh("GET", "/status").json()["protection_disabled_duration"] == 0


@pytest.mark.parametrize("duration", [-1, 2**63, "x", 1.5])
def test_a_time_that_is_none_is_refused(agh: Ask, duration: object) -> None:
    assert agh("POST", "/protection", json={"enabled": False, "duration": duration}).status_code == 400
    assert agh("GET", "/status").json()["protection_enabled"]


def test_what_cannot_be_set_here_is_refused_and_not_passed_over(agh: Ask) -> None:
    assert agh("POST", "/dns_config", json={"upstream_dns": ["192.0.2.1"]}).status_code == 400
    assert agh("POST", "/update").status_code == 400


def test_nobody_is_asked_for_a_newer_version(agh: Ask) -> None:
    assert agh("POST", "/version.json", json={"recheck_now": True}).json() == {"disabled": True}
    assert agh("POST", "/version.json").json() == {"disabled": True}
