"""Rules OUT: AdBlock, hosts, plain domains, an RPZ zone. What a syntax cannot say stands there as a comment."""

from collections.abc import Callable, Iterable, Iterator

from gateway import iana
from gateway.errors import UsageError
from gateway.exchange.rdata import NotSayable, absolute, fields_of, strings_of
from gateway.exchange.values import RuleIn
from gateway.model import Rewrite
from gateway.names import Name, labels, to_text
from gateway.policy.rule import Match, Rule
from gateway.policy.syntax import parse_rule

FORMATS = ("adblock", "hosts", "domains", "rpz", "json")
SUFFIXES = {"json": "json", "rpz": "zone"}  # of a file's name; "txt" for the others

_ZONE_HEAD = (
    "$TTL 60",
    "@ IN SOA localhost. root.localhost. 1 3600 600 86400 60",
    "@ IN NS localhost.",
)
_RPZ_WORDS = frozenset((b"rpz-ip", b"rpz-client-ip", b"rpz-nsip", b"rpz-nsdname"))


def lines(rules: Iterable[RuleIn], form: str) -> Iterator[str]:
    """The file, a line at a time and without line ends. Raises UsageError for an unknown format."""
    if form not in _WRITERS:
        raise UsageError(f"unknown format {form!a}", hint=f"known are {', '.join(FORMATS)}")
    return _lines(rules, form)


def _lines(rules: Iterable[RuleIn], form: str) -> Iterator[str]:
    mark, write, head = _WRITERS[form]
    yield from head
    yield f"{mark} Rules of a Hushgate"
    group = ""
    for one in rules:
        if one.group != group:
            group = one.group
            yield f"{mark} Group: {_harmless(group)}"
        if one.comment:
            yield f"{mark} {_harmless(one.comment)}"
        if not one.enabled:
            yield f"{mark} Laid aside: {one.text}"
            continue
        if one.expires:
            yield f"{mark} Only for a while: {one.text}"
            continue
        try:
            # All of a rule or nothing: what fails in the middle must not leave a half.
            said = list(write(parse_rule(one.text)))
        except (NotSayable, UsageError) as fault:
            said = [f"{mark} Cannot be said here ({fault}): {one.text}"]
        yield from said


def _harmless(text: str) -> str:
    """A comment must never begin a line of its own."""
    return "".join(char if char.isprintable() else " " for char in text)


def _adblock(rule: Rule) -> Iterator[str]:
    yield rule.text


def _names(rule: Rule) -> None:
    """Is it more than a name, or than a name and all below it? Raises NotSayable."""
    if rule.match is Match.REGEX:
        raise NotSayable("an expression")
    if rule.conditions is not None:
        raise NotSayable("only for some clients, types or names")
    if rule.badfilter:
        raise NotSayable("takes back another rule")


def _host(name: Name) -> str:
    text = to_text(name)
    if "\\" in text:
        raise NotSayable("a name with special characters")
    return text


def _hosts(rule: Rule) -> Iterator[str]:
    _names(rule)
    if rule.allow:
        raise NotSayable("an exception")
    if rule.match is Match.BELOW:
        raise NotSayable("all below a name")
    name = _host(rule.name)
    if rule.match is Match.SUFFIX:
        yield f"# Only the name itself can be said here, not what is below it: {rule.text}"
    if rule.rewrite is None:
        yield f"0.0.0.0 {name}"
        return
    addresses = [record for record in rule.rewrite.records if record[0] in (iana.A, iana.AAAA)]
    if not addresses:
        raise NotSayable("an answer that is no address")
    for kind, rdata in addresses:
        yield f"{fields_of(kind, rdata, absolute)[0]} {name}"


def _domains(rule: Rule) -> Iterator[str]:
    _names(rule)
    if rule.allow:
        raise NotSayable("an exception")
    if rule.rewrite is not None:
        raise NotSayable("an answer")
    name = _host(rule.name)
    if rule.match is not Match.BELOW:
        if "." not in name:
            raise NotSayable("a name of one word")
        yield name
    if rule.match is not Match.EXACT:
        yield f"*.{name}"


def _rpz(rule: Rule) -> Iterator[str]:
    _names(rule)
    if rule.allow and rule.rewrite is not None:
        raise NotSayable("an exception from an answer")
    if labels(rule.name)[-1] in _RPZ_WORDS:
        raise NotSayable("a name that means something else there")
    name = _host(rule.name)
    owners = {
        Match.EXACT: (name,),
        Match.BELOW: (f"*.{name}",),
        Match.SUFFIX: (name, f"*.{name}"),
    }[rule.match]
    if rule.allow:
        data = ["CNAME rpz-passthru."]
    elif rule.rewrite is None:
        data = ["CNAME ."]
    else:
        data = list(_local_data(rule.rewrite))
    yield from (f"{owner} {one}" for owner in owners for one in data)


def _local_data(rewrite: Rewrite) -> Iterator[str]:
    if rewrite.cname is not None:
        yield f"CNAME {absolute(rewrite.cname)}"
    elif rewrite.rcode == iana.NXDOMAIN:
        yield "CNAME ."
    elif rewrite.rcode:
        raise NotSayable("an answer with an error")
    elif not rewrite.records:
        yield "CNAME *."
    for kind, rdata in rewrite.records:
        if kind == iana.TXT:
            yield f"TXT {' '.join(_quoted(string) for string in strings_of(rdata))}"
        else:
            yield f"{iana.name_of(kind)} {' '.join(fields_of(kind, rdata, absolute))}"


def _quoted(string: bytes) -> str:
    """A character-string of a zone file (RFC 1035 §5.1)."""
    escaped = (
        chr(byte) if 0x20 <= byte < 0x7F and byte not in b'"\\' else f"\\{byte:03d}" for byte in string
    )
    return f'"{"".join(escaped)}"'


_Writer = tuple[str, Callable[[Rule], Iterator[str]], tuple[str, ...]]
_WRITERS: dict[str, _Writer] = {  # how a comment begins, who writes a rule, what stands in front of all
    "adblock": ("!", _adblock, ("! Title: Hushgate",)),
    "hosts": ("#", _hosts, ()),
    "domains": ("#", _domains, ()),
    "rpz": (";", _rpz, _ZONE_HEAD),
}
