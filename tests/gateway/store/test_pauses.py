"""Pauses."""

import pytest

from gateway.errors import UsageError
from gateway.policy.state import PauseState
from gateway.store import devices, pauses
from gateway.store.engine import Database

NOW = 1_700_000_000


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
