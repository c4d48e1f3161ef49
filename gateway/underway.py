"""A change under way, and what it comes to. Values for those who make changes; gateway/works.py makes them."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from gateway.policy.decide import Policy
from gateway.policy.publish import Applied
from gateway.policy.state import PolicyState
from gateway.store.engine import Session

T = TypeVar("T")
BeforeCommit = Callable[[Session, Applied], None]


class About(msgspec.Struct, frozen=True):
    """What the audit says of a change besides who made it."""

    target: str = ""  # "rule 12"
    detail: dict[str, Any] = {}


NOTHING = About()


class Trial(msgspec.Struct, frozen=True):
    """What a change would come to: the policy in force beside the one that it would make."""

    before: Policy
    after: Policy
    state_before: PolicyState
    state_after: PolicyState


class Change:
    """A change under way; `applied` is there once it is in force, `trial` where it was only tried."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.applied: Applied | None = None
        self.trial: Trial | None = None
        self.detail: dict[str, Any] = {}  # for the audit
        self.target = ""  # for the audit: "rule 12"
        self._before_commit: list[BeforeCommit] = []

    def about(self, about: "About") -> None:
        """What the audit is to say of it."""
        self.target, self.detail = about.target, about.detail

    def before_commit(self, act: BeforeCommit) -> None:
        """Have `act` done in the same transaction, once it is known how the change was applied."""
        self._before_commit.append(act)

    def commit(self, applied: Applied) -> None:
        """For Works: what was to be done before the commit, then the commit."""
        for act in self._before_commit:
            act(self.session, applied)
        self.session.commit()

    def summary(self) -> dict[str, Any]:
        """As the function of this name; empty where nothing was published."""
        return summary(self.applied) if self.applied else {}


class Outcome(msgspec.Struct, Generic[T], frozen=True):
    """What `change_lists` came to: one of `applied` and `trial` is there."""

    result: T
    applied: Applied | None = None
    trial: Trial | None = None


def summary(applied: Applied) -> dict[str, Any]:
    """`{"generation": 42, "applied": {"workers": 2, "of": 2, "ms": 18.1}, "warnings": []}`."""
    return {
        "generation": applied.generation,
        "applied": {"workers": applied.workers, "of": applied.of, "ms": round(applied.ms, 1)},
        "warnings": list(applied.warnings),
    }
