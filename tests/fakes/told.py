"""An upstream without a network, which answers as it is told."""

import asyncio
from typing import NamedTuple

from gateway.dns.upstream.address import UpstreamAddress, parse
from gateway.dns.wire import Answer, Question
from gateway.errors import UpstreamFault


class Try(NamedTuple):
    """One question it was asked."""

    question: Question
    dnssec_ok: bool
    checking_disabled: bool
    timeout: float


class Told:
    """Answers each try with the next of its outcomes, the last one over and over.

    An outcome is an answer, the text of a fault, or None for silence.
    """

    trusted = True
    validates = False
    patience = 10.0
    loses_packets = True

    def __init__(self, *outcomes: Answer | str | None) -> None:
        self.address: UpstreamAddress = parse("udp://192.0.2.1")
        self.outcomes = list(outcomes)
        self.tries: list[Try] = []

    async def exchange(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, timeout: float
    ) -> Answer:
        """As gateway.dns.upstream.exchange.Upstream says."""
        self.tries.append(Try(question, dnssec_ok, checking_disabled, timeout))
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if outcome is None:
            await asyncio.Event().wait()
        if isinstance(outcome, Answer):
            return outcome
        raise UpstreamFault(str(outcome))

    def refused_packets(self) -> int:
        """None."""
        return 0

    async def stop(self) -> None:
        """Nothing is open."""
