"""One rule tried alone: is it one, and which names does it cover? Stores nothing."""

import msgspec

from gateway import iana
from gateway.errors import UsageError
from gateway.names import NameFault, from_text, to_text
from gateway.policy import overlay as overlays
from gateway.policy.decide import Policy
from gateway.policy.matching.patterns import compiled
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.victory import winner
from gateway.policy.matching.view import views
from gateway.policy.rule import Match
from gateway.policy.state import EVERYONE, PolicyState, UserRule
from gateway.policy.syntax import parse_rule


class Matched(msgspec.Struct, frozen=True):
    """What the rule alone makes of a name."""

    name: str
    matches: bool
    action: str  # "allowed", "blocked", "rewritten"
    error: str = ""  # why it is no name


class Tested(msgspec.Struct, frozen=True):
    """What became of the rule."""

    valid: bool
    error: str = ""
    hint: str = ""
    match: str = ""
    pattern: str = ""  # the name or the expression that it is about
    allow: bool = False
    important: bool = False
    conditional: bool = False
    rewrites: bool = False
    disables: bool = False  # a $badfilter
    names: tuple[Matched, ...] = ()


def try_rule(text: str, names: list[str], *, qtype: str = "A", asker: str = "", policy: Policy) -> Tested:
    """Parse the rule and ask it for these names, as `asker` (key, address or name of a device in `policy`).

    A text that is no rule is an answer, not an error. Raises UsageError for an unknown record type.
    """
    try:
        number = iana.by_name(qtype)
    except ValueError as error:
        raise UsageError(f"{qtype!r:.40} is no record type", hint="A, AAAA, HTTPS, TYPE65") from error
    try:
        rule = parse_rule(text)
        if rule.match is Match.REGEX:
            compiled(rule.regex)
    except (UsageError, ValueError) as error:
        hint = error.hint if isinstance(error, UsageError) else ""
        return Tested(False, str(error), hint)
    state = PolicyState(rules=(UserRule(1, text),))
    overlay = overlays.Maker().make(state, policy.shared.base, 0)
    books = views(overlay, ())[EVERYONE].books
    who = policy.asker_named(asker) if asker else policy.asker("")
    matched: list[Matched] = []
    for name in names:
        try:
            probe = Probe(who, from_text(name), number)
        except NameFault as fault:
            matched.append(Matched(name, False, "allowed", str(fault)))
            continue
        found = [candidate for book in books for candidate in book.candidates(probe)]
        won = winner(found, [])
        action = "allowed" if won is None or won.allow else "rewritten" if won.rewrite else "blocked"
        matched.append(Matched(name, bool(found), action))
    return Tested(
        valid=True,
        match=rule.match.name.lower(),
        pattern=rule.regex if rule.match is Match.REGEX else to_text(rule.name),
        allow=rule.allow,
        important=rule.important,
        conditional=rule.conditions is not None,
        rewrites=rule.rewrite is not None,
        disables=rule.badfilter,
        names=tuple(matched),
    )
