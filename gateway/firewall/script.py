"""The box's one nft table as text. Pure: a test reads what the kernel gets.

It is put into force in one transaction (gateway/firewall/nft.py) and names no other table.
"""

import re
from ipaddress import ip_address

import msgspec

from gateway.errors import SettingsError
from gateway.settings import Settings, endpoint

TABLE = "inet hushgate"
DNS = 53
ENCRYPTED_DNS = 853  # DoT over TCP (RFC 7858), DoQ over UDP (RFC 9250)

_INTERFACE = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}"
)  # Linux allows 15 bytes; more kinds than we write down


class Plan(msgspec.Struct, frozen=True):
    """What the table is to do."""

    lan: tuple[str, ...]  # interfaces behind which the phones are
    wan: str  # the interface to the internet
    dns_port: int  # where this box answers DNS


def plan(settings: Settings) -> Plan:
    """By [firewall] in the mode `router`. Raises SettingsError."""
    firewall = settings.firewall
    if firewall.mode != "router":
        raise SettingsError(
            f"firewall.mode: {firewall.mode} is not there yet", hint='write mode = "router", or "off"'
        )
    if not firewall.lan:
        raise SettingsError(
            "firewall.lan: a router needs the interfaces behind which the phones are",
            hint='write lan = ["eth1"]; `ip -brief link` shows what there is',
        )
    if not firewall.wan:
        raise SettingsError(
            "firewall.wan: a router needs the interface to the internet",
            hint='write wan = "eth0"; `ip route show default` names it',
        )
    for key, name in (*(("firewall.lan", name) for name in firewall.lan), ("firewall.wan", firewall.wan)):
        if not _INTERFACE.fullmatch(name):
            raise SettingsError(f"{key}: {name!r} is no name of an interface")
    if firewall.wan in firewall.lan:
        raise SettingsError(f"firewall.wan: {firewall.wan} is on the phones' side, too")
    ports = [port for host, port in _listening(settings) if not ip_address(host).is_loopback]
    if not ports:
        raise SettingsError(
            "dns.listen: no phone behind this router can ask it there",
            hint='write listen = ["0.0.0.0:53", "[::]:53"]',
        )
    return Plan(firewall.lan, firewall.wan, DNS if DNS in ports else ports[0])


def _listening(settings: Settings) -> list[tuple[str, int]]:
    return [endpoint(text, "dns.listen") for text in settings.dns.listen]


def render(plan: Plan) -> str:
    """The table, in place of the one before it."""
    lan = ", ".join(f'"{name}"' for name in plan.lan)
    return f"""\
table {TABLE}
delete table {TABLE}
table {TABLE} {{
\tcomment "Hushgate's; gone when it stops"

\tset lan {{
\t\ttype ifname
\t\telements = {{ {lan} }}
\t}}

\tcounter dns_brought_home {{ }}
\tcounter encrypted_dns_refused {{ }}

\tchain brought_home {{
\t\ttype nat hook prerouting priority dstnat; policy accept;
\t\t# Whomever a phone asks, we answer.
\t\tiifname @lan meta l4proto {{ tcp, udp }} th dport {DNS} counter name dns_brought_home redirect to :{plan.dns_port}
\t}}

\tchain forwarded {{
\t\ttype filter hook forward priority filter; policy accept;
\t\tiifname @lan meta l4proto {{ tcp, udp }} th dport {ENCRYPTED_DNS} goto refused
\t\t# Nobody outside begins a connection to a phone: IPv6 has no translation that would keep it out.
\t\tiifname "{plan.wan}" oifname @lan ct state {{ new, invalid }} drop
\t}}

\tchain refused {{
\t\tcounter name encrypted_dns_refused
\t\t# At once, and said so: a phone that hears nothing waits, and shows its user a dead network.
\t\tmeta l4proto tcp reject with tcp reset
\t\treject with icmpx type admin-prohibited
\t}}

\tchain translated {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
\t\tmeta nfproto ipv4 oifname "{plan.wan}" masquerade
\t}}
}}
"""
