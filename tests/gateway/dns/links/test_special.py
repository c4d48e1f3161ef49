from ipaddress import IPv4Address, IPv6Address

import pytest

from gateway.dns.links import special
from gateway.iana import NOERROR, NXDOMAIN, SOA
from gateway.names import from_text
from tests.fakes.values import question

V4, V6 = IPv4Address("192.168.77.1"), IPv6Address("fd77::1")


def answer(name: str, rtype: str = "A") -> tuple[str, int, list[bytes]] | None:
    """Kind, rcode and rdata; None for an ordinary name."""
    found = special.answer(question(name, rtype), lambda: (V4, V6))
    if found is None:
        return None
    kind, said = found
    assert said.aa  # we are the authority for all of these
    assert said.records or [record.type for record in said.authority] == [SOA]
    return kind, said.rcode, [record.rdata for record in said.records]


def test_the_box_has_the_addresses_under_which_it_was_asked() -> None:
    assert answer("hushgate.home.arpa") == ("box", NOERROR, [V4.packed])
    assert answer("hushgate.home.arpa", "AAAA") == ("box", NOERROR, [V6.packed])
    assert answer("hushgate.home.arpa", "TXT") == ("box", NOERROR, [])


def test_box_without_an_address_of_the_other_family_has_no_data_for_it() -> None:
    found = special.answer(question("hushgate.home.arpa", "AAAA"), lambda: (V4, None))
    assert found is not None
    assert (found[1].rcode, found[1].records) == (NOERROR, ())


@pytest.mark.parametrize("name", ["use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com"])
@pytest.mark.parametrize("rtype", ["A", "AAAA", "HTTPS"])
def test_phone_is_told_to_stay_with_this_dns(name: str, rtype: str) -> None:
    assert answer(name, rtype) == ("encrypted-dns", NXDOMAIN, [])


def test_no_resolver_elsewhere_is_designated() -> None:
    for name in ("_dns.resolver.arpa", "resolver.arpa", "x._dns.resolver.arpa"):
        assert answer(name, "SVCB") == ("encrypted-dns", NOERROR, [])


@pytest.mark.parametrize("name", ["localhost", "app.localhost"])
def test_localhost_is_the_asker_itself(name: str) -> None:
    assert answer(name) == ("localhost", NOERROR, [b"\x7f\0\0\1"])
    assert answer(name, "AAAA") == ("localhost", NOERROR, [bytes(15) + b"\1"])
    assert answer(name, "MX") == ("localhost", NOERROR, [])


@pytest.mark.parametrize(
    "name",
    [
        "printer.local",
        "local",
        "x.invalid",
        "x.test",
        "facebookcorewwwi.onion",
        "nas.internal",
        "router.home.arpa",
        "other.hushgate.home.arpa",
    ],
)
def test_names_that_are_in_no_dns_do_not_leave_the_house(name: str) -> None:
    assert answer(name) == ("private", NXDOMAIN, [])
    assert answer(name, "DS") == ("private", NXDOMAIN, [])


@pytest.mark.parametrize(
    "address",
    [
        "0.1.2.3",
        "10.0.0.1",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.1.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.2.1",
        "192.168.77.1",
        "198.51.100.1",
        "203.0.113.1",
        "255.255.255.255",
        "::",
        "::1",
        "fc00::1",
        "fd77::1",
        "fe80::1",
        "feb0::1",
        "2001:db8::1",
    ],
)
def test_reverse_names_of_private_addresses_do_not_leave_the_house(address: str) -> None:
    assert answer(_reverse(address), "PTR") == ("private", NXDOMAIN, [])


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "100.63.0.1",
        "100.128.0.1",
        "172.15.0.1",
        "172.32.0.1",
        "192.167.0.1",
        "::2",
        "2001:db9::1",
        "ff02::1",
    ],
)
def test_reverse_names_of_public_addresses_are_asked_for(address: str) -> None:
    assert answer(_reverse(address), "PTR") is None


def _reverse(address: str) -> str:
    return (IPv6Address(address) if ":" in address else IPv4Address(address)).reverse_pointer


@pytest.mark.parametrize("name", ["router", "xn--mnchen-3ya", "com"])
def test_single_labels_do_not_leave_the_house(name: str) -> None:
    for rtype in ("A", "AAAA", "HTTPS", "TXT"):
        assert answer(name, rtype) == ("single-label", NXDOMAIN, [])


@pytest.mark.parametrize("rtype", ["NS", "DS", "DNSKEY", "SOA"])
def test_validating_client_gets_what_it_needs_of_top_level_domains(rtype: str) -> None:
    assert answer("com", rtype) is None
    assert answer(".", rtype) is None


@pytest.mark.parametrize(
    "name",
    [
        ".",
        "www.example.org",
        "icloud.com",
        "sub.mask.icloud.com",
        "sub.use-application-dns.net",
        "dns.resolver.arpa.example.org",
        "notlocalhost.example",
        "local.example.org",
        "arpa.example",
    ],
)
def test_ordinary_names_are_not_special(name: str) -> None:
    assert answer(name) is None


def test_label_with_a_dot_in_it_is_one_label() -> None:
    assert answer(r"printer\.local") == ("single-label", NXDOMAIN, [])


def test_every_special_name_is_listed_once() -> None:
    listed = special.names()
    assert len(listed) == len(set(listed))
    for name in (
        "hushgate.home.arpa",
        "mask.icloud.com",
        "localhost",
        "168.192.in-addr.arpa",
        "d.f.ip6.arpa",
    ):
        assert from_text(name) in listed
