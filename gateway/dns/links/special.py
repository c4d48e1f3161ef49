"""Names that are answered here and never leave the house."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

from gateway.dns.blocked import BOX_NAME, negative
from gateway.dns.wire import Answer, Question, Record
from gateway.iana import AAAA, DNSKEY, DS, IN, NOERROR, NS, NXDOMAIN, SOA, A
from gateway.names import Name, from_text, suffixes

TTL = 300  # seconds; these answers do not change, but the box's address may

# Asked before a client moves to encrypted DNS elsewhere; NXDOMAIN tells it to stay (Mozilla's canary domain;
# Apple: "Prepare your network for iCloud Private Relay").
_STAY = tuple(map(from_text, ("use-application-dns.net", "mask.icloud.com", "mask-h2.icloud.com")))
# RFC 9462 §6.4: discovery of designated resolvers; no data means there are none.
_DISCOVERY = from_text("resolver.arpa")
_LOCALHOST = from_text("localhost")
_NOT_IN_DNS = {
    from_text(name): origin
    for name, origin in (
        ("invalid", "RFC 6761"),
        ("test", "RFC 6761"),
        ("local", "RFC 6762"),
        ("onion", "RFC 7686"),
        ("internal", "ICANN 2024"),
        ("home.arpa", "RFC 8375"),
    )
}
_PRIVATE_REVERSE = {
    from_text(f"{zone}.in-addr.arpa")
    for zone in (
        "0",
        "10",
        "127",
        "254.169",
        "168.192",
        "2.0.192",
        "100.51.198",
        "113.0.203",
        "255.255.255.255",
        *(f"{n}.172" for n in range(16, 32)),
        *(f"{n}.100" for n in range(64, 128)),  # RFC 7793
    )
} | {
    from_text(f"{zone}.ip6.arpa")
    for zone in (
        ".".join("0" * 32),
        "1." + ".".join("0" * 31),
        "c.f",
        "d.f",
        "8.e.f",
        "9.e.f",
        "a.e.f",
        "b.e.f",
        "8.b.d.0.1.0.0.2",
    )
}  # RFC 6303 §4
# A validating client behind us needs these of top-level domains; a host name it is not.
_OF_ZONES = frozenset({NS, DS, DNSKEY, SOA})

_Addresses = Callable[[], tuple[IPv4Address | None, IPv6Address | None]]


def answer(question: Question, own_addresses: _Addresses) -> tuple[str, Answer] | None:
    """The kind of special name and its answer, or None for an ordinary one."""
    name = question.name
    if name == BOX_NAME:
        v4, v6 = own_addresses()
        return "box", _addresses(question, v4.packed if v4 else b"", v6.packed if v6 else b"")
    if name in _STAY:
        return "encrypted-dns", negative(question, NXDOMAIN, TTL, aa=True)
    parents = list(suffixes(name))
    if _DISCOVERY in parents:
        return "encrypted-dns", negative(question, NOERROR, TTL, aa=True)
    if _LOCALHOST in parents:
        return "localhost", _addresses(question, IPv4Address("127.0.0.1").packed, IPv6Address("::1").packed)
    if any(parent in _NOT_IN_DNS or parent in _PRIVATE_REVERSE for parent in parents):
        return "private", negative(question, NXDOMAIN, TTL, aa=True)
    if len(parents) == 1 and question.type not in _OF_ZONES:
        return "single-label", negative(question, NXDOMAIN, TTL, aa=True)
    return None


def _addresses(question: Question, v4: bytes, v6: bytes) -> Answer:
    rdata = {A: v4, AAAA: v6}.get(question.type)
    if not rdata:
        return negative(question, NOERROR, TTL, aa=True)
    return Answer(NOERROR, (Record(question.name, question.type, IN, TTL, rdata),), aa=True)


def names() -> tuple[Name, ...]:
    """Every special name and zone: what no list should be able to change."""
    return (BOX_NAME, *_STAY, _DISCOVERY, _LOCALHOST, *_NOT_IN_DNS, *_PRIVATE_REVERSE)
