"""Single names that others block, allow or answer, as rules. A name is never pasted into a rule's text unread."""

import ipaddress
from collections.abc import Iterator

from gateway.devices.mac import mac_of
from gateway.model import Rewrite
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax.domains import address_of, name_of
from gateway.policy.syntax.lines import Stateless, read_line
from gateway.policy.syntax.records import address_record


def exactly(text: str, line: int, *, allow: bool = False) -> Iterator[Rule | Refused]:
    """Block or allow the name alone."""

    def read(name: str, at: int) -> Iterator[Rule | Refused]:
        yield Rule(name, at, Match.EXACT, name_of(name), allow=allow)

    return read_line(Stateless(read), text, line)


def answered(text: str, answer: str, line: int = 0) -> Iterator[Rule | Refused]:
    """Answer the name, or with `*.` in front all below it, with an address or another name."""

    def read(name: str, at: int) -> Iterator[Rule | Refused]:
        below = name.startswith("*.")
        match = Match.BELOW if below else Match.EXACT
        address = address_of(answer.strip())
        if address is None:
            rewrite = Rewrite(cname=name_of(answer.strip()))
        else:
            rewrite = Rewrite(records=(address_record(address),))
        yield Rule(f"{name} → {answer}", at, match, name_of(name.removeprefix("*.")), rewrite=rewrite)

    return read_line(Stateless(read), text, line)


def device_address(text: str) -> str:
    """The MAC or IP address that a client is known by, as our devices are; "" where it is something else."""
    mac = mac_of(text)
    if mac is not None:
        return mac
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""
