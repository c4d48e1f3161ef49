import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import segments
from gateway.inspect.segments import Segments

WHOLE = bytes(range(200))
cuts = st.lists(st.tuples(st.integers(0, 199), st.integers(1, 60)), max_size=30)


@given(cuts, st.randoms(use_true_random=False))
def test_in_any_order_with_any_overlap_the_stream_is_the_same(
    pieces: list[tuple[int, int]], chance: object
) -> None:
    pieces = [*pieces, *((at, 20) for at in range(0, 200, 20))]
    chance.shuffle(pieces)  # type: ignore[attr-defined]  # hypothesis' Random
    stream = Segments()
    assert b"".join(stream.add(at, WHOLE[at : at + size]) for at, size in pieces) == WHOLE


def test_what_comes_again_is_nothing_new() -> None:
    stream = Segments()
    assert stream.add(0, b"abc") == b"abc"
    assert stream.add(0, b"abc") == b""
    assert stream.add(1, b"bcd") == b"d"
    assert stream.add(6, b"gh") == b""
    assert stream.add(6, b"gh") == b""
    assert stream.add(4, b"ef") == b"efgh"


@pytest.mark.parametrize(("offset", "data"), [(0, b"x"), (2, b"xd"), (5, b"x"), (4, b"exg")])
def test_pieces_that_contradict_each_other_are_refused(offset: int, data: bytes) -> None:
    stream = Segments()
    stream.add(0, b"abc")
    stream.add(5, b"fg")
    with pytest.raises(Unreadable, match="different things"):
        stream.add(offset, data)


def test_nothing_is_kept_beyond_the_bounds() -> None:
    stream = Segments()
    for offset, data in [(-1, b"a"), (segments.MAX_BYTES, b"a"), (1, bytes(segments.MAX_BYTES))]:
        with pytest.raises(Unreadable):
            stream.add(offset, data)
    for number in range(segments.MAX_PIECES):
        stream.add(2 * number + 2, b"a")
    with pytest.raises(Unreadable, match="out of order"):
        stream.add(2 * segments.MAX_PIECES + 2, b"a")
