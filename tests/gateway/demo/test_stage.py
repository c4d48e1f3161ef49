import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway import changes
from gateway.author import Author
from gateway.data import Data
from gateway.demo import device, stage
from gateway.demo.phone import LOOPBACK
from gateway.demo.stage import Box, Progress, Stage
from gateway.errors import Conflict
from gateway.settings import Dns
from gateway.store import devices
from gateway.store.engine import open_journal
from gateway.works import Works
from tests.fakes import idle_box
from tests.fakes.ports import free_port
from tests.fakes.upstream import FakeUpstream, running_upstream


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


@pytest.fixture
def works(data: Data) -> Iterator[Works]:
    with changes.works(data) as made:
        yield made


@pytest.fixture
def answering() -> Iterator[FakeUpstream]:
    """In the box's place: nothing of it gets into the log."""
    with running_upstream("www.wikipedia.org 60 IN A 203.0.113.9") as fake:
        yield fake


@pytest.fixture
def box(works: Works, data: Data, answering: FakeUpstream) -> Box:
    return box_at(works, data, answering.port)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    monkeypatch.setattr("gateway.demo.playing.LOG_WAIT", 0.2)
    with contextlib.closing(Stage()) as made:
        yield made


def box_at(works: Works, data: Data, port: int) -> Box:
    return Box(
        works,
        lambda: contextlib.closing(open_journal(data.root, "")),
        Dns(listen=(f"127.0.0.1:{port}",)),
    )


def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.01)  # between two looks


def over(here: Stage) -> Progress:
    until(lambda: not here.progress().running)
    return here.progress()


def test_it_plays_in_the_background_and_is_seen_while_it_does(here: Stage, box: Box) -> None:
    assert here.progress() == Progress()
    begun = here.begin(box, 0, Author("somebody"))
    assert (begun.running, begun.source, begun.until) == (True, LOOPBACK, begun.started)
    played = over(here)
    assert (played.asked, played.blocked, played.scene, played.error) == (36, 0, "", "")
    with box.works.reading() as session:
        (known,) = devices.list_devices(session)
    assert (known.address, known.kind) == (LOOPBACK, device.KIND)
    # And once more.
    here.begin(box, 0)
    assert over(here).asked == 36


def test_one_plays_at_a_time(here: Stage, box: Box) -> None:
    here.begin(box, 3600)
    until(lambda: here.progress().asked > 0)
    assert here.progress().scene == "The screen is switched on"
    with pytest.raises(Conflict, match="plays already"):
        here.begin(box, 1)


def test_it_is_ended_and_nobody_begins_before_it_is_wiped(
    here: Stage, box: Box, answering: FakeUpstream
) -> None:
    here.begin(box, 3600)
    until(lambda: here.progress().asked > 0)
    with here.ended() as is_logged:
        assert not is_logged  # nothing of this gets into a log
        assert not here.progress().running
        assert answering.names()[-1].endswith(".hushgate.home.arpa")
        with pytest.raises(Conflict, match="begins or ends just now"):
            here.begin(box, 1)
    with here.ended() as is_logged:
        assert is_logged  # there is nothing left to come


def test_a_box_that_does_not_answer_is_told_and_nobody_is_named(
    here: Stage, works: Works, data: Data
) -> None:
    here.begin(box_at(works, data, free_port()), 1)
    told = over(here)
    assert "does not answer DNS" in told.error
    with works.reading() as session:
        assert not devices.list_devices(session)
    with here.ended() as is_logged:
        assert is_logged


def test_an_address_that_is_somebodys_device_is_told(here: Stage, box: Box) -> None:
    with box.works.change("test") as change:
        devices.put_device(change.session, LOOPBACK, now=1, name="mine")
    here.begin(box, 1)
    assert "which is your device 'mine'" in over(here).error


def test_an_error_of_our_own_stays_there_and_is_told(
    here: Stage, box: Box, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(device, "come", broken)
    here.begin(box, 1)
    assert over(here).error == "Hushgate failed here; its log says more"
    assert "ZeroDivisionError" in caplog.text


def test_closing_takes_no_longer_than_a_second_and_is_for_good(here: Stage, box: Box) -> None:
    here.begin(box, 3600)
    until(lambda: here.progress().asked > 0)
    begin = time.monotonic()
    here.close()
    here.close()
    assert time.monotonic() - begin < stage.END_SECONDS
    assert not any(thread.name == "demo" for thread in threading.enumerate())
    with pytest.raises(Conflict):
        here.begin(box, 1)
