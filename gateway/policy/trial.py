"""A list tried before it is used: compiled in memory, decided against alone, without a running box."""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from gateway.errors import UsageError
from gateway.policy.catalogue import Catalogue
from gateway.policy.compiler import compile_base, job
from gateway.policy.decide import Policy, Shared
from gateway.policy.overlay import Maker
from gateway.policy.snapshot import Base, ListReport
from gateway.policy.state import EVERYONE, GroupState, ListState, PolicyState

_KEY = bytes(16)  # nobody crafts collisions against a trial


class Trial(NamedTuple):
    """A policy of one list, and what became of its lines."""

    policy: Policy
    report: ListReport


def try_list(path: Path, syntax: str = "auto", catalogue: Catalogue | None = None) -> Trial:
    """The policy that the list in the file makes by itself: nothing else blocks or allows.

    With a catalogue, verdicts carry its facts. Raises UsageError for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            version = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="give the path of a list") from error
    tried = ListState(1, str(path), str(path), version, syntax)
    policy, reports = policy_in_memory(
        PolicyState(groups=(GroupState(EVERYONE, lists=(1,), catalogue=False),), lists=(tried,)), catalogue
    )
    return Trial(policy, reports[0])


def policy_in_memory(
    state: PolicyState, catalogue: Catalogue | None, now: float = 0
) -> tuple[Policy, tuple[ListReport, ...]]:
    """The policy of `state` at Unix time `now`, without any file but the lists. Raises UsageError, OwnFault."""
    file = BytesIO()
    reports = compile_base(job(state.lists, catalogue, state.bundles), file, _KEY)
    base = Base(file.getvalue(), "a policy in memory")
    return Policy(Shared(base), Maker().make(state, base, now), generation=0), reports
