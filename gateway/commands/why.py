"""`why`: what would become of a name, whose word that is, and what is known of the host."""

import time
from argparse import Namespace
from typing import Any

from gateway import names
from gateway.commands import output
from gateway.data import existing
from gateway.dns import types
from gateway.dns.links import pause, special
from gateway.dns.wire import Question
from gateway.errors import UsageError
from gateway.model import RuleRef
from gateway.names import NameFault
from gateway.policy import explain, trial
from gateway.policy.asker import Asker
from gateway.policy.decide import Policy


def why(options: Namespace) -> int:
    """Explain one name."""
    name, qtype = _question(options)
    if options.rules is not None:
        policy = trial.try_list(options.rules).policy
        asker = policy.asker_named(options.client)
    else:
        policy = Policy.open(existing(options.data).policy)
        asker = policy.asker_named(options.device or options.client)
        above = _above(policy, asker, name, qtype)
        if above is not None:
            return _show(options, {**_head(name, qtype), **above, "generation": policy.generation}, [])
    found = explain.why(policy, asker, name, qtype)
    facts = found.facts
    row = {
        **_head(name, qtype),
        "action": found.verdict.action,
        "rule": _rule(found.rule),
        "company": facts.company if facts else "",
        "product": facts.product if facts else "",
        "purpose": facts.purpose if facts else "",
        "country": facts.country if facts else "",
        "data": facts.data if facts else "",
        "evidence": facts.evidence if facts else "",
        "breakage": facts.breakage if facts else "",
        "device": asker.name or asker.address,
        "group": asker.group,
        "generation": found.verdict.generation,
    }
    others = [
        {"rule": _rule(other.rule), "effect": other.effect, "reason": other.reason} for other in found.others
    ]
    return _show(options, row, others)


def _question(options: Namespace) -> tuple[names.Name, int]:
    try:
        return names.from_text(options.name), types.by_name(options.type)
    except NameFault as fault:
        raise UsageError(f"{options.name!r} is no domain name: {fault}") from None
    except ValueError as error:
        raise UsageError(str(error), hint="A, AAAA, HTTPS, TXT …, or TYPE65") from None


def _above(policy: Policy, asker: Asker, name: names.Name, qtype: int) -> dict[str, Any] | None:
    """What comes before all rules: special names and pauses."""
    found = special.answer(Question(name, name, qtype), lambda: (None, None))
    if found is not None:
        kind, _ = found
        rule = {"layer": "special", "list": kind, "line": 0, "text": "answered by the box itself"}
        return {"action": "rewritten", "rule": rule}
    paused = pause.verdict(policy, asker, name)
    if paused is None:
        return None
    left = [one.until for one in policy.pauses]
    ends = time.strftime("%H:%M", time.localtime(max(left)))
    rule = {"layer": "pause", "list": "pause", "line": 0, "text": f"nothing is blocked until {ends}"}
    return {"action": "allowed", "rule": rule}


def _head(name: names.Name, qtype: int) -> dict[str, Any]:
    return {"name": names.to_text(name), "type": types.name_of(qtype)}


def _rule(rule: RuleRef | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {"layer": rule.layer, "list": rule.list, "line": rule.line, "text": rule.text}


def _show(options: Namespace, row: dict[str, Any], others: list[dict[str, Any]]) -> int:
    if options.json:
        output.json_line({**row, "others": others})
        return 0
    rule = row.get("rule")
    shown = {**row, "rule": _sentence(rule) if rule else "no rule is about it"}
    output.pairs(shown, as_json=False)
    for other in others:
        print(output.cell(f"also: {_sentence(other['rule'])} {other['effect']}, but {other['reason']}"))
    return 0


def _sentence(rule: dict[str, Any]) -> str:
    place = f"{rule['layer']} {rule['list']}" + (f", line {rule['line']}" if rule["line"] else "")
    return f"{rule['text']}  ({place})" if rule["text"] else place
