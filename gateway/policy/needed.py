"""Names that the catalogue keeps, because phones need them: are they blocked all the same?"""

from gateway.model import Action
from gateway.names import to_text
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.policy.matching.known import KEEP

MAX_TRIED = 200  # names that are decided, 10 µs each


def blocked_needs(policy: Policy) -> tuple[str, ...]:
    """A sentence for each needed name that some group's rules block, with what stops working.

    Decides as a worker will: raises OwnFault for a damaged base.
    """
    warned: list[str] = []
    kept = [row for row in policy.shared.base.meta.rows if row.profile == KEEP and row.rule.name]
    groups = policy.groups
    for row in kept[: max(1, MAX_TRIED // len(groups))]:
        for group in groups[:MAX_TRIED]:
            verdict = policy.decide(Asker("", group=group), row.rule.name, 1)
            if verdict.rule and verdict.action in (Action.BLOCKED, Action.OBSERVED):
                warned.append(
                    f"{verdict.rule.text} blocks {to_text(row.rule.name)} in {group}: {row.facts.breakage}"
                )
    return tuple(warned)
