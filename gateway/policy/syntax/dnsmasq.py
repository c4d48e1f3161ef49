"""dnsmasq's configuration as blocklists use it: `address=/name/…`, `server=/name/`, `local=/name/`.

A name stands for itself and all below it.
"""

import re
from collections.abc import Iterator

from gateway.model import Rewrite
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import patterns
from gateway.policy.syntax.domains import address_of, is_null, name_of, without_comment
from gateway.policy.syntax.lines import LineFault, each
from gateway.policy.syntax.records import address_record

_OPTION = re.compile(
    r"(?:address|server|local|rev-server|ipset|nftset|alias|cname|host-record|bogus-nxdomain|rebind-domain-ok|"
    r"txt-record|ptr-record|srv-host|mx-host|conf-file|conf-dir|addn-hosts|filter-rr)\s*="
)


def is_dnsmasq(text: str) -> bool:
    """Is the line an option of dnsmasq? No name holds a `=`."""
    return _OPTION.match(text) is not None


def read(text: str, line: int) -> Iterator[Rule | Refused]:
    """One rule a name between the slashes."""
    text = text.strip()
    if text[0] in "#;":
        return
    option, equals, value = without_comment(text).partition("=")
    option = option.strip()
    if not equals or option not in ("address", "server", "local"):
        raise LineFault(f"dnsmasq's {option[:40]!r} is no rule about names")
    first, *names = value.strip().split("/")
    if first or len(names) < 2:
        raise LineFault(f"{option}= without a name between slashes")
    target = names.pop()
    allow, rewrite = _address(target) if option == "address" else _server(target)
    yield from each(
        names,
        text,
        line,
        lambda name: _rule(name, Rule(text, line, Match.SUFFIX, allow=allow, rewrite=rewrite)),
    )


def _address(target: str) -> tuple[bool, Rewrite | None]:
    if target in ("", "#"):  # no such domain, or the null addresses: two ways to answer a block
        return False, None
    address = address_of(target)
    if address is None:
        raise LineFault(f"{target!r} is no address")
    return False, None if is_null(address) else Rewrite(records=(address_record(address),))


def _server(target: str) -> tuple[bool, Rewrite | None]:
    if target == "":  # nobody is to be asked, so there is no such domain: a block
        return False, None
    if target == "#":  # the ordinary upstreams, even if a parent of the name is blocked
        return True, None
    raise LineFault("an upstream of its own for a name belongs into the settings, not into a list")


def _rule(name: str, like: Rule) -> Rule:
    if name == "#":
        raise LineFault("would cover every name")
    match, wire, expression = like.match, b"", ""
    if "*" in name:
        match, wire, expression = patterns.matcher(f"{name}^")
        if expression == ".*":
            raise LineFault("would cover every name")
    else:
        wire = name_of(name)
    return Rule(like.text, like.line, match, wire, expression, allow=like.allow, rewrite=like.rewrite)
