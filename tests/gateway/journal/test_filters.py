"""What a person wants of the log, whatever they type."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import filters, search
from gateway.journal.filters import Filters, like, several
from gateway.journal.write import Writer
from gateway.model import Action, Channel, VerdictRow
from gateway.store.engine import Database, open_journal
from tests.fakes.events import NOW, batch, event

WORDS = ["name", "channel", "action", "company", "purpose", "country", "layer", "list", "type", "address"]
HOSTILE = [
    "%",
    "_",
    "'; DROP TABLE log_event; --",
    "\\",
    "!",
    '"',
    "\0",
    "%s",
    ":name",
    "$1",
    "?x",
    "a\nb",
    "\ud800",
]
RULE = VerdictRow(Action.BLOCKED, "rules", "everyone", 5, "||a.example^", "", "", "", 7)

_numbers = st.none() | st.integers() | st.integers(0, 20)
_texts = st.text(max_size=20) | st.sampled_from(HOSTILE) | st.text("%_!*?\\'\"\0;-", max_size=8)
_words = _texts | st.lists(_texts, max_size=3).map(tuple)
_any_filters = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(WORDS, _words),
        **dict.fromkeys(("line", "rule"), _numbers),
        **dict.fromkeys(("since", "until"), st.none() | st.integers(-(1 << 40), 1 << 40)),
        "devices": st.lists(_texts, max_size=3).map(tuple),
    },
)


def _fill(database: Database) -> Database:
    rows = [event(), event("b.example", verdict=1, channel=Channel.TLS, address="203.0.113.5", kind=28)]
    Writer(database).write([batch(*rows, verdicts=(RULE, RULE))], NOW)
    return database


@pytest.fixture
def filled(journal: Database) -> Database:
    return _fill(journal)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("log")
    database = _fill(open_journal(folder))
    yield database
    database.close()


@pytest.mark.parametrize("word", HOSTILE)
@pytest.mark.parametrize("field", WORDS)
def test_characters_with_a_meaning_in_sql_are_only_characters(
    filled: Database, field: str, word: str
) -> None:
    for given_as in (word, (word, word + "x")):
        wanted = Filters(**{field: given_as})  # type: ignore[arg-type]  # all of these take words
        assert search.newest(filled, wanted).rows == ()
    assert search.newest(filled, Filters(devices=(word,))).rows == ()
    assert len(search.newest(filled, Filters()).rows) == 2


@given(_any_filters)
def test_any_filters_find_some_rows_or_none(shared: Database, given_fields: dict[str, object]) -> None:
    wanted = Filters(**given_fields)  # type: ignore[arg-type]  # each of its field's type
    everything = set(search.newest(shared, Filters()).rows)
    found = search.newest(shared, wanted).rows
    assert set(found) <= everything
    assert set(search.onwards(shared, wanted, 0).rows) == set(found)
    assert len(everything) == 2


@pytest.mark.parametrize("pattern", ["*%*", "*_*", "*!*", "*\\*", "%.example*", "_.example*"])
def test_wildcards_of_sql_are_literal_in_a_pattern(filled: Database, pattern: str) -> None:
    assert search.newest(filled, Filters(name=pattern)).rows == ()


@given(st.text(max_size=30))
def test_pattern_without_wildcards_has_none_afterwards(text: str) -> None:
    plain = text.replace("*", "").replace("?", "")
    found = like(plain).replace("!!", "").replace("!%", "").replace("!_", "")
    assert "%" not in found
    assert "_" not in found


def test_rule_of_the_users_is_found_by_its_number(filled: Database) -> None:
    assert len(search.newest(filled, Filters(rule=5)).rows) == 2
    assert len(search.newest(filled, Filters(rule=5, channel="tls")).rows) == 1
    for other in (Filters(rule=6), Filters(rule=5, layer="lists"), Filters(rule=5, line=6)):
        assert search.newest(filled, other).rows == ()


def test_one_word_or_several() -> None:
    assert several("a") == ("a",)
    assert several(("a", "b")) == ("a", "b")
    assert several("") == several(()) == ()


def test_what_nobody_has_is_known_before_the_log_is_read(filled: Database) -> None:
    with filled.read() as connection:
        assert filters.wanted(connection, Filters(type="MX")).nothing is False
        for nobody in (Filters(company="x"), Filters(devices=("x",)), Filters(type="x"), Filters(line=-1)):
            assert filters.wanted(connection, nobody).nothing
