"""Events with the verdicts that a box's own policy gives: what the log would truly have."""

from collections.abc import Iterable

from gateway.data import Data
from gateway.model import VerdictRow
from gateway.names import from_text
from gateway.policy.decide import Policy
from tests.fakes import idle_box
from tests.fakes.events import event


def ask(data: Data, device: str, names: Iterable[str], *, time: int, count: int = 1) -> list[str]:
    """Have `device` ask for these names, so often each, and log what becomes of them; the actions."""
    policy = Policy.open(data.policy)
    verdicts = []
    for name in names:
        said = policy.decide(policy.asker(device), from_text(name), 1)
        rule, facts = said.rule, said.facts
        verdicts.append(
            VerdictRow(
                said.action,
                rule.layer if rule else "",
                rule.list if rule else "",
                rule.line if rule else 0,
                rule.text if rule else "",
                facts.company if facts else "",
                facts.purpose if facts else "",
                facts.country if facts else "",
                said.generation,
            )
        )
    rows = [
        event(name, device=device, time=time, verdict=place, count=count) for place, name in enumerate(names)
    ]
    idle_box.note(data, *rows, verdicts=tuple(verdicts))
    return [verdict.action for verdict in verdicts]
