import pytest

from gateway.errors import Unreadable
from gateway.inspect.opening import DatagramReader, Opening, StreamReader
from tests.fakes import hellos

FIRST = 0xFFFF_FFF0  # of a stream whose numbers begin again at 0 within its first bytes


def test_streams_are_read_by_what_they_begin_with() -> None:
    hello = hellos.records("www.example.org")
    request = b"GET / HTTP/1.1\r\nHost: www.example.org\r\n\r\n"
    for protocol, start in (("tls", hello), ("http", request)):
        found = StreamReader(FIRST).feed(FIRST, start)
        assert found is not None
        assert (found.protocol, found.name) == (protocol, b"www.example.org")


def test_segments_may_come_out_of_order_and_again() -> None:
    hello = hellos.records("www.example.org")
    stream = StreamReader(FIRST)
    pieces = [(at, hello[at : at + 50]) for at in range(0, len(hello), 50)]
    found: list[Opening | None] = []
    for at, piece in [pieces[0], pieces[0], *reversed(pieces[1:])]:
        found.append(stream.feed((FIRST + at) & 0xFFFF_FFFF, piece))
    assert found[-1] is not None
    assert found[-1].name == b"www.example.org"
    assert not any(found[:-1])


def test_byte_before_the_first_is_a_keep_alive_or_a_lie() -> None:
    with pytest.raises(Unreadable):
        StreamReader(FIRST).feed(FIRST - 1, b"x")


def test_unknown_protocols_are_unreadable_at_once() -> None:
    with pytest.raises(Unreadable, match="no protocol"):
        StreamReader(FIRST).feed(FIRST, b"SSH-2.0-OpenSSH\r\n")


def test_datagrams_are_read_as_quic() -> None:
    datagram = hellos.initial(hellos.crypto(0, hellos.message("www.example.org", ["h3"])))
    found = DatagramReader().feed(datagram)
    assert found is not None
    assert (found.protocol, found.name) == ("quic", b"www.example.org")
