"""What a row of the log shows as its time can be asked for as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from api.moments import Moment

moment: TypeAdapter[int | None] = TypeAdapter(Moment)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        (1795359817, 1795359817),
        ("1795359817", 1795359817),
        ("2026-11-22T15:03:37Z", 1795359817),
        ("2026-11-22T16:03:37+01:00", 1795359817),
        ("2026-11-22T15:03:37", 1795359817),
        ("2026-11-22", 1795305600),
        ("0001-01-01T00:00:00Z", 0),
        (None, None),
    ],
)
def test_seconds_and_iso_mean_the_same(given: object, seconds: int | None) -> None:
    assert moment.validate_python(given) == seconds


@pytest.mark.parametrize("given", ["yesterday", "1h", "-5", "", -1, 1 << 40, "9" * 5000])
def test_other_words_are_refused(given: object) -> None:
    with pytest.raises(ValidationError):
        moment.validate_python(given)


@given(st.text(max_size=50))
def test_any_text_is_a_time_or_refused(text: str) -> None:
    try:
        found = moment.validate_python(text)
    except ValidationError:
        return
    assert found is None or 0 <= found < 1 << 40
