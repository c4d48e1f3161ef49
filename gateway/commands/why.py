"""`why`: what would become of a name, whose word that is, and what is known of the host."""

import time
from argparse import Namespace
from typing import Any

from gateway import iana, names
from gateway.commands import output, who
from gateway.commands.times import clock
from gateway.data import Data, existing
from gateway.dns.links import pause, special
from gateway.dns.wire import Question
from gateway.errors import UsageError
from gateway.model import Action, Facts, Layer, RuleRef
from gateway.names import NameFault
from gateway.policy import explain, trial
from gateway.policy.decide import Policy
from gateway.policy.explain import Explanation
from gateway.policy.matching.asker import Asker
from gateway.policy.pauses import pausing

_UNKNOWN = Facts("")
# What is known of a host besides the company: the keys of a row, in their order.
_FACTS = ("product", "purpose", "country", "data", "evidence", "breakage")


def why(options: Namespace) -> int:
    """Explain one name."""
    name, qtype = _question(options)
    if options.rules is not None:
        policy = trial.try_list(options.rules).policy
        client = options.client or options.device
        asker = policy.asker_named(client) if client else Asker("")
        return _show(options, _decided(policy, asker, name, qtype))
    if options.client:
        raise UsageError("--client goes with --rules FILE", hint="for a device of the box: --device")
    data = existing(options.data)
    policy = Policy.open(data.policy)
    device = options.device and who.address(policy.overlay.devices, options.device)
    asker = policy.asker(device)
    found = _above(data, policy, asker, name, qtype)
    return _show(options, found or _decided(policy, asker, name, qtype))


def _question(options: Namespace) -> tuple[names.Name, int]:
    try:
        return names.from_text(options.name), iana.by_name(options.type)
    except NameFault as fault:
        raise UsageError(
            f"{options.name!r} is no domain name: {fault}", hint="write it as in www.example.org"
        ) from None
    except ValueError as error:
        raise UsageError(str(error), hint="A, AAAA, HTTPS, TXT …, or TYPE65") from None


def _above(data: Data, policy: Policy, asker: Asker, name: names.Name, qtype: int) -> dict[str, Any] | None:
    """What comes before all rules: special names and pauses (see gateway/dns/chain.py)."""
    own_domains = {names.from_text(domain) for domain in data.read_settings().dns.domains}
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


def _decided(policy: Policy, asker: Asker, name: names.Name, qtype: int) -> dict[str, Any]:
    found = explain.why(policy, asker, name, qtype)
    row = _row(policy, asker, name, qtype, found.verdict.action, found.rule, found.facts)
    return {**row, "others": _others(found)}


def _row(
    policy: Policy,
    asker: Asker,
    name: names.Name,
    qtype: int,
    action: Action,
    rule: RuleRef | None,
    facts: Facts | None,
) -> dict[str, Any]:
    """The object that --json prints: its keys are a contract."""
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
        "generation": policy.generation,
        "others": [],
    }


def _rule(rule: RuleRef) -> dict[str, Any]:
    return {"layer": rule.layer, "list": rule.list, "line": rule.line, "text": rule.text}


def _others(found: Explanation) -> list[dict[str, Any]]:
    return [
        {"rule": _rule(other.rule), "effect": other.effect, "reason": other.reason} for other in found.others
    ]


def _show(options: Namespace, row: dict[str, Any]) -> int:
    if options.json:
        output.json_line(row)
        return 0
    others = row.pop("others")
    rule = row["rule"]
    row["rule"] = _sentence(rule) if rule else "no rule is about it"
    row["generation"] = row["generation"] or None  # of a list that is only tried
    output.pairs(row, as_json=False)
    for other in others:
        print(output.harmless(f"also: {_sentence(other['rule'])} {other['effect']}, but {other['reason']}"))
    return 0


def _sentence(rule: dict[str, Any]) -> str:
    numbered = "rule" if rule["layer"] == Layer.RULES else "line"
    place = f"{rule['layer']} {rule['list']}" if rule["layer"] != rule["list"] else rule["list"]
    place += f", {numbered} {rule['line']}" if rule["line"] else ""
    return f"{rule['text']}  ({place})" if rule["text"] else place
