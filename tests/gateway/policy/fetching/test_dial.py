import socket
import threading

import pytest

from gateway.policy.fetching import dial
from gateway.policy.fetching.dial import CheckedBackend, Deadline, Network
from gateway.policy.fetching.targets import SourceFault


def never(*_: object) -> socket.socket:
    raise AssertionError("a connection was opened")


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
def test_name_with_a_private_address_is_refused_before_any_connection(address: str) -> None:
    network = Network(resolve=lambda *_: (address,), connect=never)
    with pytest.raises(SourceFault, match="no public address"):
        CheckedBackend(network, Deadline(5), allow_private=False).connect_tcp("lists.example", 80)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_literal_private_address_is_refused_too(host: str) -> None:
    with pytest.raises(SourceFault, match="loopback"):
        CheckedBackend(Network(connect=never), Deadline(5), allow_private=False).connect_tcp(host, 80)


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "localhost"])
def test_loopback_in_disguise_is_seen_through(host: str) -> None:
    with pytest.raises(SourceFault, match=r"loopback|no address"):
        CheckedBackend(Network(connect=never), Deadline(5), allow_private=False).connect_tcp(host, 80)


def test_name_that_rebinds_is_asked_once_and_the_checked_address_is_used() -> None:
    answers = iter([("203.0.113.9",), ("127.0.0.1",)])
    connected = []
    ours, theirs = socket.socketpair()

    def connect(address: str, port: int, _: float) -> socket.socket:
        connected.append((address, port))
        return ours

    network = Network(resolve=lambda *_: next(answers), connect=connect)
    with theirs:
        CheckedBackend(network, Deadline(5), allow_private=False).connect_tcp("lists.example", 80).close()
    assert connected == [("203.0.113.9", 80)]
    assert next(answers) == ("127.0.0.1",)


def test_second_address_is_tried_when_the_first_is_dead() -> None:
    ours, theirs = socket.socketpair()

    def connect(address: str, _port: int, _: float) -> socket.socket:
        if ":" in address:
            raise OSError("no route")
        return ours

    network = Network(resolve=lambda *_: ("2001:db8::1", "203.0.113.9"), connect=connect)
    with theirs:
        CheckedBackend(network, Deadline(5), allow_private=False).connect_tcp("lists.example", 80).close()


def test_all_dead_addresses_make_one_fault_with_the_reason() -> None:
    def connect(*_: object) -> socket.socket:
        raise OSError("no route")

    network = Network(resolve=lambda *_: ("203.0.113.9",), connect=connect)
    with pytest.raises(SourceFault, match=r"cannot connect to lists\.example \(203\.0\.113\.9: no route\)"):
        CheckedBackend(network, Deadline(5), allow_private=False).connect_tcp("lists.example", 80)


def test_silent_resolver_costs_the_deadline_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        release.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    with pytest.raises(SourceFault, match="silent"):
        dial.resolve("lists.example", 80, 0.05)
    release.set()


def test_unknown_name_is_a_fault() -> None:
    with pytest.raises(SourceFault, match=r"no address for nowhere\.invalid"):
        dial.resolve("nowhere.invalid", 80, 30)


def test_deadline_passes_by_its_clock() -> None:
    now = [100.0]
    deadline = Deadline(5, clock=lambda: now[0])
    assert deadline.left() == 5
    now[0] = 105.0
    with pytest.raises(SourceFault, match="not finished after 5 s"):
        deadline.left()
