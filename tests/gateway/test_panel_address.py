import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from gateway import panel_address
from gateway.errors import OwnFault
from gateway.panel_address import endpoints, find, is_everywhere, listen, urls
from gateway.settings import Panel
from tests.fakes.ports import free_port


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def test_everywhere_means_ipv6_too() -> None:
    assert endpoints(Panel(listen="0.0.0.0:81")) == [("0.0.0.0", 81), ("::", 81)]
    assert endpoints(Panel(listen="127.0.0.1:81")) == [("127.0.0.1", 81)]
    assert endpoints(Panel(listen="[::1]:81")) == [("::1", 81)]


def test_a_browser_is_told_an_address_that_works(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [ip_address("192.0.2.7"), ip_address("2001:db8::7")]
    monkeypatch.setattr(panel_address, "reachable", lambda: found)
    assert urls(Panel(listen="0.0.0.0:81")) == ["http://192.0.2.7:81", "http://[2001:db8::7]:81"]
    assert urls(Panel(listen="[::1]:443", tls="self-signed")) == ["https://[::1]"]
    assert urls(Panel(listen="127.0.0.1:80")) == ["http://127.0.0.1"]
    monkeypatch.setattr(panel_address, "reachable", list)
    assert urls(Panel(listen="0.0.0.0:81")) == ["http://127.0.0.1:81"]


def test_loopback_is_not_everywhere() -> None:
    assert is_everywhere(Panel(listen="0.0.0.0:81"))
    assert is_everywhere(Panel(listen="192.0.2.7:81"))
    assert not is_everywhere(Panel(listen="127.0.0.1:81"))
    assert not is_everywhere(Panel(listen="[::1]:81"))


def test_a_free_port_is_taken_as_it_is() -> None:
    panel = Panel(listen=f"127.0.0.1:{free_port()}")
    assert find(panel, chosen=False) == (panel, "")
    off = Panel(listen="off")
    assert find(off, chosen=True) == (off, "")


def test_where_the_usual_port_is_taken_the_next_free_one_is_used_and_said(taken: int) -> None:
    moved, remark = find(Panel(listen=f"127.0.0.1:{taken}"), chosen=False)
    assert moved.listen != f"127.0.0.1:{taken}"
    assert remark == f"Port {taken} is taken: the panel is on port {moved.listen.rpartition(':')[2]}."


def test_a_chosen_port_stays_and_its_trouble_is_said(taken: int) -> None:
    panel = Panel(listen=f"127.0.0.1:{taken}")
    same, remark = find(panel, chosen=True)
    assert same == panel
    assert "cannot listen" in remark
    assert "Address already in use" in remark


def test_an_address_of_another_machine_is_not_looked_for_elsewhere() -> None:
    panel = Panel(listen="203.0.113.1:81")
    same, remark = find(panel, chosen=False)
    assert same == panel
    assert "cannot listen" in remark


def test_where_all_ports_are_taken_it_is_said(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(panel_address, "OTHER_PORTS", 0)
    panel = Panel(listen=f"127.0.0.1:{taken}")
    assert find(panel, chosen=False)[0] == panel


def test_it_listens_on_all_its_addresses_without_delay() -> None:
    port = free_port()
    listeners = listen(Panel(listen=f"0.0.0.0:{port}"))
    try:
        assert {one.getsockname()[1] for one in listeners} == {port}
        for one in listeners:
            assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass
        if len(listeners) == 2:
            with socket.create_connection(("::1", port), timeout=5):
                pass
    finally:
        for one in listeners:
            one.close()


def test_a_port_that_is_taken_is_told_with_the_remedy(taken: int) -> None:
    with pytest.raises(OwnFault, match="cannot listen") as fault:
        listen(Panel(listen=f"127.0.0.1:{taken}"))
    assert "--panel" in fault.value.hint


def test_what_it_accepts_sends_at_once() -> None:
    """Else the body of each answer waits 40 ms for the acknowledgement of its head."""
    (listening,) = listen(Panel(listen=f"127.0.0.1:{free_port()}"))
    with listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
