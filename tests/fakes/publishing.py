"""Workers that take up generations without sockets, and a publisher that tells them."""

import os
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

from gateway.policy.catalogue import Catalogue
from gateway.policy.decide import Policy
from gateway.policy.publish import Publisher, WorkerAck
from gateway.policy.state import PolicyState, UserRule


class Workers:
    """Two workers that take up what they are told, unless told not to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.policies: list[Policy | None] = [None, None]
        self.told: list[int] = []
        self.refusing = ""

    def tell(self, generation: int) -> Sequence[WorkerAck]:
        self.told.append(generation)
        acks = []
        for number, held in enumerate(self.policies):
            if number == 1 and self.refusing:
                self.refusing, reason = "", self.refusing
                acks.append(WorkerAck("dns-1", held.generation if held else 0, reason))
                continue
            policy = held.reopen(self.folder) if held else Policy.open(self.folder)
            self.policies[number] = policy
            acks.append(WorkerAck(f"dns-{number}", policy.generation))
        return acks


def publisher(folder: Path, workers: Workers, known: Catalogue | None = None) -> Publisher:
    ticks = count()
    return Publisher(
        folder, workers.tell, known, wall=lambda: 1000.0, ticks=lambda: next(ticks) / 1000, random=os.urandom
    )


def rules(*texts: str) -> Callable[[], PolicyState]:
    return lambda: PolicyState(rules=tuple(UserRule(number, text) for number, text in enumerate(texts, 1)))
