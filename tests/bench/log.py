"""`python -m tests.bench.log`: what a row of the log costs, and how soon a search and a statistic are answered."""

import argparse
import random
import statistics as numbers
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from gateway.journal import attempts, days, firsts, flows, hits, search, statistics
from gateway.journal.different import Different
from gateway.journal.gather import DAY, HOUR
from gateway.journal.rollups import Part
from gateway.journal.search import Filters
from gateway.journal.statistics import Bucket, By
from gateway.journal.write import Writer
from gateway.store.engine import Database, open_journal
from tests.bench import log_rows, measure
from tests.fakes import postgres

END = 1_763_000_000
GROUP = 4  # batches a transaction
SEARCHES = 20  # of each kind
PATIENCE = 0.06  # seconds, as api/routes/log.py


def main(arguments: list[str] | None = None) -> int:
    """Print tables on stdout and progress on stderr."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.log", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--postgresql", action="store_true", help="on Debian's PostgreSQL, not on SQLite")
    parser.add_argument("--keep", type=Path, help="folder of an earlier run's log, or for this one's")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="hushgate-bench-") as folder:
        where = options.keep or Path(folder)
        if not options.postgresql:
            _measure(where, "", options.rows)
        else:
            with postgres.shared().database() as url:
                _measure(where, url, options.rows)
    return 0


def _measure(folder: Path, url: str, rows: int) -> None:
    database = open_journal(folder, url)
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}.")
    print(f"{rows:,} rows of {log_rows.DAYS} days, {'PostgreSQL' if url else 'SQLite'}.\n", flush=True)
    if not search.last_id(database):
        _fill(database, rows)
    took = _timed(lambda: _sum_up(database))
    if took > 1:
        print(f"Sums by the day, caught up with: {took:.1f} s.\n")
    _searches(database, None)
    _searches(database, PATIENCE)
    _statistics(database)
    database.close()


def _fill(database: Database, rows: int) -> None:
    writer = Writer(database)
    group = []
    cpu = wall = 0.0
    for done, batch in enumerate(log_rows.batches(rows, END), 1):
        group.append(batch)
        if len(group) < GROUP and done * log_rows.BATCH < rows:
            continue
        begun, used = time.perf_counter(), time.process_time()
        writer.write(group, END)
        wall, cpu = wall + time.perf_counter() - begun, cpu + time.process_time() - used
        group = []
        if done % 500 == 0:
            print(f"{done * log_rows.BATCH:,} rows", file=sys.stderr)
    print(f"Written: {cpu / rows * 1e6:.1f} µs CPU and {wall / rows * 1e6:.1f} µs a row", end="")
    if database.is_sqlite:
        with database.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        print(f"; {pages * 4096 / rows:.1f} bytes a row on disk", end="")
    print(".\n", flush=True)


def _sum_up(database: Database) -> None:
    while days.step(database, END + 2 * HOUR):
        pass


def _kinds() -> Iterator[tuple[str, Callable[[random.Random], Filters]]]:
    def blocked(chance: random.Random) -> int:
        return 4 * int(1000 ** chance.random())

    yield "nothing", lambda _: Filters()
    yield "device", lambda c: Filters(devices=(log_rows.device(c.randrange(log_rows.DEVICES)),))
    yield "name", lambda c: Filters(name=log_rows.name(int(log_rows.COMMON ** c.random())))
    yield "name that came once", lambda c: Filters(name=f"x{c.randrange(1, 50_000)}.once.example")
    yield "wildcards, one site", lambda c: Filters(name=f"*.site{c.randrange(331)}.example")
    yield "wildcards, a few names", lambda c: Filters(name=f"*host{c.randrange(1000, 9999)}.*")
    yield "wildcards, nothing", lambda c: Filters(name=f"*none{c.random()}*")
    yield "action", lambda c: Filters(action=c.choice(["blocked", "allowed", "rewritten"]))
    yield "company", lambda c: Filters(company=f"Company {c.randrange(log_rows.COMPANIES)}")
    yield (
        "three companies",
        lambda c: Filters(company=tuple(f"Company {c.randrange(log_rows.COMPANIES)}" for _ in range(3))),
    )
    yield "purpose, country", lambda c: Filters(purpose="ads", country=c.choice(["CN", "DE"]))
    yield "list", lambda c: Filters(list=f"list {c.randrange(log_rows.LISTS)}")
    yield (
        "list, line",
        lambda c: (lambda n: Filters(layer="lists", list=f"list {n // 4 % log_rows.LISTS}", line=n))(
            blocked(c)
        ),
    )
    yield "rule of the user's", lambda c: Filters(rule=c.randrange(1, log_rows.RULES + 1))
    yield "type A", lambda _: Filters(type="A")
    yield "type TXT", lambda _: Filters(type="TXT")
    yield "type MX (none)", lambda _: Filters(type="MX")
    yield "address (none)", lambda c: Filters(address=f"198.51.100.{c.randrange(250)}")
    yield "an hour", lambda c: (lambda t: Filters(since=t, until=t + HOUR))(END - c.randrange(29 * DAY))
    yield (
        "a day, device, action",
        lambda c: (
            lambda t: Filters(
                since=t, until=t + DAY, action="blocked", devices=(log_rows.device(c.randrange(9)),)
            )
        )(END - c.randrange(1, 29) * DAY),
    )
    yield (
        "device, name",
        lambda c: Filters(
            devices=(log_rows.device(c.randrange(log_rows.DEVICES)),),
            name=log_rows.name(int(log_rows.COMMON ** c.random())),
        ),
    )
    yield (
        "device, company",
        lambda c: Filters(
            devices=(log_rows.device(c.randrange(log_rows.DEVICES)),),
            company=f"Company {c.randrange(log_rows.COMPANIES)}",
        ),
    )
    yield (
        "device, TXT, blocked",
        lambda c: Filters(
            devices=(log_rows.device(c.randrange(log_rows.DEVICES)),), type="TXT", action="blocked"
        ),
    )
    yield (
        "company, TXT",
        lambda c: Filters(company=f"Company {c.randrange(log_rows.COMPANIES)}", type="TXT"),
    )


def _searches(database: Database, patience: float | None) -> None:
    chance = random.Random(3)
    if patience is not None:
        print(f"As the API asks: after {patience * 1000:.0f} ms with what there is, and where to go on.\n")
    print("| search | p50 ms | p95 ms | worst ms |\n|---|---|---|---|")
    everything: list[float] = []
    for what, make in _kinds():
        took = []
        for _ in range(SEARCHES):
            took.append(_search_time(database, make(chance), patience))
        everything += took
        _row(what, took)
    _row("all together", everything)
    pages = []
    before = search.last_id(database)
    for _ in range(SEARCHES):
        before = before * 9 // 10
        pages.append(_search_time(database, Filters(action="blocked"), patience, before))
    _row("a page further back", pages)
    print(flush=True)


def _search_time(database: Database, filters: Filters, patience: float | None, before: int = 0) -> float:
    return _timed(lambda: search.newest(database, filters, limit=50, before=before, patience=patience))


def _statistics(database: Database) -> None:
    since = END - 30 * DAY
    device, company = Part(devices=(log_rows.device(3),)), Part(company="Company 1")
    different = Different()
    print("| statistic over 30 days | p50 ms | p95 ms | worst ms |\n|---|---|---|---|")
    cases: list[tuple[str, Callable[[], object]]] = [
        ("top names", lambda: statistics.top(database, By.NAME, since + 7 * HOUR)),
        ("top names blocked", lambda: statistics.top(database, By.NAME, since, part=Part(action="blocked"))),
        ("top names of a device", lambda: statistics.top(database, By.NAME, since, part=device)),
        ("top names of a company", lambda: statistics.top(database, By.NAME, since, part=company)),
        ("top names, one day", lambda: statistics.top(database, By.NAME, END - DAY)),
        ("top devices", lambda: statistics.top(database, By.DEVICE, since)),
        ("top companies", lambda: statistics.top(database, By.COMPANY, since)),
        ("top rules", lambda: hits.top(database, since)),
        ("summary", lambda: statistics.summary(database, since)),
        ("Home", lambda: attempts.of_span(database, since, END, Bucket.DAY, different)),
        ("Home, one day", lambda: attempts.of_span(database, END - DAY, END, Bucket.HOUR, different)),
        ("flows of a device", lambda: flows.flows(database, since, END, part=device)),
        ("flows of a device, one day", lambda: flows.flows(database, END - DAY, END, part=device)),
        ("flows, one day", lambda: flows.flows(database, END - DAY, END)),
        ("blocked names, one day", lambda: attempts.blocked_names(database, END - DAY, END)),
        ("over time, by the hour", lambda: statistics.over_time(database, Bucket.HOUR, since)),
        ("over time, by the day", lambda: statistics.over_time(database, Bucket.DAY, since)),
        ("names first seen", lambda: firsts.names(database, END - DAY)),
        (
            "names first seen by a device",
            lambda: firsts.names(database, END - 7 * DAY, devices=device.devices),
        ),
        ("hits of the user's rules", lambda: hits.hits(database, "rules")),
        ("hits of all lists", lambda: hits.of_lists(database)),
    ]
    for what, ask in cases:
        _row(what, [_timed(ask) for _ in range(5)])
    print(flush=True)


def _timed(act: Callable[[], object]) -> float:
    """Seconds."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _row(what: str, seconds: list[float]) -> None:
    took = sorted(one * 1000 for one in seconds)
    high = took[min(len(took) - 1, int(len(took) * 0.95))]
    print(f"| {what} | {numbers.median(took):.1f} | {high:.1f} | {took[-1]:.1f} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
