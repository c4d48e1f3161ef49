"""What flows where, from the roll-ups."""

import pytest

from gateway.journal import days
from gateway.journal.flows import Flow, flows
from gateway.journal.rollups import Part
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.model import Action, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event

BY_LIST = VerdictRow(Action.BLOCKED, "lists", "one", 3, "||x^", "Xiaomi", "telemetry", "CN", 7)
LET = VerdictRow(Action.ALLOWED, "rules", "everyone", 3, "@@x", "Xiaomi", "telemetry", "CN", 7)
OTHER = "192.0.2.8"


@pytest.fixture
def filled(journal: Database) -> Database:
    rows = [
        event("a.example", count=5, size=50),
        event("t.miui.com", verdict=1, count=2, size=20),
        event("t.miui.com", verdict=2, count=4, size=40, time=NOW + 3600),
        event("t.miui.com", verdict=3, count=1, size=10, device=OTHER),
    ]
    Writer(journal).write([batch(*rows, verdicts=(ALLOWED, BLOCKED, BY_LIST, LET))], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())  # the roll-ups alone must do
    return journal


BLOCKED_FLOW = Flow("Xiaomi", "telemetry", "t.miui.com", "CN", "blocked", 6, 60)
LET_FLOW = Flow("Xiaomi", "telemetry", "t.miui.com", "CN", "allowed", 1, 10)
PLAIN = Flow("", "", "a.example", "", "allowed", 5, 50)


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (Part(), (BLOCKED_FLOW, PLAIN, LET_FLOW)),
        (Part(devices=(OTHER,)), (LET_FLOW,)),
        (Part(company="xiaomi"), (BLOCKED_FLOW, LET_FLOW)),
        (Part(action="allowed"), (PLAIN, LET_FLOW)),
        (Part(devices=("192.0.2.9",)), ()),
        (Part(company="'; --"), ()),
    ],
)
def test_the_most_frequent_first(filled: Database, part: Part, expected: tuple[Flow, ...]) -> None:
    for _ in range(2):
        assert flows(filled, 0, part=part) == expected
        assert flows(filled, 0, part=part, limit=1) == expected[:1]
        while days.step(filled, NOW + 10 * 86400):  # and once more from the sums by the day
            pass


def test_of_a_time(filled: Database) -> None:
    assert flows(filled, NOW + 3600) == (Flow("Xiaomi", "telemetry", "t.miui.com", "CN", "blocked", 4, 40),)
    assert flows(filled, 0, NOW - 3600) == ()
