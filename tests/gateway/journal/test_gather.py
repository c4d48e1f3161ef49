"""The rows of one transaction, summed up."""

import pytest

from gateway.journal.gather import Gathered
from gateway.journal.ids import Unstorable
from gateway.journal.tables import BLOCK
from gateway.model import Channel
from tests.fakes.events import NOW, batch, event

NAMES = {b"\x01a\x07example\0": 1, b"\x01b\x07example\0": 2}
DEVICES = {"192.0.2.7": 1, "192.0.2.8": 2}
VERDICTS = {Channel.DNS: {0: (1, 1, 7, False), 1: (2, 2, 7, True)}}
DAY = 86400


def test_sums_hits_and_times_of_some_rows() -> None:
    gathered = Gathered(10)
    rows = [
        event(count=2),
        event("b.example", verdict=1, time=NOW + 5),
        event("b.example", verdict=1, time=NOW - 5, count=3),
        event(None, verdict=1, time=NOW + DAY, device="192.0.2.8"),
    ]
    gathered.add(batch(*rows), NAMES, DEVICES, VERDICTS)
    hour = NOW // 3600
    assert gathered.last_id == 14
    assert [row[0] for row in gathered.events] == [11, 12, 13, 14]
    assert gathered.names() == [(hour, 1, 1, 1, 2, 60), (hour, 1, 2, 2, 4, 120)]
    assert gathered.totals() == {(hour, 1, 1): [2, 60], (hour, 1, 2): [4, 120], (hour + 24, 2, 2): [1, 60]}
    assert gathered.hits == {(NOW // DAY, 2): [4, NOW + 5], (NOW // DAY + 1, 2): [1, NOW + DAY]}
    assert gathered.seen == {1: [NOW - 5, NOW + 5], 2: [NOW + DAY, NOW + DAY]}
    assert gathered.spans == {hour: [11, 13, 3], hour + 24: [14, 14, 1]}


def test_blocks_begin_where_the_last_transaction_ended() -> None:
    gathered = Gathered(BLOCK - 2)
    rows = [event(), *[event("b.example", verdict=1, kind=28, address="203.0.113.5")] * BLOCK]
    gathered.add(batch(*rows), NAMES, DEVICES, VERDICTS)
    assert list(gathered.blocks()) == [
        (0, ({1}, {1}, {1}, set(), {1}, set())),
        (1, ({2}, {1}, {2}, {2}, {28}, {bytes((203, 0, 113, 5))})),
    ]


def test_nothing_has_no_blocks() -> None:
    assert list(Gathered(0).blocks()) == []


@pytest.mark.parametrize("row", [event(time=-1), event(kind=65536), event(port=-1), event(size=1 << 40)])
def test_value_out_of_range_is_refused(row: object) -> None:
    with pytest.raises(Unstorable):
        Gathered(0).add(batch(row), NAMES, DEVICES, VERDICTS)  # type: ignore[arg-type]  # an EventRow
