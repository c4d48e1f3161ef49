"""Frames: what was written is read, however it is cut, and nothing else is taken."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal import frames
from gateway.journal.frames import MAX_FRAME, FrameFault, frame, read_frame


async def _read_all(pieces: list[bytes]) -> list[bytes]:
    reader = asyncio.StreamReader()
    for piece in pieces:
        reader.feed_data(piece)
    reader.feed_eof()
    found = []
    while (body := await read_frame(reader)) is not None:
        found.append(body)
    return found


@given(st.lists(st.binary(max_size=50), max_size=5), st.lists(st.integers(1, 20), max_size=40))
def test_chopped_frames_are_whole_frames(bodies: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(map(frame, bodies))
    pieces = []
    for cut in cuts:
        pieces.append(stream[:cut])
        stream = stream[cut:]
    assert (
        asyncio.run(_read_all([*(piece for piece in pieces if piece), *([stream] if stream else [])]))
        == bodies
    )


@given(st.binary(min_size=1, max_size=40))
def test_any_bytes_are_frames_or_a_fault(data: bytes) -> None:
    try:
        bodies = asyncio.run(_read_all([data]))
    except FrameFault:
        return
    assert b"".join(map(frame, bodies)) == data


@pytest.mark.parametrize(
    "data", [b"\0", b"\0\0\0\5ab", (MAX_FRAME + 1).to_bytes(4, "big"), b"\xff\xff\xff\xff"]
)
def test_cut_off_or_oversized_frame_is_a_fault(data: bytes) -> None:
    with pytest.raises(FrameFault):
        asyncio.run(_read_all([data]))


def test_frame_that_stands_still_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "_BODY_SECONDS", 0.01)

    async def half() -> None:
        reader = asyncio.StreamReader()
        reader.feed_data(b"\0\0\0\5ab")
        await read_frame(reader)

    with pytest.raises(FrameFault, match="stood still"):
        asyncio.run(half())
