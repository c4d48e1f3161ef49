"""A foreign database gives its rows or one error, in bounded time, and runs nothing of its maker's."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.store import foreign
from gateway.store.foreign import ForeignFault, read_gravity
from tests.fakes.pihole import domains, gravity

SOUND = gravity(*domains((1, 1, "ads.example", 1, "why", (0,)), (2, 2, "a|b", 0, "", ())))


def test_rows_are_read() -> None:
    found = read_gravity(SOUND)
    assert [(row["id"], row["type"], row["domain"], row["enabled"]) for row in found.domainlist] == [
        (1, 1, "ads.example", 1),
        (2, 2, "a|b", 0),
    ]
    assert found.domainlist_by_group == ({"domainlist_id": 1, "group_id": 0},)
    assert [row["name"] for row in found.group] == ["Default"]


def test_an_older_one_without_some_tables_is_read() -> None:
    old = gravity(
        "INSERT INTO domainlist VALUES (1, 'x')", schema="CREATE TABLE domainlist (id INTEGER, domain TEXT);"
    )
    assert read_gravity(old).domainlist == ({"id": 1, "domain": "x"},)
    assert read_gravity(old).client == ()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0", b"x" * 5000, SOUND[:5000], SOUND[100:]])
def test_what_is_no_database_is_one_error(content: bytes) -> None:
    with pytest.raises(ForeignFault, match=r"gravity\.db"):
        read_gravity(content)


def test_a_view_in_a_tables_place_is_not_run() -> None:
    trap = gravity(
        "DROP TABLE client",
        "CREATE VIEW client AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id FROM n",
    )
    assert read_gravity(trap).client == ()


def test_a_column_that_is_computed_is_not_computed() -> None:
    trap = gravity(
        "INSERT INTO domainlist (domain) VALUES ('x')",
        schema="CREATE TABLE domainlist (domain TEXT, comment TEXT AS (hex(zeroblob(40000))));",
    )
    assert read_gravity(trap).domainlist == ({"domain": "x"},)


def test_a_text_of_a_megabyte_is_refused() -> None:
    trap = gravity("INSERT INTO domainlist (domain) VALUES (CAST(zeroblob(1000000) AS TEXT))")
    with pytest.raises(ForeignFault, match="too big"):
        read_gravity(trap)


def test_too_many_rows_and_too_much_time_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    many = gravity(
        "INSERT INTO domainlist (domain) WITH RECURSIVE n(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 5000) SELECT 'd' || x FROM n"
    )
    assert len(read_gravity(many).domainlist) == 5000
    with pytest.raises(ForeignFault, match="interrupted"):
        read_gravity(many, seconds=-1)
    monkeypatch.setattr(foreign, "MAX_ROWS", 4999)
    with pytest.raises(ForeignFault, match="more than 4999 rows of domainlist"):
        read_gravity(many)


def test_what_is_no_number_and_no_text_is_left_out() -> None:
    odd = gravity(
        "INSERT INTO domainlist (domain, comment) VALUES (x'00ff', NULL), (CAST(x'ff41' AS TEXT), 'c')"
    )
    first, second = read_gravity(odd).domainlist
    assert "domain" not in first
    assert "comment" not in first
    assert second["domain"] == "\ufffdA"


def test_another_schema_is_said_to_be_one() -> None:
    with pytest.raises(ForeignFault, match="neither domains nor lists"):
        read_gravity(gravity(schema="CREATE TABLE x (y);"))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_ones_are_rows_or_the_one_error(data: st.DataObject) -> None:
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    began = time.monotonic()
    with contextlib.suppress(ForeignFault):
        read_gravity(bytes(content))
    assert time.monotonic() - began < foreign.SECONDS + 2
