"""`why`: what would become of a name, whose word that is, and what is known of the host."""

from argparse import Namespace
from typing import Any

from gateway import asking
from gateway.commands import output
from gateway.data import existing
from gateway.errors import UsageError
from gateway.model import Layer
from gateway.policy import trial
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker


def why(options: Namespace) -> int:
    """Explain one name."""
    name, qtype = asking.question(options.name, options.type)
    if options.rules is not None:
        policy = trial.try_list(options.rules).policy
        client = options.client or options.device
        asker = policy.asker_named(client) if client else Asker("")
        return _show(options, asking.decided(policy, asker, name, qtype))
    if options.client:
        raise UsageError("--client goes with --rules FILE", hint="for a device of the box: --device")
    data = existing(options.data)
    policy = Policy.open(data.policy)
    asker = asking.asker_of(policy, options.device)
    return _show(options, asking.why(data.read_settings(), policy, asker, name, qtype))


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
