"""Why? What would become of a name and whose word that is, as the box in this folder would say now.

Shared by `hushgate why` and the API: the keys of the answer are a contract.
"""

import time
from typing import Any

from gateway import iana, names
from gateway.commands.times import clock
from gateway.devices.mac import mac_of
from gateway.dns.links import pause, special
from gateway.dns.wire import Question
from gateway.errors import Missing, UsageError
from gateway.model import Action, Facts, Layer, RuleRef
from gateway.names import Name, NameFault
from gateway.policy import explain
from gateway.policy.decide import Policy
from gateway.policy.explain import Explanation
from gateway.policy.matching.asker import Asker, address_of
from gateway.policy.pauses import pausing
from gateway.settings import Settings

_UNKNOWN = Facts("")
# What is known of a host besides the company: the keys of an answer, in their order.
_FACTS = ("product", "purpose", "country", "data", "evidence", "breakage")


def question(name: str, qtype: str) -> tuple[Name, int]:
    """The name and type that these texts spell. Raises UsageError."""
    try:
        return names.from_text(name), iana.by_name(qtype)
    except NameFault as fault:
        raise UsageError(
            f"{name[:300]!r} is no domain name: {fault}", hint="write it as in www.example.org"
        ) from None
    except ValueError:
        raise UsageError(
            f"unknown record type {qtype[:50]!r}", hint="A, AAAA, HTTPS, TXT …, or TYPE65"
        ) from None


def asker_of(policy: Policy, device: str) -> Asker:
    """The device of this name, MAC or address; "" for anybody.

    Raises Missing for a name that nobody has, UsageError for one that several have.
    """
    text = device.strip()
    if not text or address_of(text) is not None or mac_of(text) is not None:
        return policy.asker_named(text) if text else policy.asker("")
    keys = [one.address for one in policy.overlay.devices if one.name.lower() == text.lower()]
    if len(keys) > 1:
        raise UsageError(
            f"{len(keys)} devices are called {text[:100]!r}",
            hint=f"say which by its key: {', '.join(keys[:5])}",
        )
    if keys:
        return policy.asker_named(text)
    raise Missing(f"no device {text[:100]!r}", hint="`hushgate devices` shows them; or give its address")


def why(settings: Settings, policy: Policy, asker: Asker, name: Name, qtype: int) -> dict[str, Any]:
    """What this box would do: special names and pauses first (see gateway/dns/chain.py), then the policy."""
    return _above(settings, policy, asker, name, qtype) or decided(policy, asker, name, qtype)


def decided(policy: Policy, asker: Asker, name: Name, qtype: int) -> dict[str, Any]:
    """What the policy alone says."""
    found = explain.why(policy, asker, name, qtype)
    row = _row(policy, asker, name, qtype, found.verdict.action, found.rule, found.facts)
    return {**row, "others": _others(found)}


def _above(settings: Settings, policy: Policy, asker: Asker, name: Name, qtype: int) -> dict[str, Any] | None:
    own_domains = {names.from_text(domain) for domain in settings.dns.domains}
    if own_domains.isdisjoint(names.suffixes(name)):
        found = special.answer(Question(name, name, qtype), lambda: (None, None))
        if found is not None:
            rule = RuleRef(Layer.SPECIAL, found[0], 0, "answered by the box itself")
            return _row(policy, asker, name, qtype, Action.REWRITTEN, rule, None)
    now, boot = time.time(), time.clock_gettime(time.CLOCK_BOOTTIME)
    holding = pausing(policy.pauses, asker, policy.overlay.made, now, boot, pause.boot_id())
    if holding is None:
        return None
    left = holding.boot_until - boot if holding.boot_id == pause.boot_id() else holding.until - now
    whom = "everybody" if holding.scope == "all" else f"{holding.scope} {holding.target}"
    text = f"nothing is blocked for {whom} until {clock(now + left, now)}"
    rule = RuleRef(Layer.PAUSE, "pause", 0, text)
    return _row(policy, asker, name, qtype, Action.ALLOWED, rule, policy.facts(name))


def _row(
    policy: Policy,
    asker: Asker,
    name: Name,
    qtype: int,
    action: Action,
    rule: RuleRef | None,
    facts: Facts | None,
) -> dict[str, Any]:
    known = facts or _UNKNOWN
    return {
        "name": names.to_text(name),
        "type": iana.name_of(qtype),
        "action": action,
        "rule": _rule(rule) if rule else None,
        "company": known.company,
        **{key: getattr(known, key) for key in _FACTS},
        "device": asker.name or asker.address,
        "group": asker.group,
        "schedule": policy.scheduled(asker.group),
        "generation": policy.generation,
        "others": [],
    }


def _rule(rule: RuleRef) -> dict[str, Any]:
    return {"layer": rule.layer, "list": rule.list, "line": rule.line, "text": rule.text}


def _others(found: Explanation) -> list[dict[str, Any]]:
    return [
        {"rule": _rule(other.rule), "effect": other.effect, "reason": other.reason} for other in found.others
    ]
