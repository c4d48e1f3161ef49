"""What a text must be before it is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.store.text import one_line


@given(st.text(max_size=100))
def test_any_text_is_taken_in_one_line_or_refused(value: str) -> None:
    try:
        line = one_line(value, "it", 50)
    except UsageError:
        return
    assert len(line) <= 50
    assert len(line.splitlines()) <= 1
    assert "\0" not in line
    line.encode()


def test_empty_text_is_refused_only_where_it_must_not_be() -> None:
    assert one_line("  ", "it", 5) == ""
    with pytest.raises(UsageError, match="it is empty"):
        one_line("  ", "it", 5, empty=False)
