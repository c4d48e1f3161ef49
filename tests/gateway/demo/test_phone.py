import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from gateway.demo.phone import BOX_NAME, LOOPBACK, Outcome, Phone, Way, _outcome, way
from gateway.dns.wire import Answer
from gateway.errors import OwnFault
from gateway.iana import EDE_BLOCKED, HTTPS, NOERROR, NXDOMAIN
from gateway.settings import Dns
from tests.fakes.ports import free_port
from tests.fakes.upstream import FakeUpstream, running_upstream


@pytest.mark.parametrize(
    ("listen", "server", "source"),
    [
        (("127.0.0.1:5353",), ("127.0.0.1", 5353), LOOPBACK),
        (("0.0.0.0:53", "[::]:53"), ("127.0.0.1", 53), LOOPBACK),
        (("[::]:53", "192.0.2.1:53"), ("192.0.2.1", 53), LOOPBACK),
        (("[::]:53",), ("::1", 53), "::1"),
        (("[2001:db8::1]:53",), ("2001:db8::1", 53), "2001:db8::1"),
    ],
)
def test_it_asks_where_the_box_listens_as_a_device_of_its_own(
    listen: tuple[str, ...], server: tuple[str, int], source: str
) -> None:
    assert way(Dns(listen=listen)) == (server, source)


@pytest.fixture
def box() -> Iterator[FakeUpstream]:
    """What answers in its place."""
    with running_upstream("a.example 60 IN A 203.0.113.9", f"{BOX_NAME} 60 IN A 192.0.2.1") as fake:
        yield fake


@contextlib.contextmanager
def phone(port: int, ending: threading.Event | None = None) -> Iterator[Phone]:
    with contextlib.closing(Phone(Way(("127.0.0.1", port), LOOPBACK), ending or threading.Event())) as made:
        yield made


def test_it_asks_as_android_does_and_says_what_became_of_it(box: FakeUpstream) -> None:
    with phone(box.port) as asking:
        asking.find_box()
        assert asking.ask("a.example") is Outcome.ANSWERED
        assert asking.ask("b.example") is Outcome.FAILED
        assert asking.last is not None
        assert (asking.last.name, asking.last.type) == ("b.example", HTTPS)
    assert [each.type for each in box.asked if each.name == "a.example"] == ["A", "AAAA", "HTTPS"]
    assert {each.peer[0] for each in box.asked} == {LOOPBACK}


def test_a_block_is_known_by_what_the_box_says_of_it() -> None:
    assert _outcome(Answer(NOERROR, extended=((EDE_BLOCKED, ""),))) is Outcome.BLOCKED
    assert _outcome(Answer(NXDOMAIN, extended=((EDE_BLOCKED, "why"),))) is Outcome.BLOCKED
    assert _outcome(Answer(NXDOMAIN)) is Outcome.FAILED


def test_what_is_no_answer_to_it_is_passed_over(box: FakeUpstream) -> None:
    box.misbehave = lambda good, _: (b"", b"\xff" * 20, bytes((good[0] ^ 1,)) + good[1:], good)
    with phone(box.port) as asking:
        assert asking.ask("a.example") is Outcome.ANSWERED


def test_a_box_that_is_not_there_is_told() -> None:
    with phone(free_port()) as asking, pytest.raises(OwnFault, match="does not answer DNS") as told:
        asking.find_box()
    assert "hushgate status" in told.value.hint
    with pytest.raises(OwnFault, match="cannot be asked as 192"):
        Phone(Way(("127.0.0.1", 1), "192.0.2.99"), threading.Event())


def test_a_box_that_is_silent_is_told_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.demo.phone.WAIT", 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with phone(silent.getsockname()[1]) as asking:
            assert asking.ask("a.example") is Outcome.SILENT
            assert asking.last is None
            with pytest.raises(OwnFault, match="does not answer DNS"):
                asking.find_box()


def test_once_it_is_to_end_it_waits_for_nothing_but_says_goodbye(box: FakeUpstream) -> None:
    ending = threading.Event()
    with phone(box.port, ending) as asking:
        assert asking.ask("a.example") is Outcome.ANSWERED
        ending.set()
        begin = time.monotonic()
        assert asking.ask("b.example") is Outcome.SILENT
        assert time.monotonic() - begin < 1
        asking.say_goodbye()
        assert asking.last is not None
        assert asking.last.name.endswith(f".{BOX_NAME}")
        asking.close()
