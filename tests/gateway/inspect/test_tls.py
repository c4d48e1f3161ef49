import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import client_hello, tls
from gateway.inspect.tls import TlsReader
from tests.fakes import hellos

MESSAGE = hellos.message("www.example.org")
KNOWN = client_hello.parse(MESSAGE)


def _fed(stream: bytes, size: int) -> client_hello.ClientHello | None:
    reader = TlsReader()
    for at in range(0, len(stream), size):
        if found := reader.feed(stream[at : at + size]):
            return found
    return None


@given(record=st.integers(1, 600), piece=st.integers(1, 600))
def test_however_it_is_cut_it_is_the_same(record: int, piece: int) -> None:
    assert _fed(hellos.in_records(MESSAGE, record), piece) == KNOWN


def test_what_comes_behind_it_is_left_alone() -> None:
    assert TlsReader().feed(hellos.records("www.example.org") + b"early data") is not None


@pytest.mark.parametrize(
    "stream",
    [
        b"GET / HTTP/1.1\r\n",
        b"\x17\3\3\0\5hello",
        b"\x16\2\0\0\5hello",
        b"\x16\3\1\0\0",
        b"\x16\3\1\x40\1",
        b"\x16\3\1\0\4\2\0\0\0",
        hellos.in_records(b"\1\0\x10\0" + bytes(4096), 1),
    ],
    ids=["HTTP", "data", "SSL 2", "empty record", "long record", "ServerHello", "many records"],
)
def test_what_is_no_handshake_is_unreadable_at_once(stream: bytes) -> None:
    with pytest.raises(Unreadable):
        TlsReader().feed(stream)


@given(st.binary(min_size=1, max_size=200), st.integers(1, 50))
def test_any_stream_is_read_or_unreadable_and_chopped_is_as_whole(stream: bytes, piece: int) -> None:
    stream = b"\x16\3\1" + stream
    outcomes = []
    for size in (piece, len(stream)):
        try:
            outcomes.append(str(_fed(stream, size)))
        except Unreadable as error:
            outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


def test_its_look_is_told_from_two_bytes() -> None:
    assert tls.looks_like(b"\x16")
    assert tls.looks_like(b"\x16\3")
    assert not tls.looks_like(b"\x16\2")
    assert not tls.looks_like(b"G")
