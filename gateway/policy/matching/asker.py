"""Who asks, and whether a rule's conditions hold for them."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import msgspec

from gateway.devices.mac import is_of_one_device, mac_of
from gateway.names import Name, is_below
from gateway.policy.rule import ClientIs, Conditions
from gateway.policy.state import EVERYONE

Address = IPv4Address | IPv6Address


class Asker(msgspec.Struct, frozen=True):
    """A device, as one policy generation knows it."""

    address: str  # its key: the MAC where that is known, else the address in its canonical form
    name: str = ""
    group: str = EVERYONE
    tags: tuple[str, ...] = ()
    ips: tuple[Address, ...] = ()  # all of its addresses; none where it is known by its name or MAC alone


def address_of(text: str) -> Address | None:
    """The address that `text` spells, an IPv4 one where it is mapped into IPv6; None if it is no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address


def key_of(text: str) -> str | None:
    """The MAC or address that `text` spells, as it is written here; None for what is neither."""
    mac = mac_of(text)
    if mac is not None:
        return mac if is_of_one_device(mac) else None
    address = address_of(text.strip())
    return None if address is None else str(address)


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
    network = client.network
    if network is not None:
        return any(ip.version == network.version and ip in network for ip in asker.ips)
    return client.name.lower() in (asker.name.lower(), asker.address)


def _is_tagged(tags: tuple[str, ...], asker: Asker) -> bool:
    wanted = [tag for tag in tags if not tag.startswith("~")]
    if wanted and not any(tag in asker.tags for tag in wanted):
        return False
    return not any(tag[1:] in asker.tags for tag in tags if tag.startswith("~"))
