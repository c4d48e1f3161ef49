import contextlib
import random
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import client_hello, quic
from gateway.inspect.quic import QuicReader
from tests.fakes import hellos
from tests.fakes.hellos import V1, V2, crypto, initial

MESSAGE = hellos.message("www.example.org", ["h3"])
KNOWN = client_hello.parse(MESSAGE)
BOTH = pytest.mark.parametrize("version", [V1, V2], ids=["v1", "v2"])


def test_keys_are_those_of_the_standards() -> None:
    v1 = quic.keys(V1, hellos.DESTINATION)  # RFC 9001 §A.1
    assert v1.key.hex() == "1f369613dd76d5467730efcbe3b1a22d"
    assert v1.iv.hex() == "fa044b2f42a3fd3b46fb255c"
    assert v1.header.hex() == "9f50449e04a0e810283a1e9933adedd2"
    v2 = quic.keys(V2, hellos.DESTINATION)  # RFC 9369 §A.1
    assert v2.key.hex() == "8b1a0bc121284290a29e0971b5cd045d"
    assert v2.iv.hex() == "91f73e2351d8fa91660e909f"
    assert v2.header.hex() == "45b95e15235d6f45a6b19cbcb0294ba9"


@BOTH
def test_one_datagram_may_be_enough(version: int) -> None:
    assert QuicReader().feed(initial(crypto(0, MESSAGE), version=version)) == KNOWN


@BOTH
def test_over_several_datagrams_in_any_order(version: int) -> None:
    pieces = [(at, MESSAGE[at : at + 60]) for at in range(0, len(MESSAGE), 60)]
    random.Random(zlib.crc32(MESSAGE[-8:])).shuffle(pieces)
    datagrams = [
        initial(b"\1" + crypto(*piece) + b"\0\0", version=version, number=number)
        for number, piece in enumerate(pieces)
    ]
    reader = QuicReader()
    found = [reader.feed(datagram) for datagram in datagrams]
    assert found[-1] == KNOWN
    assert not any(found[:-1])


def test_client_whose_server_has_given_it_an_id_keeps_its_keys() -> None:
    reader = QuicReader()
    half = len(MESSAGE) // 2
    assert reader.feed(initial(crypto(0, MESSAGE[:half]))) is None
    acknowledged = b"\2\0\0\0\0"
    later = initial(
        acknowledged + crypto(half, MESSAGE[half:]), destination=b"server", keys_of=hellos.DESTINATION
    )
    assert reader.feed(later) == KNOWN


def test_client_that_was_told_to_retry_has_new_keys() -> None:
    reader = QuicReader()
    half = len(MESSAGE) // 2
    assert reader.feed(initial(crypto(0, MESSAGE[:half]))) is None
    again = initial(crypto(0, MESSAGE[:half]), destination=b"retry me")
    assert reader.feed(again) is None
    assert reader.feed(initial(crypto(half, MESSAGE[half:]), destination=b"retry me")) == KNOWN


def test_packets_that_share_a_datagram_are_read_one_after_the_other() -> None:
    half = len(MESSAGE) // 2
    both = initial(crypto(half, MESSAGE[half:]), size=0) + initial(crypto(0, MESSAGE[:half]), number=1)
    assert QuicReader().feed(both) == KNOWN


@pytest.mark.parametrize(
    "datagram",
    [
        initial(crypto(0, MESSAGE), keys_of=b"another"),
        initial(crypto(0, MESSAGE))[:-1],
        initial(crypto(0, MESSAGE)[:-1], size=0),
        initial(crypto(0, b"\2" + MESSAGE[1:])),
        initial(b"\x08\0"),
        initial(b"\2\0\0\xbf\xff\xff\xff\0"),
        initial(b"\1" * (quic.MAX_FRAMES + 1)),
        b"\xc0\xff\0\0\x1d" + bytes(1200),
        b"\xf0\0\0\0\1" + bytes(1200),
        b"\xc0\0\0\0\1\x15" + bytes(1200),
        b"\xc0\0\0\0\1",
    ],
    ids=[
        "other keys",
        "cut",
        "cut frame",
        "no ClientHello",
        "stream frame",
        "absurd ACK",
        "many frames",
        "draft 29",
        "retry",
        "long id",
        "head alone",
    ],
)
def test_what_cannot_be_read_is_unreadable(datagram: bytes) -> None:
    with pytest.raises(Unreadable):
        QuicReader().feed(datagram)


def test_endless_beginnings_are_given_up() -> None:
    reader = QuicReader()
    for number in range(quic.MAX_DATAGRAMS):
        reader.feed(initial(b"\1", number=number))
    with pytest.raises(Unreadable, match="datagrams"):
        reader.feed(initial(b"\1"))


@given(st.binary(max_size=200))
def test_any_datagram_is_read_or_unreadable(data: bytes) -> None:
    for start in (b"", b"\xc0\0\0\0\1", b"\xd0\x6b\x33\x43\xcf"):
        with contextlib.suppress(Unreadable):
            assert QuicReader().feed(start + data) is None


@settings(max_examples=50)
@given(st.binary(max_size=100))
def test_any_frames_are_read_or_unreadable(frames: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert QuicReader().feed(initial(frames)) is None  # a whole ClientHello is nobody's chance
