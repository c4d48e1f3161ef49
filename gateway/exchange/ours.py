"""Our own format, JSON: loses nothing. `decode(encode(x))` is `x`."""

import msgspec

from gateway.errors import UsageError
from gateway.exchange.gathering import Gathering
from gateway.exchange.values import DeviceIn, GroupIn, Imported, ListIn, RuleIn
from gateway.policy import sources
from gateway.policy.syntax import SYNTAXES, parse_rule

FORMAT = "hushgate-rules"
VERSION = 1
MAX_TEXT = 16 << 20  # bytes
MAX_OBJECTS = 200_000  # rules and all, and braces in expressions; each takes up to 1 kB in memory


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    format: str
    version: int
    rules: tuple[RuleIn, ...] = ()
    lists: tuple[ListIn, ...] = ()
    groups: tuple[GroupIn, ...] = ()
    devices: tuple[DeviceIn, ...] = ()


class _Head(msgspec.Struct, frozen=True):
    format: str = ""
    version: int = 0


def encode(held: Imported) -> bytes:
    """A file for people to read, a rule a block."""
    file = _File(FORMAT, VERSION, held.rules, held.lists, held.groups, held.devices)
    return msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"


def decode(content: bytes) -> Imported:
    """What such a file holds; rules that are none are refused by their place in it. Raises UsageError."""
    if len(content) > MAX_TEXT:
        raise UsageError(f"a file of more than {MAX_TEXT >> 20} MB")
    if content.count(b"{") > MAX_OBJECTS:  # before any of them is made
        raise UsageError(f"a file of more than {MAX_OBJECTS} things")
    try:
        head = msgspec.json.decode(content, type=_Head)
        if head.format != FORMAT:
            raise UsageError("no file of rules of Hushgate's", hint=f'it says "format": "{FORMAT}"')
        if head.version > VERSION:
            raise UsageError(f"made by a newer Hushgate (format {head.version})", hint="import it there")
        file = msgspec.json.decode(content, type=_File)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"no usable JSON: {error}") from None
    gathering = Gathering("json")
    for number, rule in enumerate(file.rules, 1):
        try:
            parse_rule(rule.text)
        except UsageError as fault:
            gathering.cannot(rule.text, str(fault), number)
        else:
            gathering.rule(rule)
    for number, one in enumerate(file.lists, 1):
        _list(one, number, gathering)
    for group in file.groups:
        gathering.group(group)
    for device in file.devices:
        gathering.device(device)
    return gathering.done()


def _list(one: ListIn, number: int, into: Gathering) -> None:
    try:
        sources.check(one.source, files=False)
    except UsageError as fault:
        into.cannot(one.source, str(fault), number)
        return
    if one.syntax not in SYNTAXES:
        into.cannot(one.source, f"unknown syntax {one.syntax!a}", number)
        return
    into.list(one)
