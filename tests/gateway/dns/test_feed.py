from gateway.dns.feed import Feed, row_of
from gateway.dns.memo import Clients, Ready
from gateway.journal.sender import ROWS_A_FRAME
from gateway.model import Action, Channel, EventRow, Facts, Layer, RuleRef, Verdict, VerdictRow
from gateway.names import from_text
from tests.fakes.sink import ListSink

NAME = from_text("tracking.miui.com")
BLOCKED = Verdict(
    Action.BLOCKED,
    RuleRef(Layer.CATALOGUE, "xiaomi.toml", 7, "tracking.miui.com"),
    Facts("Xiaomi", "analytics", "SG"),
    generation=42,
)
ALLOWED = Verdict(Action.ALLOWED, generation=42)


def packed(number: int) -> bytes:
    return (10 << 24 | number).to_bytes(4, "big")


def give(clients: Clients, number: int, verdict: Verdict, times: int, key: bytes = bytes(30)) -> None:
    client = clients.of(packed(number))
    client.count += times
    ready = Ready(key, b"reply", NAME, 28, verdict, dated=False)
    ready.count = times
    client.touched.append(ready)


def test_what_was_answered_becomes_a_row_with_its_verdict() -> None:
    clients, sink = Clients(), ListSink()
    give(clients, 1, BLOCKED, 3)
    Feed(clients, sink, 1000).flush(1_700_000_000)
    ((row, verdict),) = sink.rows
    assert (row.time, row.device, row.channel, row.name, row.type) == (
        1_700_000_000,
        "10.0.0.1",
        Channel.DNS,
        NAME,
        28,
    )
    assert (row.count, row.bytes) == (3, 3 * 32)  # with its id a packet is two octets longer than its key
    assert verdict == VerdictRow(
        Action.BLOCKED,
        "catalogue",
        "xiaomi.toml",
        7,
        "tracking.miui.com",
        "Xiaomi",
        "analytics",
        "SG",
        42,
    )


def test_verdict_without_rule_and_facts_has_empty_fields() -> None:
    assert row_of(ALLOWED) == VerdictRow(Action.ALLOWED, "", "", 0, "", "", "", "", 42)


def test_second_without_queries_sends_nothing() -> None:
    clients, sink = Clients(), ListSink()
    give(clients, 1, ALLOWED, 1)
    feed = Feed(clients, sink, 1000)
    feed.flush(1)
    feed.flush(2)
    assert sink.batches == [1]


def test_equal_verdicts_are_sent_once_in_a_batch() -> None:
    clients = Clients()
    sent: list[tuple[int, int]] = []

    class Counting:
        def put(self, verdicts: tuple[VerdictRow, ...], rows: tuple[EventRow, ...]) -> None:
            sent.append((len(verdicts), len(rows)))

    for number in range(10):
        give(clients, number, BLOCKED, 1)
        give(clients, number, ALLOWED, 1)
    Feed(clients, Counting(), 1000).flush(1)
    assert sent == [(2, 20)]


def test_large_second_is_sent_in_batches_and_adds_up() -> None:
    clients, sink = Clients(), ListSink()
    rows = 2 * ROWS_A_FRAME + 5
    for number in range(rows):
        give(clients, number % 50, (BLOCKED, ALLOWED)[number % 2], 2, key=b"%d" % number)
    Feed(clients, sink, 0).flush(1)
    assert sink.batches == [ROWS_A_FRAME, ROWS_A_FRAME, 5]
    assert sink.count() == 2 * rows
    assert sink.count(action=Action.BLOCKED) == 2 * (ROWS_A_FRAME + 3)


def test_queries_over_the_limit_are_one_row_of_their_client() -> None:
    clients, sink = Clients(), ListSink()
    give(clients, 1, ALLOWED, 100)
    clients.of(packed(1)).count = 130
    give(clients, 2, ALLOWED, 100)
    Feed(clients, sink, 100).flush(1)
    ((row, verdict),) = [(row, verdict) for row, verdict in sink.rows if verdict.action is Action.REFUSED]
    assert (row.device, row.name, row.type, row.count) == ("10.0.0.1", None, 0, 30)
    assert (verdict.layer, verdict.list) == ("limit", "rate")
    assert sink.count() == 230


def test_without_a_limit_nobody_is_over_it() -> None:
    clients, sink = Clients(), ListSink()
    give(clients, 1, ALLOWED, 1_000_000)
    Feed(clients, sink, 0).flush(1)
    assert sink.count(action=Action.REFUSED) == 0


def test_queries_of_forgotten_clients_are_told_once_without_a_device() -> None:
    clients, sink = Clients(), ListSink()
    clients.forgotten = 7
    feed = Feed(clients, sink, 100)
    feed.flush(1)
    feed.flush(2)
    ((row, verdict),) = sink.rows
    assert (row.device, row.name, row.count) == ("", None, 7)
    assert (verdict.action, verdict.layer, verdict.list) == (Action.REFUSED, "limit", "clients")
