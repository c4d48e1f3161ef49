"""How often each rule decided."""

import pytest

from gateway.journal import hits
from gateway.journal.hits import Hits, RuleHits
from gateway.journal.tables import EVENT
from gateway.journal.write import Writer
from gateway.model import Action, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, NOW, batch, event

DAY = 86400


def _rule(layer: str, name: str, line: int, text: str = "", action: Action = Action.BLOCKED) -> VerdictRow:
    return VerdictRow(action, layer, name, line, text, "", "", "", 7)


VERDICTS = (
    ALLOWED,
    _rule("rules", "everyone", 5, "||a.example^"),
    _rule("rules", "phones", 6, "||b.example^"),
    _rule("lists", "big", 5, "||c.example^"),
    _rule("lists", "big", 9, "||d.example^", Action.OBSERVED),
    _rule("lists", "big", 9, "||changed.example^"),
    _rule("lists", "small", 1, "||e.example^"),
)


@pytest.fixture
def filled(journal: Database) -> Database:
    rows = [
        event(),
        event(verdict=1, count=3, time=NOW + 9),
        event(verdict=1, time=NOW - 2 * DAY),
        event(verdict=2),
        event(verdict=3, count=7),
        event(verdict=4, count=2),
        event(verdict=5, time=NOW + DAY),
        event(verdict=6, count=4, device="192.0.2.8"),
    ]
    Writer(journal).write([batch(*rows, verdicts=VERDICTS)], NOW)
    with journal.write() as connection:
        connection.execute(EVENT.delete())  # the roll-up alone must do
    return journal


def test_users_rules_by_their_number(filled: Database) -> None:
    assert hits.hits(filled, "rules") == {5: Hits(4, NOW + 9), 6: Hits(1, NOW)}
    assert hits.hits(filled, "rules", since=NOW) == {5: Hits(3, NOW + 9), 6: Hits(1, NOW)}
    assert hits.hits(filled, "rules", "phones") == {6: Hits(1, NOW)}


def test_lines_of_a_list_and_lists_as_a_whole(filled: Database) -> None:
    assert hits.hits(filled, "lists", "big") == {5: Hits(7, NOW), 9: Hits(3, NOW + DAY)}
    assert hits.hits(filled, "lists", "'; --") == {}
    assert hits.of_lists(filled) == {"big": Hits(10, NOW + DAY), "small": Hits(4, NOW)}
    assert hits.of_lists(filled, since=NOW + DAY) == {"big": Hits(1, NOW + DAY)}


def test_rules_that_decided_most_come_first(filled: Database) -> None:
    found = hits.top(filled)
    assert found[0] == RuleHits("lists", "big", 5, "||c.example^", 7, NOW)
    assert [one.count for one in found] == [7, 4, 4, 3, 1]
    assert found[3].text == "||changed.example^"  # as it was written last
    assert [one.line for one in hits.top(filled, action="observed")] == [9]
    assert [one.list for one in hits.top(filled, NOW, NOW, layer="lists", limit=2)] == ["big", "small"]
    assert hits.top(filled, company="x") == ()


def test_hits_add_up_from_commit_to_commit(journal: Database) -> None:
    writer = Writer(journal)
    for sequence in (1, 2, 3):
        rows = [event(verdict=1, time=NOW + sequence), event(verdict=1, time=NOW - sequence)]
        writer.write([batch(*rows, verdicts=VERDICTS, sequence=sequence)], NOW)
    assert hits.hits(journal, "rules") == {5: Hits(6, NOW + 3)}


def test_empty_log_has_none(journal: Database) -> None:
    assert hits.hits(journal, "rules") == {}
    assert hits.top(journal) == ()
