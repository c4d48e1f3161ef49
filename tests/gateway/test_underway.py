from contextlib import closing
from pathlib import Path

from gateway.policy.publish import Applied
from gateway.store import generations
from gateway.store.engine import Session, open_store
from gateway.underway import About, Change, summary

APPLIED = Applied(7, 2, 2, 18.123, ("beware",))


def test_the_summary_says_where_it_is_in_force() -> None:
    assert summary(APPLIED) == {
        "generation": 7,
        "applied": {"workers": 2, "of": 2, "ms": 18.1},
        "warnings": ["beware"],
    }


def test_what_is_to_be_done_before_the_commit_is_committed_with_it(tmp_path: Path) -> None:
    def note(session: Session, applied: Applied) -> None:
        generations.add_generation(session, applied.generation, now=1, cause="", counts={})

    with closing(open_store(tmp_path)) as database:
        with database.writing() as session:
            change = Change(session)
            assert change.summary() == {}
            change.about(About("rule 1", {"text": "x"}))
            change.before_commit(note)
            change.commit(APPLIED)
        assert (change.target, change.detail) == ("rule 1", {"text": "x"})
        with database.reading() as session:
            assert generations.last_generation(session) == 7
