"""Events with the verdicts that a box's own policy gives: what the log would truly have."""

from collections.abc import Iterable, Sequence

from gateway.data import Data
from gateway.dns.feed import row_of
from gateway.model import VerdictRow
from gateway.names import from_text
from gateway.policy.decide import Policy
from tests.fakes import idle_box
from tests.fakes.events import event

Question = tuple[int, str, str]  # when, which phone, for what

_AT_ONCE = 500  # questions in one batch, as workers send them


def ask(data: Data, device: str, names: Iterable[str], *, time: int, count: int = 1) -> list[str]:
    """Have `device` ask for these names, so often each, and log what becomes of them; the actions."""
    policy = Policy.open(data.policy)
    names = tuple(names)
    verdicts = [_verdict(policy, device, name) for name in names]
    rows = [
        event(name, device=device, time=time, verdict=place, count=count) for place, name in enumerate(names)
    ]
    idle_box.note(data, *rows, verdicts=tuple(verdicts))
    return [verdict.action for verdict in verdicts]


def live(data: Data, questions: Sequence[Question]) -> None:
    """Have many phones ask, in this order, and log what becomes of it."""
    policy = Policy.open(data.policy)
    for begin in range(0, len(questions), _AT_ONCE):
        part = questions[begin : begin + _AT_ONCE]
        kinds = {kind: place for place, kind in enumerate(dict.fromkeys(asked[1:] for asked in part))}
        rows = [event(name, device=phone, time=at, verdict=kinds[phone, name]) for at, phone, name in part]
        idle_box.note(data, *rows, verdicts=tuple(_verdict(policy, *kind) for kind in kinds))


def _verdict(policy: Policy, device: str, name: str) -> VerdictRow:
    return row_of(policy.decide(policy.asker(device), from_text(name), 1))
