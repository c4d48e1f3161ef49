"""Cursors: ours come back as they were, others are refused."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import paging
from gateway.errors import UsageError

NUMBERS = st.integers(-(1 << 63) + 1, (1 << 63) - 1)


@given(st.tuples(st.text(max_size=2000), st.tuples(st.one_of(NUMBERS, st.text(max_size=50)), NUMBERS)))
def test_a_place_comes_back_as_it_was(place: tuple[str, tuple[int | str, int]]) -> None:
    cursor = paging.encode(place)
    assert cursor.isascii()
    assert paging.decode(cursor, tuple[str, tuple[int | str, int]]) == place


def test_no_cursor_is_the_first_page() -> None:
    assert paging.decode("", int) is None


@given(st.text(min_size=1, max_size=50))
def test_whatever_else_comes_is_refused_or_a_number(cursor: str) -> None:
    with contextlib.suppress(UsageError):
        assert isinstance(paging.decode(cursor, int), int)


@pytest.mark.parametrize(
    "json", [b"9223372036854775808", b"-9223372036854775808", b"1e5000", b"NaN", b'"x"', b"null"]
)
def test_numbers_that_no_database_takes_are_refused(json: bytes) -> None:
    with pytest.raises(UsageError):
        paging.decode(base64.urlsafe_b64encode(json).decode(), int)
