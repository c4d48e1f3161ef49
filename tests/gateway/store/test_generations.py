"""Published policies."""

from gateway.store import generations
from gateway.store.engine import Database

NOW = 1_700_000_000


def test_generations_are_listed_newest_first(store: Database) -> None:
    with store.writing() as session:
        assert generations.last_generation(session) == 0
        generations.add_generation(session, 1, now=NOW, cause="start", counts={"rules": 1})
        second = generations.add_generation(session, 2, now=NOW + 1, cause="rules add", counts={"rules": 2})
        session.commit()
    with store.reading() as session:
        assert generations.last_generation(session) == 2
        assert generations.list_generations(session, limit=1) == (second,)
        assert second.counts == {"rules": 2}


def test_number_that_comes_again_is_noted_anew(store: Database) -> None:
    with store.writing() as session:
        generations.add_generation(session, 5, now=NOW, cause="a", counts={})
        generations.add_generation(session, 5, now=NOW + 1, cause="b", counts={})
        assert [made.cause for made in generations.list_generations(session)] == ["b"]


def test_only_the_last_thousand_are_kept(store: Database) -> None:
    with store.writing() as session:
        for number in (1, 2, generations.KEPT + 1):
            generations.add_generation(session, number, now=NOW, cause="", counts={})
        kept = [made.number for made in generations.list_generations(session)]
        assert kept == [generations.KEPT + 1, 2]
