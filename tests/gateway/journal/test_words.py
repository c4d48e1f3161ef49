"""Words for every database."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.words import clean


@given(st.text(st.characters()), st.integers(0, 20))
def test_any_word_can_be_stored(text: str, limit: int) -> None:
    stored = clean(text, limit)
    stored.encode()
    assert "\0" not in stored
    assert len(stored) <= (limit or len(text))


def test_ordinary_words_stay() -> None:
    assert clean("||a.example^$important ü 小米") == "||a.example^$important ü 小米"
    assert clean("a\0b\udc80") == "a\ufffdb\ufffd"
