import pytest

from gateway.author import Author
from gateway.store import audit
from gateway.store.engine import Database, Session

NOW = 1_700_000_000
ANNA = Author("Anna", "192.0.2.9")


def add(session: Session, action: str, *, now: int = NOW, target: str = "") -> None:
    audit.add_entry(session, ANNA, action, now=now, target=target, detail={"after": {"x": 1}}, generation=7)


def test_entries_are_listed_newest_first_with_all_they_say(store: Database) -> None:
    with store.writing() as session:
        add(session, "first", target="rule 1\0")
        add(session, "second", now=NOW + 1)
        second, first = audit.list_entries(session)
    assert (second.action, first.action) == ("second", "first")
    assert (first.who, first.whence, first.target, first.generation) == ("Anna", "192.0.2.9", "rule 1�", 7)
    assert first.detail == {"after": {"x": 1}}


def test_they_are_filtered(store: Database) -> None:
    with store.writing() as session:
        add(session, "rule 5 removed")
        add(session, "50% off", now=NOW + 9, target="a_b")
        for filters, found in (
            ({"who": "aNNa"}, 2),
            ({"who": "ann"}, 0),
            ({"action": "RULE"}, 1),
            ({"action": "%"}, 1),
            ({"action": "a_b"}, 1),
            ({"action": "aXb"}, 0),
            ({"action": "x' OR 1=1 --\0"}, 0),
            ({"since": NOW + 1}, 1),
            ({"until": NOW}, 1),
            ({"since": NOW, "until": NOW + 9}, 2),
        ):
            assert len(audit.list_entries(session, **filters)) == found, filters


def test_only_the_last_ones_are_kept(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "KEPT", 500)
    with store.writing() as session:
        for number in range(1000):
            add(session, str(number))
        assert len(audit.list_entries(session, limit=2000)) == 500
        assert audit.list_entries(session, limit=1)[0].action == "999"
