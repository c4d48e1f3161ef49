"""Rules of other syntaxes in our own words: AdBlock's, and plain names.

What is written is read again and compared: a rule that would come to mean something else is not written at all.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import structs

from gateway import iana
from gateway.errors import UsageError
from gateway.exchange.rdata import NotSayable, fields_of, plain, strings_of
from gateway.model import Rewrite
from gateway.names import to_text
from gateway.policy.rule import ClientIs, Conditions, Match, Rule
from gateway.policy.syntax import parse_rule
from gateway.policy.syntax.hosts import is_hosts
from gateway.policy.syntax.rewrite import RCODES
from gateway.store.text import MAX_RULE

_SPECIAL = re.compile(r"([\\,'\"])")  # what modifiers are cut at
_RCODES = {number: name for name, number in RCODES.items()}


def texts_of(rule: Rule) -> tuple[str, ...]:
    """`rule` as one or, where it answers with several records, more texts; raises NotSayable."""
    if not is_hosts(rule.text) and _means(rule.text, rule):
        return (rule.text,)
    return tuple(_checked(text, part) for part in _parts(rule) for text in (_text(part),))


def _parts(rule: Rule) -> Iterator[Rule]:
    """One rule for each record: rules of one pattern are answered together."""
    rewrite = rule.rewrite
    if rewrite is None or len(rewrite.records) < 2:
        yield rule
        return
    if rule.match is Match.REGEX:
        raise NotSayable("an expression that is answered with several records")
    for record in rewrite.records:
        yield structs.replace(rule, rewrite=structs.replace(rewrite, records=(record,)))


def _checked(text: str, rule: Rule) -> str:
    if len(text) > MAX_RULE:
        raise NotSayable(f"longer than {MAX_RULE} characters")
    if not _means(text, rule):
        raise NotSayable("a name or an answer with characters that rules cannot hold")
    return text


def _means(text: str, rule: Rule) -> bool:
    try:
        read = parse_rule(text)
    except UsageError:
        return False
    return structs.replace(read, text="", line=0) == structs.replace(rule, text="", line=0)


def _text(rule: Rule) -> str:
    options = [*_conditions(rule.conditions or Conditions())]
    if rule.rewrite is not None:
        options.append(_rewrite(rule.rewrite, allow=rule.allow))
    if rule.important:
        options.append("important")
    if rule.badfilter:
        options.append("badfilter")
    return ("@@" if rule.allow else "") + _pattern(rule, bare=not (options or rule.allow)) + _joined(options)


def _pattern(rule: Rule, *, bare: bool) -> str:
    if rule.match is Match.REGEX:
        expression = rule.regex.removeprefix("(?i)")
        # The flag comes back with the first capital letter.
        kept = expression if re.search("[A-Z]", expression) else rule.regex
        return f"/{kept}/"
    name = to_text(rule.name)
    match rule.match:
        case Match.SUFFIX:
            return f"||{name}^"
        case Match.BELOW:
            return f"*.{name}"
    return name if bare and "." in name else f"|{name}^"


def _joined(options: list[str]) -> str:
    return "$" + ",".join(options) if options else ""


def _conditions(conditions: Conditions) -> Iterator[str]:
    if conditions.clients:
        yield f"client={'|'.join(_client(client) for client in conditions.clients)}"
    if conditions.tags:
        yield f"ctag={'|'.join(conditions.tags)}"
    if conditions.types or conditions.not_types:
        yield f"dnstype={'|'.join((*_types(conditions.types), *_types(conditions.not_types, '~')))}"
    if conditions.deny_allow:
        yield f"denyallow={'|'.join(to_text(name) for name in conditions.deny_allow)}"


def _types(numbers: Iterable[int], sign: str = "") -> list[str]:
    return [sign + iana.name_of(number) for number in numbers]


def _client(client: ClientIs) -> str:
    sign = "~" if client.negated else ""
    if client.network is None:
        return f"{sign}'{_SPECIAL.sub(_escape, client.name)}'"
    whole = client.network.prefixlen == client.network.max_prefixlen
    return sign + str(client.network.network_address if whole else client.network)


def _rewrite(rewrite: Rewrite, *, allow: bool) -> str:
    return (
        f"dnsrewrite={_SPECIAL.sub(_escape, _answer(rewrite))}"
        if _answer(rewrite) or not allow
        else "dnsrewrite"
    )


def _answer(rewrite: Rewrite) -> str:
    if rewrite.cname is not None:
        return to_text(rewrite.cname)
    if rewrite.records:
        ((kind, rdata),) = rewrite.records
        if kind in (iana.A, iana.AAAA):
            return fields_of(kind, rdata, plain)[0]
        if kind == iana.TXT:
            return f"NOERROR;TXT;{_utf8(b''.join(strings_of(rdata)))}"
        return f"NOERROR;{iana.name_of(kind)};{' '.join(fields_of(kind, rdata, plain))}"
    return _RCODES[rewrite.rcode]


def _utf8(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise NotSayable("a text that is no UTF-8") from None


def _escape(found: re.Match[str]) -> str:
    return f"\\{found[0]}"
