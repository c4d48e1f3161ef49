"""Rows that come are told apart as the search tells them apart."""

import fnmatch
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.journal import search
from gateway.journal.match import glob, matcher
from gateway.journal.search import Filters
from gateway.journal.write import Writer
from gateway.model import Action, Channel, VerdictRow
from gateway.store.engine import Database, open_journal
from tests.fakes.events import ALLOWED, BLOCKED, NOW, batch, event

RULE = VerdictRow(Action.BLOCKED, "rules", "everyone", 5, "||a.example^", "", "", "", 7)

_fields = {
    "name": ["a.example", "A.Example.", "*.example", "?.example", "*mi*", "tracking.*", "*", "", "x*", "*m"],
    "channel": ["dns", "tls", "x"],
    "action": ["blocked", "ALLOWED"],
    "company": ["xiaomi", "", "nobody"],
    "purpose": ["Telemetry"],
    "country": ["cn"],
    "layer": ["rules", "catalogue"],
    "list": ["xiaomi", "everyone"],
    "type": ["A", "aaaa", "TYPE28", "nonsense", "TYPE0"],
    "address": ["203.0.113.5", "2001:DB8:0::1", "x"],
}
_filters = st.fixed_dictionaries(
    {},
    optional={
        **{
            field: st.sampled_from(words)
            | st.lists(st.sampled_from(words), min_size=1, max_size=2).map(tuple)
            for field, words in _fields.items()
        },
        **dict.fromkeys(("line", "rule"), st.sampled_from([5, 12, 0, None])),
        **dict.fromkeys(("since", "until"), st.sampled_from([None, NOW, NOW + 1, NOW + 2])),
        "devices": st.lists(st.sampled_from(["192.0.2.7", "192.0.2.8"]), max_size=2).map(tuple),
    },
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = open_journal(tmp_path_factory.mktemp("log"))
    rows = [
        event(),
        event("tracking.miui.com", verdict=1, device="192.0.2.8", address="2001:db8::1", time=NOW + 1),
        event("b.example", verdict=2, kind=28, channel=Channel.TLS, address="203.0.113.5", time=NOW + 2),
        event(None, kind=0),
    ]
    Writer(database).write([batch(*rows, verdicts=(ALLOWED, BLOCKED, RULE))], NOW)
    yield database
    database.close()


@given(_filters)
@example({"type": "TYPE0"})
def test_match_says_what_the_search_finds(filled: Database, fields: dict[str, object]) -> None:
    filters = Filters(**fields)  # type: ignore[arg-type]  # each of its field's type
    fits = matcher(filters)
    everything = search.newest(filled, Filters()).rows
    assert len(everything) == 4
    assert [row for row in everything if fits(row)] == list(search.newest(filled, filters).rows)


@given(st.text("ab.*?", max_size=12), st.text("ab.", max_size=12))
def test_globs_mean_what_they_mean_elsewhere(pattern: str, text: str) -> None:
    assert glob(pattern)(text) == fnmatch.fnmatchcase(text, pattern)


def test_pattern_that_would_go_back_for_ever_is_quick() -> None:
    begun = time.thread_time()
    assert not glob("*a" * 40 + "b")("a" * 250)
    assert time.thread_time() - begun < 1  # going back it would take longer than anybody waits
