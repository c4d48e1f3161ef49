import contextlib
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import mipush
from gateway.inspect.mipush import Connect, MiPushReader


def _field(number: int, value: bytes | int) -> bytes:
    if isinstance(value, int):
        return bytes([number << 3, value])
    return bytes([number << 3 | 2, len(value)]) + value


def _frame(header: bytes, payload: bytes) -> bytes:
    parts = b"\0\2" + len(header).to_bytes(2, "big") + len(payload).to_bytes(4, "big")
    body = parts + header + payload
    frame = b"\xc2\xfe\0\5" + len(body).to_bytes(4, "big") + body
    return frame + zlib.adler32(frame).to_bytes(4, "big")


HEADER = _field(1, 0) + _field(3, b"xiaomi.com") + _field(5, b"CONN") + _field(9, 0)
PAYLOAD = b"".join(
    [
        _field(1, 106),
        _field(2, b"Redmi Note 8"),
        _field(3, b"V12.0.3.0.QCOMIXM"),
        _field(4, b"a-0123456789"),
        _field(6, b"wifi"),
        _field(7, b"fr.app.chat.global.xiaomi.net:5222"),
        _field(8, b"de_DE"),
        _field(10, 29),
    ]
)
FRAME = _frame(HEADER, PAYLOAD)
KNOWN = Connect(
    model="Redmi Note 8",
    rom="V12.0.3.0.QCOMIXM",
    device="a-0123456789",
    network="wifi",
    server="fr.app.chat.global.xiaomi.net:5222",
    locale="de_DE",
    android=29,
)


@given(st.integers(1, 200))
def test_however_it_is_cut_it_is_the_same(size: int) -> None:
    reader = MiPushReader()
    found = [reader.feed(FRAME[at : at + size]) for at in range(0, len(FRAME), size)]
    assert found[-1] == KNOWN
    assert not any(found[:-1])


@pytest.mark.parametrize(
    "frame",
    [
        b"GET / HTTP/1.1",
        FRAME[:-1] + b"\0",
        _frame(_field(5, b"PING"), PAYLOAD),
        _frame(HEADER, b"\x12\x7fa"),
        _frame(HEADER, b"\x15abcd"),
        _frame(HEADER, b"\xff" * 20),
        b"\xc2\xfe\0\5\xff\xff\xff\xff",
        b"\xc2\xfe\0\5\0\0\0\0" + zlib.adler32(b"\xc2\xfe\0\5\0\0\0\0").to_bytes(4, "big"),
    ],
    ids=["HTTP", "checksum", "no CONN", "cut field", "wire type", "endless number", "huge", "empty"],
)
def test_what_is_no_first_frame_is_unreadable(frame: bytes) -> None:
    with pytest.raises(Unreadable):
        MiPushReader().feed(frame)


@given(st.binary(max_size=100), st.binary(max_size=100))
def test_any_frame_is_read_or_unreadable(header: bytes, payload: bytes) -> None:
    for frame in (_frame(header, payload), _frame(HEADER, payload), header):
        with contextlib.suppress(Unreadable):
            assert isinstance(MiPushReader().feed(frame), Connect | None)


def test_its_look_is_told_from_two_bytes() -> None:
    assert mipush.looks_like(b"\xc2")
    assert mipush.looks_like(b"\xc2\xfe\0\5")
    assert not mipush.looks_like(b"\xc2\xff")
