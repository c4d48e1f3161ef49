"""Pi-hole's regular expressions, bare on their line, with `;querytype=`, `;reply=` and `;invert`."""

import re
from collections.abc import Iterator

from msgspec import structs

from gateway.model import Rewrite
from gateway.policy.rule import Conditions, Match, Rule
from gateway.policy.syntax import regex
from gateway.policy.syntax.domains import address_of
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.modifiers import types_of
from gateway.policy.syntax.records import address_record

_EXTENSION = re.compile(r";(?=(?:querytype|reply|invert)\b)")
_FOREIGN = re.compile(r"[\s/\"'<>`]")
_REPLIES = {"NODATA": Rewrite(), "NXDOMAIN": Rewrite(rcode=3), "REFUSED": Rewrite(rcode=5)}


def is_regex(text: str) -> bool:
    """Is the line a bare regular expression and can be nothing else?

    No name and no AdBlock pattern holds a backslash, ends in `$` or begins with `^` without ending in it.
    """
    if text.startswith(("||", "@@", "/", "|")):
        return False
    pattern, *extensions = _EXTENSION.split(text)
    if _FOREIGN.search(pattern):
        return False
    return bool(extensions) or (
        (pattern.startswith("^") and not pattern.endswith(("^", "|")))
        or pattern.endswith("$")
        or "\\" in pattern.partition("$")[0]
    )


def read(text: str, line: int) -> Iterator[Rule]:
    """The rule of one line."""
    text = text.strip()
    pattern, *extensions = _EXTENSION.split(text)
    conditions = Conditions()
    rewrite: Rewrite | None = None
    match, name, expression = regex.matcher(pattern)
    for extension in extensions:
        key, _, value = extension.partition("=")
        if key == "querytype":
            # `!A,AAAA` is: neither of the two.
            sign = "~" if value.startswith("!") else ""
            types, not_types = types_of([sign + item for item in value.removeprefix("!").split(",")])
            conditions = structs.replace(conditions, types=types, not_types=not_types)
        elif key == "reply":
            rewrite = _reply(value)
        elif extension != "invert":
            raise LineFault(f"unknown extension ;{extension}")
        elif match is not Match.SUFFIX:
            # RE2 cannot say "not found", and all names but one and its subdomains is `*$denyallow=name`.
            raise LineFault(";invert is supported for a name with all below it only: (^|\\.)name\\.example$")
        else:
            conditions = structs.replace(conditions, deny_allow=(name,))
            match, name, expression = regex.EVERYTHING
    if expression == ".*" and conditions == Conditions():
        raise LineFault("would cover every name")
    yield Rule(
        text=text,
        line=line,
        match=match,
        name=name,
        regex=expression,
        conditions=conditions if conditions != Conditions() else None,
        rewrite=rewrite,
    )


def _reply(value: str) -> Rewrite:
    if value.upper() in _REPLIES:
        return _REPLIES[value.upper()]
    addresses = [address_of(item) for item in value.split(",")]
    records = tuple(address_record(address) for address in addresses if address is not None)
    if len(records) < len(addresses):
        raise LineFault(f"no such reply: {value!r}; it may be NODATA, NXDOMAIN, REFUSED or addresses")
    return Rewrite(records=records)
