"""Events as workers send them, with little to write where little matters."""

from gateway import names
from gateway.model import Action, Batch, Channel, EventRow, VerdictRow

NOW = 1_700_000_000  # within an hour: 22:13:20

ALLOWED = VerdictRow(Action.ALLOWED, "", "", 0, "", "", "", "", 7)
BLOCKED = VerdictRow(
    Action.BLOCKED, "catalogue", "xiaomi", 12, "||tracking.miui.com^", "Xiaomi", "telemetry", "CN", 7
)


def event(
    name: str | bytes | None = "a.example",
    *,
    time: int = NOW,
    device: str = "192.0.2.7",
    verdict: int = 0,
    kind: int = 1,
    address: str = "",
    port: int = 0,
    channel: Channel = Channel.DNS,
    count: int = 1,
    size: int = 60,
) -> EventRow:
    """One row; `name` as text, in wire form, or None."""
    wire = names.from_text(name) if isinstance(name, str) else name
    return EventRow(time, device, channel, wire, kind, address, port, verdict, count, size)


def batch(
    *rows: EventRow,
    sequence: int = 1,
    sender: str = "dns-0/1/1",
    verdicts: tuple[VerdictRow, ...] = (ALLOWED, BLOCKED),
    dropped: int = 0,
) -> Batch:
    """A batch with the verdicts 0 (allowed) and 1 (blocked)."""
    return Batch(sender, sequence, dropped, verdicts, rows)
