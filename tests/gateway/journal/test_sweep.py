"""Names that nobody needs any more."""

from sqlalchemy import delete, select

from gateway.journal import search, sweep
from gateway.journal.search import Filters
from gateway.journal.sweep import Sweep
from gateway.journal.tables import EVENT, HOUR_NAME, HOUR_TOTAL, NAME, NAME_BLOCK
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event


def _names(journal: Database) -> list[str]:
    with journal.read() as connection:
        return sorted(connection.execute(select(NAME.c.text)).scalars())


def _forget_hour(journal: Database, hour: int) -> None:
    with journal.write() as connection:
        for table in (HOUR_NAME, HOUR_TOTAL):
            connection.execute(delete(table).where(table.c.hour == hour))


def _run(pass_: Sweep, journal: Database) -> int:
    while pass_.step(journal):
        pass
    return pass_.removed


def test_names_in_roll_ups_stay_and_the_others_go(journal: Database) -> None:
    Writer(journal).write([batch(event("old.example", time=0), event("new.example"))], NOW)
    assert _run(Sweep(), journal) == 0
    _forget_hour(journal, 0)
    with journal.write() as connection:
        connection.execute(delete(EVENT).where(EVENT.c.time == 0))
        connection.execute(delete(NAME_BLOCK).where(NAME_BLOCK.c.name_id == 1))
        connection.execute(delete(NAME_BLOCK).where(NAME_BLOCK.c.name_id == 2))
    assert _run(Sweep(), journal) == 1
    assert _names(journal) == ["new.example"]


def test_name_that_comes_back_during_the_sweep_stays(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("a.example", time=0))], NOW)
    _forget_hour(journal, 0)
    with journal.write() as connection:
        for table in (EVENT, NAME_BLOCK):
            connection.execute(delete(table))
    running = Sweep()
    assert running.step(journal)  # has looked at the roll-ups: nobody needs the name
    again = Writer(journal)
    again.write([batch(event("a.example"), sequence=2)], NOW)
    assert _run(running, journal) == 0
    assert _names(journal) == ["a.example"]


def test_writer_gives_a_swept_name_a_number_again(journal: Database) -> None:
    writer = Writer(journal)
    writer.write([batch(event("a.example", time=0), event("b.example"))], NOW)
    _forget_hour(journal, 0)
    with journal.write() as connection:
        connection.execute(delete(EVENT).where(EVENT.c.time == 0))
        connection.execute(delete(NAME_BLOCK))
    assert _run(Sweep(), journal) == 1
    writer.write([batch(event("a.example"), sequence=2)], NOW)
    assert search.newest(journal, Filters()).rows[0].name == "a.example"
    assert _names(journal) == ["a.example", "b.example"]


def test_long_logs_are_swept_in_steps(journal: Database) -> None:
    hours = sweep.TIMES_A_STEP * 2 + 1
    Writer(journal).write(
        [batch(*(event(f"n{hour}.example", time=hour * 3600) for hour in range(hours)))], NOW
    )
    running = Sweep()
    steps = 0
    while running.step(journal):
        steps += 1
    assert steps == 1 + 3 + 1  # begin, three times hours, one chunk of names
    assert len(_names(journal)) == hours


def test_empty_log_is_swept_at_once(journal: Database) -> None:
    assert _run(Sweep(), journal) == 0
