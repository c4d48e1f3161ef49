"""From answers given to events for the journal: once a second, everything of that second."""

import math
from typing import Protocol

from gateway.dns.memo import Client, Clients, Ready
from gateway.journal.sender import ROWS_A_FRAME
from gateway.model import Action, Channel, EventRow, Layer, RuleRef, Verdict, VerdictRow

_FORGOTTEN = Verdict(Action.REFUSED, RuleRef(Layer.LIMIT, "clients", 0, "too many senders in one second"))
_LIMITED = Verdict(Action.REFUSED, RuleRef(Layer.LIMIT, "rate", 0, "too many queries in one second"))


class Sink(Protocol):
    """Where events go (gateway/journal/sender.py). Never blocks, never raises."""

    def put(self, verdicts: tuple[VerdictRow, ...], rows: tuple[EventRow, ...]) -> None:
        """Each row's `verdict` is an index into `verdicts`."""


class Feed:
    """Turns what clients were told into rows."""

    def __init__(self, clients: Clients, sink: Sink, limit: int) -> None:
        self._clients = clients
        self._sink = sink
        self._limit = limit
        self._verdicts: dict[VerdictRow, int] = {}
        self._rows: list[EventRow] = []

    def flush(self, second: int, now: float = math.inf) -> None:
        """Hand over what happened up to now as having happened in `second` (Unix time).

        `now`: the same moment in monotonic seconds; see `Clients.drain`.
        """
        if self._limit:
            for client in self._clients:
                if client.count > self._limit:
                    self._add(second, client.device, None, 0, _LIMITED, client.count - self._limit, 0)

        def emit(client: Client, ready: Ready) -> None:
            count = ready.count
            self._add(
                second, client.device, ready.name, ready.type, ready.verdict, count, count * ready.bytes
            )

        self._clients.drain(emit, now)
        if self._clients.forgotten:
            # A flood of forged senders: who asked for what is lost, but not that somebody did.
            self._add(second, "", None, 0, _FORGOTTEN, self._clients.forgotten, 0)
            self._clients.forgotten = 0
        self._send()

    def _add(
        self,
        second: int,
        device: str,
        name: bytes | None,
        rtype: int,
        verdict: Verdict,
        count: int,
        size: int,
    ) -> None:
        row = row_of(verdict)
        index = self._verdicts.setdefault(row, len(self._verdicts))
        self._rows.append(EventRow(second, device, Channel.DNS, name, rtype, "", 0, index, count, size))
        if len(self._rows) >= ROWS_A_FRAME:
            self._send()

    def _send(self) -> None:
        if self._rows:
            self._sink.put(tuple(self._verdicts), tuple(self._rows))
            self._verdicts, self._rows = {}, []


def row_of(verdict: Verdict) -> VerdictRow:
    """The part of a verdict that the log keeps."""
    rule, facts = verdict.rule, verdict.facts
    return VerdictRow(
        verdict.action,
        rule.layer if rule else "",
        rule.list if rule else "",
        rule.line if rule else 0,
        rule.text if rule else "",
        facts.company if facts else "",
        facts.purpose if facts else "",
        facts.country if facts else "",
        verdict.generation,
    )
