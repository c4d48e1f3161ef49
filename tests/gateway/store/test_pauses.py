"""Pauses."""

import pytest

from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import addresses, devices, pauses
from gateway.store.engine import Database

NOW = 1_700_000_000
MAC = "00:9e:c8:00:00:07"


def test_second_pause_of_the_same_scope_replaces_the_first(store: Database) -> None:
    with store.writing() as session:
        pauses.put_pause(session, PauseState("all", "", NOW + 60, 100.5, "boot"))
        second = pauses.put_pause(session, PauseState("all", "", NOW + 90, 130.5, "boot"))
        session.commit()
    with store.reading() as session:
        assert pauses.list_pauses(session) == (second,)


def test_pause_of_a_device_that_is_not_known_yet_makes_it_known(store: Database) -> None:
    with store.writing() as session:
        pause = pauses.put_pause(session, PauseState("device", "2001:DB8::7", NOW, 1.0, "boot"))
        assert pause.target == "2001:db8::7"
        assert devices.get_device(session, "2001:db8::7").group == "everyone"


def test_device_is_paused_by_its_name(store: Database) -> None:
    with store.writing() as session:
        devices.put_device(session, "192.0.2.7", now=NOW, name="Redmi")
        assert (
            pauses.put_pause(session, PauseState("device", "Redmi", NOW, 1.0, "boot")).target == "192.0.2.7"
        )


@pytest.mark.parametrize(("scope", "target"), [("group", "nobody"), ("device", "nobody"), ("world", "")])
def test_pause_for_nobody_is_refused(store: Database, scope: str, target: str) -> None:
    with store.writing() as session, pytest.raises(UsageError):
        pauses.put_pause(session, PauseState(scope, target, NOW, 1.0, "boot"))


def test_ended_pause_is_gone_and_ending_it_again_is_no_error(store: Database) -> None:
    with store.writing() as session:
        pause = pauses.put_pause(session, PauseState("group", "everyone", NOW, 1.0, "boot"))
        assert pauses.remove_pause(session, "group", "everyone") == pause
        assert pauses.remove_pause(session, "group", "everyone") is None


def test_a_pause_is_ended_by_whatever_means_the_device(store: Database) -> None:
    with store.writing() as session:
        addresses.put_addresses(session, {"192.0.2.7": MAC}, now=NOW)
        devices.put_device(session, MAC, now=NOW, name="Redmi")
        for text in ("redmi", "::ffff:192.0.2.7", MAC.upper()):
            pause = pauses.put_pause(session, PauseState("device", text, NOW, 1.0, "boot"))
            assert pause.target == MAC
            assert pauses.remove_pause(session, "device", text) == pause
        assert pauses.remove_pause(session, "device", "192.0.2.99") is None
        with pytest.raises(UsageError, match="no device"):
            pauses.remove_pause(session, "device", "nobody")
