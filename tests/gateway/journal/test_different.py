"""Different names: counted anew or remembered, the number is the log's."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway.journal import days, wipe
from gateway.journal.attempts import of_span
from gateway.journal.different import KEPT, Different
from gateway.journal.statistics import Bucket
from gateway.journal.tables import HOUR_NAME
from gateway.journal.write import Writer
from gateway.store.engine import Database
from tests.fakes.events import NOW, batch, event

HOUR = NOW // 3600 * 3600
LAST = HOUR + 4 * 3600


def _counted(database: Database, since: int = HOUR) -> int:
    query = select(func.count(HOUR_NAME.c.name_id.distinct())).where(HOUR_NAME.c.hour >= since // 3600)
    with database.read() as connection:
        return int(connection.execute(query).scalar_one())


def _names(database: Database, kept: Different, since: int = HOUR, bucket: Bucket = Bucket.HOUR) -> int:
    return of_span(database, since, LAST, bucket, kept).names


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(
        st.lists(st.tuples(st.integers(0, 4), st.integers(0, 12)), min_size=1, max_size=8), max_size=6
    )
)
def test_it_is_right_after_every_batch(journal: Database, batches: list[list[tuple[int, int]]]) -> None:
    """Whatever hours the events are of, also those that are over and were counted before."""
    kept, writer = Different(), Writer(journal)
    for rows in batches:
        sent = [event(f"n{name}.example", time=HOUR + hour * 3600) for hour, name in rows]
        with journal.read() as connection:
            sequence = connection.exec_driver_sql("SELECT count(*) FROM log_event").scalar_one() + 1
        writer.write([batch(*sent, sequence=sequence)], NOW)
        for since in (HOUR, HOUR + 3600, LAST):
            for bucket in Bucket:
                assert _names(journal, kept, since, bucket) == _counted(journal, since)


def test_a_wiped_device_takes_its_names_along(journal: Database) -> None:
    kept = Different()
    rows = [event("a.example"), event("b.example", device="192.0.2.8"), event("c.example", time=LAST)]
    Writer(journal).write([batch(*rows)], NOW)
    assert _names(journal, kept) == 3
    wipe.wipe_device(journal, "192.0.2.8")
    Writer(journal).write([batch(event("d.example", device="192.0.2.9"), sequence=2)], NOW)
    assert _names(journal, kept) == _counted(journal) == 3


def test_nothing_is_no_names(journal: Database) -> None:
    assert _names(journal, Different()) == 0


def test_it_remembers_a_few_times_only(journal: Database) -> None:
    Writer(journal).write([batch(event(), event("b.example", time=LAST))], NOW)
    kept = Different()
    for number in range(KEPT + 3):
        assert _names(journal, kept, HOUR - number * 3600) == 2
    assert len(kept._kept) == KEPT


@pytest.mark.parametrize("bucket", list(Bucket))
def test_sums_by_the_day_give_the_same(journal: Database, bucket: Bucket) -> None:
    rows = [event(f"n{number % 7}.example", time=HOUR + number * 5000) for number in range(60)]
    Writer(journal).write([batch(*rows)], NOW)
    until = HOUR + 60 * 5000
    before = of_span(journal, HOUR, until, bucket, Different()).names
    while days.step(journal, until + 10 * 86400):
        pass
    assert of_span(journal, HOUR, until, bucket, Different()).names == before == 7
