import errno
import os
import socket
from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from gateway import listening
from gateway.errors import UsageError
from gateway.listening import Place, find
from gateway.settings import Dns, Settings
from tests.fakes.ports import free_port


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """In place of 53, which this machine may use."""
    number = free_port()
    monkeypatch.setattr(listening, "DNS_PORT", number)
    return number


@pytest.fixture
def high_ports(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    numbers = [free_port() for _ in range(3)]
    monkeypatch.setattr(listening, "HIGH_PORTS", numbers)
    return numbers


@pytest.fixture(params=[socket.SOCK_DGRAM, socket.SOCK_STREAM], ids=["udp", "tcp"])
def taken(request: pytest.FixtureRequest, port: int) -> Iterator[int]:
    """Somebody listens on 127.0.0.53, as systemd-resolved does."""
    with socket.socket(socket.AF_INET, request.param) as other:
        other.bind(("127.0.0.53", port))
        if request.param == socket.SOCK_STREAM:
            other.listen()
        yield port


def test_free_addresses_are_taken_as_they_are(port: int) -> None:
    listen = (f"0.0.0.0:{port}", f"127.0.0.1:{free_port()}")
    for chosen in (True, False):
        assert find(Dns(listen=listen), chosen=chosen) == Place(listen)


def test_ipv4_and_ipv6_do_not_take_each_others_port(port: int) -> None:
    listen = (f"0.0.0.0:{port}", f"[::]:{port}")
    try:
        with socket.socket(socket.AF_INET6):
            assert find(Dns(listen=listen), chosen=True) == Place(listen)
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_nothing_stays_bound_after_the_look(port: int) -> None:
    dns = Dns(listen=(f"127.0.0.1:{port}",))
    assert find(dns, chosen=True) == find(dns, chosen=True)


def test_taken_port_that_the_user_chose_is_an_error_that_names_it(taken: int) -> None:
    with pytest.raises(UsageError) as caught:
        find(Dns(listen=(f"127.0.0.53:{taken}",)), chosen=True)
    assert str(caught.value) == f"cannot answer DNS: Address already in use: 127.0.0.53 port {taken}"
    assert "choose --dns" in caught.value.hint


def test_address_of_another_machine_is_an_error(port: int) -> None:
    with pytest.raises(UsageError, match=f"Cannot assign requested address: 203.0.113.1 port {port}"):
        find(Dns(listen=(f"203.0.113.1:{port}",)), chosen=True)


def test_root_takes_the_addresses_that_are_still_free(monkeypatch: pytest.MonkeyPatch, taken: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(listening, "reachable", lambda: [IPv4Address("127.0.0.53"), IPv4Address("127.0.0.1")])
    place = find(Dns(listen=(f"0.0.0.0:{taken}",)), chosen=False)
    assert place.listen == (f"127.0.0.1:{taken}",)
    assert "in use" in place.remark


def test_where_nothing_is_free_on_port_53_a_high_port_is_taken_and_said(
    monkeypatch: pytest.MonkeyPatch, taken: int, high_ports: list[int]
) -> None:
    monkeypatch.setattr(listening, "reachable", lambda: [IPv4Address("127.0.0.53")])
    place = find(Dns(listen=(f"127.0.0.53:{taken}",)), chosen=False)
    assert place.listen == (f"127.0.0.53:{high_ports[0]}",)
    assert f"is on port {high_ports[0]}" in place.remark
    assert "taken" in place.remark


@pytest.fixture
def unprivileged(monkeypatch: pytest.MonkeyPatch, port: int) -> int:
    """As for a user who is not root: the low port (here `port`) is forbidden."""
    bind = listening.bind_alone

    def refused(address: str, number: int, kind: int) -> None:
        if number == port:
            raise OSError(errno.EACCES, f"Permission denied: {address} port {number}")
        bind(address, number, kind)

    monkeypatch.setattr(listening, "bind_alone", refused)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return port


def test_ordinary_user_gets_a_high_port_on_the_same_addresses(
    unprivileged: int, high_ports: list[int]
) -> None:
    place = find(Dns(listen=(f"127.0.0.1:{unprivileged}", f"127.0.0.2:{unprivileged}")), chosen=False)
    assert place.listen == (f"127.0.0.1:{high_ports[0]}", f"127.0.0.2:{high_ports[0]}")
    assert place.remark.startswith(f"Only root may use port 53: DNS is on port {high_ports[0]}")


def test_ordinary_user_who_chose_a_low_port_is_told_to_be_root(unprivileged: int) -> None:
    with pytest.raises(UsageError, match="Permission denied") as caught:
        find(Dns(listen=(f"127.0.0.1:{unprivileged}",)), chosen=True)
    assert caught.value.hint == "run as root"


def test_high_port_that_is_taken_is_passed_over(unprivileged: int, high_ports: list[int]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", high_ports[0]))
        place = find(Dns(listen=(f"127.0.0.1:{unprivileged}",)), chosen=False)
    assert place.listen == (f"127.0.0.1:{high_ports[1]}",)


def test_without_any_free_port_the_user_has_to_choose(
    monkeypatch: pytest.MonkeyPatch, unprivileged: int, high_ports: list[int]
) -> None:
    monkeypatch.setattr(listening, "HIGH_PORTS", high_ports[:1])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", high_ports[0]))
        with pytest.raises(UsageError, match="no free port") as caught:
            find(Dns(listen=(f"127.0.0.1:{unprivileged}",)), chosen=False)
    assert "--dns" in caught.value.hint


def test_machine_without_ipv6_serves_ipv4_and_says_so(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    bind = listening.bind_alone

    def without_ipv6(address: str, number: int, kind: int) -> None:
        if ":" in address:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        bind(address, number, kind)

    monkeypatch.setattr(listening, "bind_alone", without_ipv6)
    dns = Dns(listen=(f"127.0.0.1:{port}", f"[::]:{port}"))
    place = find(dns, chosen=False)
    assert place.listen == (f"127.0.0.1:{port}",)
    assert "no IPv6" in place.remark
    with pytest.raises(UsageError, match="not supported"):
        find(dns, chosen=True)


def test_settings_are_the_same_but_for_where_to_listen() -> None:
    settings = Settings(dns=Dns(workers=3))
    moved = listening.at(settings, ("127.0.0.1:5300",))
    assert (moved.dns.listen, moved.dns.workers, moved.panel) == (("127.0.0.1:5300",), 3, settings.panel)
