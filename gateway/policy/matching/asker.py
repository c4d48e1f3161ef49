"""Who asks, and whether a rule's conditions hold for them."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from gateway.names import Name, is_below
from gateway.policy.rule import ClientIs, Conditions
from gateway.policy.state import EVERYONE

Address = IPv4Address | IPv6Address


class Asker(msgspec.Struct, frozen=True):
    """The device behind one address, as one policy generation knows it."""

    address: str  # in its canonical form
    name: str = ""
    group: str = EVERYONE
    tags: tuple[str, ...] = ()
    ip: Address | None = None  # None where the asker is known by a name alone


def address_of(text: str) -> Address | None:
    """The address that `text` spells, an IPv4 one where it is mapped into IPv6; None if it is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def holds(conditions: Conditions, asker: Asker, name: Name, qtype: int) -> bool:
    """Does a rule with these conditions count for this question?"""
    if conditions.types and qtype not in conditions.types:
        return False
    if qtype in conditions.not_types:
        return False
    if conditions.clients and not _is_meant(conditions.clients, asker):
        return False
    if conditions.tags and not _is_tagged(conditions.tags, asker):
        return False
    return not any(is_below(name, spared) for spared in conditions.deny_allow)


def _is_meant(clients: tuple[ClientIs, ...], asker: Asker) -> bool:
    """One of those named, if any are named, and none of those ruled out."""
    wanted = [client for client in clients if not client.negated]
    if wanted and not any(_is_client(client, asker) for client in wanted):
        return False
    return not any(_is_client(client, asker) for client in clients if client.negated)


def _is_client(client: ClientIs, asker: Asker) -> bool:
    if client.network is not None:
        return (
            asker.ip is not None and asker.ip.version == client.network.version and asker.ip in client.network
        )
    return client.name.lower() in (asker.name.lower(), asker.address)


def _is_tagged(tags: tuple[str, ...], asker: Asker) -> bool:
    wanted = [tag for tag in tags if not tag.startswith("~")]
    if wanted and not any(tag in asker.tags for tag in wanted):
        return False
    return not any(tag[1:] in asker.tags for tag in tags if tag.startswith("~"))
