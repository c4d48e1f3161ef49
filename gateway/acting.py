"""From a row of the log to a rule that changes what became of it: for the device, its group, or everyone."""

import time
from enum import StrEnum

import msgspec

from gateway import asking
from gateway.errors import UsageError
from gateway.model import Layer
from gateway.policy.decide import Policy
from gateway.policy.matching.active import ActiveRule
from gateway.policy.matching.asker import Asker, address_of
from gateway.policy.rule import Conditions, Match
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import parse_rule
from gateway.settings import Settings
from gateway.store import rules
from gateway.store.engine import Session
from gateway.store.rules import StoredRule


class Whom(StrEnum):
    """For whom."""

    DEVICE = "device"
    GROUP = "group"  # the one that the device is in now
    EVERYONE = "everyone"


class Reach(StrEnum):
    """For which names."""

    NAME = "name"  # that one alone
    DOMAIN = "domain"  # and all below it


class Wish(msgspec.Struct, frozen=True):
    """The rule that is to be made."""

    text: str
    group: str
    against: tuple[str, ...]  # texts of the group's rules that say the very opposite: they are laid aside
    note: str = ""  # why it may not decide all the same


class Acted(msgspec.Struct, frozen=True):
    """What was done."""

    rule: StoredRule
    laid_aside: tuple[int, ...]  # numbers of rules
    note: str = ""


def wish(
    policy: Policy,
    settings: Settings,
    device: str,
    name: str,
    qtype: str,
    *,
    allow: bool,
    scope: Whom,
    reach: Reach,
) -> Wish:
    """The rule by which the name of a log row is allowed or blocked from now on. Raises UsageError.

    It is `$important` where a rule of the same group would go before it otherwise.
    """
    if not name:
        raise UsageError("this row of the log has no name", hint="write a rule by hand")
    if scope is Whom.DEVICE and not device:
        raise UsageError("this row of the log has no device", hint='give the scope "group" or "everyone"')
    asked, number = asking.question(name, qtype)
    asker = policy.asker(device)
    pattern = f"{'||' if reach is Reach.DOMAIN else '|'}{name}^"
    client = f"client={_client(device)}" if scope is Whom.DEVICE else ""
    around = {
        important: _text(pattern, *([client] if client else []), *(["important"] if important else []))
        for important in (False, True)
    }
    against = tuple(text if allow else f"@@{text}" for text in around.values())
    covering = [
        (rank, origin)
        for (rank, origin), _ in policy.layers(asker, asked, number)
        if isinstance(origin, ActiveRule) and origin.ref.layer is Layer.RULES
    ]
    group = _group(policy, asker, scope, covering)
    covering = [
        (rank, rule)
        for rank, rule in covering
        if rule.ref.list != group or rule.ref.text.strip() not in against
    ]
    # Ranks as in gateway/policy/matching/victory.py: bit 0 allows, bit 1 is $important.
    opposing = [
        rank
        for rank, rule in covering
        if rule.ref.list == group and rule.rewrite is None and rank & 1 != allow
    ]
    important = max(opposing, default=-1) > int(allow)
    text = f"@@{around[important]}" if allow else around[important]
    _check(text, asked, reach, allow=allow)
    above = asking.why(settings, policy, asker, asked, number)["rule"]
    if above is not None and above["layer"] in (Layer.SPECIAL, Layer.PAUSE):
        return Wish(text, group, against, f"{above['text']}, before any rule")
    return Wish(text, group, against, _note(policy, asker, group, covering, allow=allow))


def act(session: Session, wished: Wish, *, comment: str, expires: int) -> Acted:
    """Have the rule in force, and none that says the very opposite. Raises UsageError."""
    laid_aside: list[int] = []
    for text in wished.against:
        found = rules.find_rule(session, text, wished.group)
        if found is not None and found.enabled:
            rules.update_rule(session, found.id, enabled=False)
            laid_aside.append(found.id)
    made = rules.add_rule(
        session, wished.text, now=int(time.time()), group=wished.group, comment=comment, expires=expires
    )
    return Acted(made, tuple(laid_aside), wished.note)


def _text(pattern: str, *modifiers: str) -> str:
    return f"{pattern}${','.join(modifiers)}" if modifiers else pattern


def _client(device: str) -> str:
    address = address_of(device)
    return device if address is None else str(address)


_Covering = list[tuple[int, ActiveRule]]


def _group(policy: Policy, asker: Asker, scope: Whom, covering: _Covering) -> str:
    if scope is Whom.EVERYONE:
        return EVERYONE
    if scope is Whom.GROUP:
        return asker.group
    # A rule for a device stands with everyone's, so that it goes along into another group; but where the group's
    # own rules would go before it, it stands with them.
    stands_aside = _is_apart(policy, asker.group) or any(rule.ref.list == asker.group for _, rule in covering)
    return asker.group if stands_aside else EVERYONE


def _is_apart(policy: Policy, name: str) -> bool:
    """Does the group go without everyone's rules?"""
    return any(group.name == name and not group.inherit for group in policy.overlay.groups)


def _note(policy: Policy, asker: Asker, group: str, covering: _Covering, *, allow: bool) -> str:
    if group == EVERYONE != asker.group and _is_apart(policy, asker.group):
        return f"the group {asker.group} goes without the rules of everyone"
    for rank, rule in covering:
        place = f"rule {rule.ref.line} of {rule.ref.list}, {rule.ref.text}"
        if rule.rewrite is not None:
            return f"{place}, goes before it"
        if rule.ref.list != group and asker.group != group and rank & 1 != allow:
            return f"{place}, goes before it for this device"
        if rule.ref.list == group and not allow and rank == 3:
            return f"{place}, goes before it"
    return ""


def _check(text: str, name: bytes, reach: Reach, *, allow: bool) -> None:
    """Does the text mean what it is made for? A name in the log may be any bytes."""
    try:
        found = parse_rule(text)
        match = Match.SUFFIX if reach is Reach.DOMAIN else Match.EXACT
        conditions = found.conditions or Conditions()
        fits = (found.match, found.name, found.allow) == (match, name, allow) and not conditions.tags
    except UsageError:
        fits = False
    if not fits:
        raise UsageError(f"no rule can be written for this name: {text[:300]!r}", hint="write one by hand")
