"""What a row costs."""

import random
from pathlib import Path

from gateway.journal.tables import BLOCK
from gateway.journal.write import Writer
from gateway.store.engine import open_journal
from tests.fakes.events import NOW, batch, event

NAMES = 400
ROWS = 20_000
BYTES_A_ROW = 60  # DESIGN, bars


def test_a_row_costs_at_most_sixty_bytes_on_disk(tmp_path: Path) -> None:
    chance = random.Random(1)
    weights = [1 / (number + 1) for number in range(NAMES)]
    picks = chance.choices(range(NAMES), weights, k=ROWS)
    rows = [
        event(
            f"host{number}.cdn{number % 37}.example.com",
            time=NOW + place // 2,
            device=f"192.0.2.{place % 10}",
            verdict=number % 5 == 0,
            kind=(1, 28, 65)[place % 3],
            address="" if number % 5 == 0 else f"198.51.100.{number % 250}",
            size=60 + number % 30,
        )
        for place, number in enumerate(picks)
    ]
    journal = open_journal(tmp_path)
    writer = Writer(journal)
    for sequence, start in enumerate(range(0, ROWS, 1000), 1):
        writer.write([batch(*rows[start : start + 1000], sequence=sequence)], NOW)
    with journal.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    journal.close()
    assert pages * 4096 / ROWS <= BYTES_A_ROW


def test_blocks_are_a_power_of_two_that_dividing_can_shift() -> None:
    assert BLOCK & (BLOCK - 1) == 0
