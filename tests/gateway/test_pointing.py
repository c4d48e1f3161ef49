from ipaddress import ip_address

import pytest

from gateway.pointing import Pointing, Server, find, pages

OWN = [ip_address(text) for text in ("192.168.1.5", "172.17.0.1", "fd77::1", "2001:db8::1")]
EVERYWHERE = ("0.0.0.0:53", "[::]:53")


def addresses(found: Pointing) -> list[str]:
    return [server.address for server in found.dns]


def test_a_box_that_listens_everywhere_is_found_at_each_of_its_addresses() -> None:
    found = find(EVERYWHERE, OWN)
    assert addresses(found) == ["192.168.1.5", "172.17.0.1", "fd77::1", "2001:db8::1"]
    assert found.dns[0] == Server("192.168.1.5", 53, 4)
    assert found.best == found.dns[0]
    assert found.problems == ()
    assert addresses(find(("0.0.0.0:53",), OWN)) == ["192.168.1.5", "172.17.0.1"]


def test_the_address_by_which_it_was_found_stands_in_front() -> None:
    assert addresses(find(EVERYWHERE, OWN, {"172.17.0.1", "fd77::1"}))[:2] == ["172.17.0.1", "192.168.1.5"]
    assert addresses(find(EVERYWHERE, OWN, {"2001:db8::1"}))[2:] == ["2001:db8::1", "fd77::1"]
    assert addresses(find(EVERYWHERE, OWN, {"192.0.2.99"})) == addresses(find(EVERYWHERE, OWN))


def test_an_address_is_told_once_and_no_phone_is_sent_to_one_that_it_cannot_ask() -> None:
    found = find(("192.168.1.5:53", "0.0.0.0:53", "127.0.0.1:53", "[::1]:53", "[fe80::1]:53"), OWN)
    assert addresses(found) == ["192.168.1.5", "172.17.0.1"]
    assert found.problems == ()
    assert addresses(find(("192.0.2.77:53",), OWN)) == [
        "192.0.2.77"
    ]  # it will come, or another machine has it


def test_port_53_goes_before_others() -> None:
    found = find(("192.168.1.5:5300", "172.17.0.1:53"), OWN)
    assert [(server.address, server.port) for server in found.dns] == [
        ("172.17.0.1", 53),
        ("192.168.1.5", 5300),
    ]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("listen", "own", "said"),
    [
        (("127.0.0.1:53",), OWN, "on 127.0.0.1 alone"),
        (("[::1]:5300",), OWN, "on ::1 alone"),
        (EVERYWHERE, [], "no address that a phone could ask"),
        (("[fe80::1]:53",), OWN, "no address that a phone could ask"),
        (("0.0.0.0:5300", "[::]:5300"), OWN, "on port 5300, but phones ask port 53"),
        (("0.0.0.0:5300", "[::]:5301"), OWN, "on port 5300 and 5301, but"),
        (("[::]:53",), OWN, "over IPv6 alone"),
        (("[::]:53", "0.0.0.0:5300"), OWN, "over IPv6 alone"),
        (EVERYWHERE, OWN[2:], "over IPv6 alone"),
    ],
)
def test_what_stands_in_the_way_is_said(listen: tuple[str, ...], own: list[object], said: str) -> None:
    found = find(listen, own)  # type: ignore[arg-type]  # a slice of addresses
    assert len(found.problems) == 1
    assert said in found.problems[0]


def test_a_phone_that_can_be_told_no_port_is_told_no_server() -> None:
    assert find(("0.0.0.0:5300",), OWN).best is None
    assert find(("127.0.0.1:53",), OWN).best is None


def test_pages_are_those_that_a_phone_can_open() -> None:
    urls = ["http://192.168.1.5:8080", "https://[fd77::1]", "http://127.0.0.1:8080", "http://[::1]:8080"]
    assert pages(urls) == ("http://192.168.1.5:8080/", "https://[fd77::1]/")
    assert pages(urls, {"fd77::1"}) == ("https://[fd77::1]/", "http://192.168.1.5:8080/")
    assert pages(["http://127.0.0.1:8080"]) == ()
