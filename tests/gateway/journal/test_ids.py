"""Numbers for what repeats."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from gateway import names
from gateway.journal.ids import Cache, Ids, Unstorable
from gateway.journal.tables import NAME, OUTCOME, VERDICT
from gateway.model import Action, Channel, VerdictRow
from gateway.store.engine import Database
from tests.fakes.events import ALLOWED, BLOCKED, NOW


def _name(text: str) -> bytes:
    return names.from_text(text)


def _now(wanted: set[bytes]) -> dict[bytes, int]:
    return dict.fromkeys(wanted, NOW)


def test_number_of_a_name_stays_the_same(journal: Database) -> None:
    first, second = _name("a.example"), _name("b.example")
    with journal.write() as connection:
        numbers = Ids().of_names(connection, [first], _now)
        assert Ids().of_names(connection, [first, second], _now)[first] == numbers[first]
        assert len({*Ids().of_names(connection, [first, second], _now).values()}) == 2


def test_new_numbers_do_not_meet_old_ones(journal: Database) -> None:
    ids = Ids()
    with journal.write() as connection:
        ids.of_names(connection, [_name(f"{number}.example") for number in range(1200)], _now)
        ids.of_names(connection, [_name(f"{number}.example") for number in range(600, 1900)], _now)
        assert connection.execute(select(func.count()).select_from(NAME)).scalar() == 1900


def test_verdicts_of_one_outcome_share_it(journal: Database) -> None:
    rows = {
        number: VerdictRow(Action.BLOCKED, "lists", "big", number, "", "", "", "", 1) for number in range(700)
    }
    with journal.write() as connection:
        numbers = Ids().of_verdicts(connection, Channel.DNS, rows, lambda row: f"||{row.line}^")
        assert len({verdict for verdict, *_ in numbers.values()}) == 700
        assert connection.execute(select(func.count()).select_from(OUTCOME)).scalar() == 1
        again = Ids().of_verdicts(connection, Channel.DNS, rows, lambda row: f"||{row.line}^")
        assert again == numbers


def test_line_whose_text_has_changed_is_another_verdict(journal: Database) -> None:
    old = VerdictRow(Action.BLOCKED, "lists", "big", 5, "||a^", "", "", "", 1)
    new = VerdictRow(Action.BLOCKED, "lists", "big", 5, "||b^", "", "", "", 2)
    with journal.write() as connection:
        numbers = Ids().of_verdicts(connection, Channel.DNS, {0: old, 1: new}, lambda row: row.text)
        assert numbers[0][0] != numbers[1][0]
        assert numbers[0][2] == 1
        assert numbers[1][2] == 2
        assert numbers[0][3]


def test_devices_that_are_new_are_told(journal: Database) -> None:
    with journal.write() as connection:
        numbers, new = Ids().of_devices(connection, ["192.0.2.7", "aa:bb:cc:dd:ee:ff"])
        assert {number: key for key, number in numbers.items()} == new
        assert Ids().of_devices(connection, ["192.0.2.7"]) == ({"192.0.2.7": numbers["192.0.2.7"]}, {})


def test_verdict_without_a_rule_is_known_as_one(journal: Database) -> None:
    with journal.write() as connection:
        numbers = Ids().of_verdicts(connection, Channel.DNS, {0: ALLOWED, 1: BLOCKED}, lambda row: row.text)
        assert (numbers[0][3], numbers[1][3]) == (False, True)


def test_same_verdict_of_two_generations_is_stored_once(journal: Database) -> None:
    old, new = ALLOWED, VerdictRow(Action.ALLOWED, "", "", 0, "", "", "", "", 8)
    with journal.write() as connection:
        Ids().of_verdicts(connection, Channel.DNS, {0: old, 1: new}, lambda row: row.text)
        assert connection.execute(select(func.count()).select_from(VERDICT)).scalar() == 1


def test_channels_have_outcomes_of_their_own(journal: Database) -> None:
    ids = Ids()
    with journal.write() as connection:
        dns = ids.of_verdicts(connection, Channel.DNS, {0: BLOCKED}, lambda row: row.text)
        tls = ids.of_verdicts(connection, Channel.TLS, {0: BLOCKED}, lambda row: row.text)
    assert dns[0][1] != tls[0][1]


def test_hostile_words_are_stored_on_every_database(journal: Database) -> None:
    word = "\0'\"%_\\$1?" * 200
    row = VerdictRow(Action.BLOCKED, word, word, 1, word, word, word, word, 1)
    ids = Ids()
    with journal.write() as connection:
        numbers = ids.of_verdicts(connection, Channel.DNS, {0: row}, lambda row: row.text)
        assert ids.of_devices(connection, [word])[0].keys() == {word}
        assert Ids().of_verdicts(connection, Channel.DNS, {0: row}, lambda row: row.text) == numbers


def test_widest_words_fit_an_index_entry(journal: Database) -> None:
    word = "".join(chr(0x10000 + (number * 7919) % 0xFFFF) for number in range(500))  # hardly compressible
    row = VerdictRow(Action.BLOCKED, word, word, 1, word, word, word, word, 1)
    with journal.write() as connection:
        numbers = Ids().of_verdicts(connection, Channel.DNS, {0: row}, lambda row: row.text)
        assert Ids().of_verdicts(connection, Channel.DNS, {0: row}, lambda row: row.text) == numbers


@pytest.mark.parametrize("name", [b"", b"\x05ab", b"abc"])
def test_bytes_that_are_no_name_are_refused(journal: Database, name: bytes) -> None:
    with journal.write() as connection, pytest.raises(Unstorable):
        Ids().of_names(connection, [name], _now)


@pytest.mark.parametrize(("line", "generation"), [(-1, 0), (2**31, 0), (0, -1), (0, 2**31)])
def test_verdict_out_of_range_is_refused(journal: Database, line: int, generation: int) -> None:
    row = VerdictRow(Action.BLOCKED, "lists", "big", line, "", "", "", "", generation)
    with journal.write() as connection, pytest.raises(Unstorable):
        Ids().of_verdicts(connection, Channel.DNS, {0: row}, lambda row: row.text)


@given(st.lists(st.integers(0, 30), max_size=200))
def test_cache_is_bounded_and_never_wrong(keys: list[int]) -> None:
    cache: Cache[int, int] = Cache(5)
    for key in keys:
        found = cache.get(key)
        assert found in (None, key)
        if found is None:
            cache.put(key, key)
        assert cache.get(key) == key
    assert sum(cache.get(key) is not None for key in range(31)) <= 10
