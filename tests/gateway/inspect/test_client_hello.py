import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import client_hello
from gateway.inspect.client_hello import ClientHello, parse
from tests.fakes import hellos


def test_openssl_s_own_is_read() -> None:
    assert parse(hellos.message("Tracking.MIUI.com")) == ClientHello(
        b"tracking.miui.com", (b"h2", b"http/1.1"), ech=False
    )


def test_a_client_may_name_no_host() -> None:
    assert parse(hellos.message(None)).name is None


def test_hidden_name_is_told_from_a_shown_one() -> None:
    found = parse(hellos.made(hellos.server_name(b"cloudflare-ech.com"), (0xFE0D, b"\0" * 8)))
    assert found == ClientHello(b"cloudflare-ech.com", (), ech=True)


def test_old_client_without_extensions_is_read() -> None:
    body = b"\3\3" + bytes(32) + b"\0" + b"\0\2\x13\x01" + b"\1\0"
    assert parse(b"\1" + len(body).to_bytes(3, "big") + body) == ClientHello(None, (), ech=False)


@pytest.mark.parametrize(
    "message",
    [
        hellos.made(hellos.server_name(b"a.example"), hellos.server_name(b"b.example")),
        hellos.made(hellos.server_name(b"a.example", b"b.example")),
        hellos.made((0, b"\0\0")),
        hellos.made(hellos.server_name(b"")),
        hellos.made(hellos.server_name(b"a" * 256)),
        hellos.made(hellos.server_name(b"a\0b.example")),
        hellos.made(hellos.server_name(b"a b.example")),
        hellos.made(hellos.server_name("müller.example".encode())),
        hellos.made((0, b"\0\x05\0\0\x09ab")),
        hellos.message("example.org")[:-1],
        hellos.message("example.org") + b"\0",
        b"\2\0\0\0",
        b"",
    ],
    ids=[
        "extension twice",
        "two names",
        "no name",
        "empty name",
        "long name",
        "NUL",
        "space",
        "beyond ASCII",
        "lengths that lie",
        "cut",
        "too long",
        "ServerHello",
        "nothing",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(message: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(message)


def test_length_is_told_as_soon_as_it_can_be() -> None:
    message = hellos.message("example.org")
    assert client_hello.length(message[:3]) is None
    assert client_hello.length(message[:4]) == len(message)
    with pytest.raises(Unreadable, match="16777219 bytes"):
        client_hello.length(b"\1\xff\xff\xff")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_client_hello_or_unreadable(data: bytes) -> None:
    message = b"\1" + len(data).to_bytes(3, "big") + data
    with contextlib.suppress(Unreadable):
        assert isinstance(parse(message), ClientHello)


@given(st.data())
def test_mutated_ones_are_read_or_unreadable(data: st.DataObject) -> None:
    message = bytearray(hellos.made(hellos.server_name(b"www.example.org"), (16, b"\0\3\2h2")))
    for _ in range(data.draw(st.integers(1, 4))):
        message[data.draw(st.integers(4, len(message) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = parse(bytes(message))
    except Unreadable:
        return
    assert found.name is None or found.name == found.name.lower()
