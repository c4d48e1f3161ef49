"""The file of a bundle: rules, lists and catalogue rows in one JSON document, with name, version and expiry.

Pure. Any bytes give a Bundle that a box can keep to, or BundleFault. Who signed it is minisign's matter; that it is
in time is said by `check_time`.
"""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from gateway.errors import UsageError
from gateway.policy import bundled, sources
from gateway.policy.bundled import Tables
from gateway.policy.catalogue import Catalogue, CatalogueFault
from gateway.policy.matching.patterns import compiled
from gateway.policy.rule import Match
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import parse_rule
from gateway.store.text import MAX_COMMENT, MAX_NAME, MAX_RULE, MAX_SOURCE

MAX_BYTES = 4_000_000
MAX_RULES = 10_000  # each costs each worker 600 bytes; a name in a list costs all of them 12
MAX_PATTERNS = 500  # rules with a regular expression: each is asked about every name
MAX_LISTS = 100
MAX_TEXT = 2000  # characters of any text in it
MAX_VERSION = (1 << 53) - 1  # the largest that every reader of JSON keeps exact
AHEAD = 86_400  # seconds that the publisher's clock may be ahead of ours

_Moment = Annotated[datetime, msgspec.Meta(tz=True)]
_Group = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME)]
# Not shown as such by a terminal or a page, and able to turn round what stands beside them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REFUSED = ("Cc", "Cs", "Zl", "Zp")


class BundleFault(UsageError):
    """No bundle, or one that says what it must not."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "nothing of it is taken; whoever made it has to mend it")


class BundleRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rule, as a user would write it."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_RULE)]
    group: _Group = EVERYONE
    comment: Annotated[str, msgspec.Meta(max_length=MAX_COMMENT)] = ""


class BundleList(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A list to subscribe to."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_SOURCE)]  # http(s) URL
    name: Annotated[str, msgspec.Meta(max_length=MAX_NAME)] = ""
    group: _Group = EVERYONE
    syntax: Literal["auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz"] = "auto"


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a publisher signs."""

    hushgate_bundle: Literal[1]  # the format's number
    name: Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?\Z")]
    version: Annotated[int, msgspec.Meta(ge=1, le=MAX_VERSION)]
    issued: _Moment
    expires: _Moment
    rules: Annotated[tuple[BundleRule, ...], msgspec.Meta(max_length=MAX_RULES)] = ()
    lists: Annotated[tuple[BundleList, ...], msgspec.Meta(max_length=MAX_LISTS)] = ()
    catalogue: Tables = Tables()

    @property
    def issued_at(self) -> int:
        """Unix seconds."""
        return int(self.issued.timestamp())

    @property
    def expires_at(self) -> int:
        """Unix seconds."""
        return int(self.expires.timestamp())

    @property
    def rows(self) -> int:
        """Of the catalogue."""
        return len(self.catalogue.hosts) + len(self.catalogue.bypass)


def decode(data: bytes, shipped: Catalogue) -> Bundle:
    """The bundle in these bytes. Its catalogue must fit beside the one that ships. Raises BundleFault."""
    if len(data) > MAX_BYTES:
        raise BundleFault(f"a bundle of {len(data)} bytes; at most {MAX_BYTES}", hint=_TO_LISTS)
    try:
        bundle = msgspec.json.decode(data, type=Bundle)
    except msgspec.ValidationError as error:
        raise BundleFault(f"not a bundle that can be kept to: {error}", hint=_HINT) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BundleFault(f"not a bundle: {error}", hint=_HINT) from None
    check(bundle, shipped)
    return bundle


def encode(bundle: Bundle) -> bytes:
    """The same bytes for the same bundle, with a line for each thing so that people can read and compare."""
    document = msgspec.to_builtins(bundle)
    if not bundle.catalogue:
        document.pop("catalogue", None)
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def check(bundle: Bundle, shipped: Catalogue) -> None:
    """Could a box keep to all of it? Raises BundleFault."""
    for text in _texts(msgspec.to_builtins(bundle)):
        _check_text(text)
    if not 0 < bundle.issued_at < bundle.expires_at:
        raise BundleFault("it expires before it was issued")
    if not (bundle.rules or bundle.lists or bundle.catalogue):
        raise BundleFault("nothing is in it")
    _check_rules(bundle.rules)
    _check_lists(bundle.lists)
    try:
        bundled.check(bundled.read(bundle.name, bundle.catalogue), shipped)
    except CatalogueFault as fault:
        raise BundleFault(str(fault)) from None


def check_time(bundle: Bundle, now: float) -> None:
    """May it be applied at this moment (Unix seconds)? Raises BundleFault."""
    if bundle.expires_at <= now:
        raise BundleFault(
            f"version {bundle.version} of {bundle.name} has expired on {day(bundle.expires_at)}",
            hint="get a newer one; where there is none, its publisher has stopped, or somebody keeps it from you",
        )
    if bundle.issued_at > now + AHEAD:
        raise BundleFault(
            f"version {bundle.version} of {bundle.name} is of {day(bundle.issued_at)}, which is yet to come",
            hint="is the clock of this box right?",
        )


def day(moment: int) -> str:
    """ "2026-11-22", in UTC."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


_HINT = "make one with `hushgate bundle build`"
_TO_LISTS = "put many names into a list, and the list into the bundle"


def _check_rules(rules: tuple[BundleRule, ...]) -> None:
    known: set[tuple[str, str]] = set()
    patterns = 0
    for number, rule in enumerate(rules, 1):
        try:
            if rule.text != rule.text.strip():
                raise UsageError("space around it")
            parsed = parse_rule(rule.text)
            if parsed.match == Match.REGEX:
                compiled(parsed.regex)
                patterns += 1
        except (UsageError, ValueError) as error:
            raise BundleFault(f"rule {number}, {rule.text[:200]!r}: {error}") from None
        if (rule.group, rule.text) in known:
            raise BundleFault(f"rule {number}, {rule.text[:200]!r}, is in it twice")
        known.add((rule.group, rule.text))
    if patterns > MAX_PATTERNS:
        raise BundleFault(
            f"{patterns} rules with regular expressions; at most {MAX_PATTERNS}", hint=_TO_LISTS
        )


def _check_lists(lists: tuple[BundleList, ...]) -> None:
    known: set[str] = set()
    for number, one in enumerate(lists, 1):
        try:
            sources.check(one.source, files=False)
        except UsageError as error:
            raise BundleFault(f"list {number}: {error}", hint=error.hint) from None
        for what in filter(None, (one.source, f"name {one.name}" if one.name else "")):
            if what in known:
                raise BundleFault(f"list {number}: {what} is in it twice")
            known.add(what)


def _texts(value: Any) -> Iterator[str]:
    """Every text in it, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def _check_text(text: str) -> None:
    if len(text) > MAX_TEXT:
        raise BundleFault(f"a text of more than {MAX_TEXT} characters: {text[:50]!r} …")
    if text.isprintable():
        return
    for char in text:
        if char in _TURNING or unicodedata.category(char) in _REFUSED:
            raise BundleFault(f"control character U+{ord(char):04X} in a text: {text[:50]!r}")
