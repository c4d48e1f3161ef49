import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.demo import playing
from gateway.demo.phone import LOOPBACK, Outcome, Phone, Question, Way
from gateway.demo.playing import is_logged, play
from gateway.errors import OwnFault
from gateway.iana import A
from gateway.names import from_text
from gateway.store.engine import Database, open_journal
from tests.fakes import idle_box
from tests.fakes.events import NOW, event
from tests.fakes.upstream import FakeUpstream, running_upstream

SCENES = (
    ("first", ("a.example", "b.example", "a.example")),
    ("second", ("a.example",)),
    ("third", ("b.example",)),
)


@pytest.fixture
def box() -> Iterator[FakeUpstream]:
    with running_upstream("a.example 60 IN A 203.0.113.9") as fake:
        yield fake


@pytest.fixture
def ending() -> threading.Event:
    return threading.Event()


@pytest.fixture
def phone(box: FakeUpstream, ending: threading.Event) -> Iterator[Phone]:
    with contextlib.closing(Phone(Way(("127.0.0.1", box.port), LOOPBACK), ending)) as made:
        yield made


def test_scenes_are_played_in_their_order_and_told_as_they_go(phone: Phone, ending: threading.Event) -> None:
    told: list[tuple[str, Outcome | None]] = []
    found = list(play(phone, 0, ending, lambda scene, outcome: told.append((scene, outcome)), SCENES))
    assert [title for title, _ in found] == ["first", "second", "third"]
    assert found[0].told == {"a.example": Outcome.ANSWERED, "b.example": Outcome.FAILED}
    assert told[:5] == [
        ("first", None),
        ("first", Outcome.ANSWERED),
        ("first", Outcome.FAILED),
        ("first", Outcome.ANSWERED),
        ("second", None),
    ]


def test_they_are_spread_over_the_time_and_no_more(phone: Phone, ending: threading.Event) -> None:
    begin = time.monotonic()
    assert len(list(play(phone, 0.6, ending, scenes=SCENES))) == 3
    assert 0.2 < time.monotonic() - begin < 5


def test_it_ends_within_a_second_in_the_middle_of_a_pause(phone: Phone, ending: threading.Event) -> None:
    for scene in play(phone, 3600, ending, scenes=SCENES):
        assert scene.title == "first"
        threading.Timer(0.1, ending.set).start()
        begin = time.monotonic()
    assert time.monotonic() - begin < 1


def test_it_ends_in_the_middle_of_a_question(
    phone: Phone, ending: threading.Event, box: FakeUpstream
) -> None:
    box.misbehave = lambda _good, _asked: ()
    threading.Timer(0.1, ending.set).start()
    begin = time.monotonic()
    assert list(play(phone, 0, ending, scenes=SCENES)) == []
    assert time.monotonic() - begin < 1


def test_a_box_that_falls_silent_is_told(
    phone: Phone, ending: threading.Event, box: FakeUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.demo.phone.WAIT", 0.1)
    played = play(phone, 0, ending, scenes=SCENES)
    assert next(played).title == "first"
    box.misbehave = lambda _good, _asked: ()
    with pytest.raises(OwnFault, match="any more"):
        next(played)


@pytest.fixture
def journal(data_dir: Path) -> Iterator[Database]:
    data = idle_box.made(data_dir)
    idle_box.note(data, event(from_text("a.example"), device=LOOPBACK))
    with contextlib.closing(open_journal(data.root, "")) as opened:
        yield opened


def asked(name: str, at: int) -> Question:
    return Question(name, A, at)


def test_it_is_known_whether_the_log_holds_the_last_question(
    journal: Database, ending: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(playing, "LOG_WAIT", 0.2)

    def is_there(question: Question | None, device: str = LOOPBACK) -> bool:
        return is_logged(lambda: contextlib.nullcontext(journal), device, question, ending)

    assert is_there(None)
    assert is_there(asked("a.example", NOW))
    assert not is_there(asked("b.example", NOW))
    assert not is_there(asked("a.example", NOW + 10))  # of another time
    assert not is_there(asked("a.example", NOW), "192.0.2.7")
    ending.set()
    monkeypatch.setattr(playing, "LOG_WAIT", 60)
    assert not is_there(asked("b.example", NOW))  # and is not waited for
