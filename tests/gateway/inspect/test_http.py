import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Unreadable
from gateway.inspect import http
from gateway.inspect.http import HttpReader, Request, parse

HEAD = b"GET /d?host=a.example HTTP/1.1\r\nHost: 203.107.1.1:80\r\nUser-Agent: Dalvik/2.1.0\r\nA:b\r\n\r\n"
KNOWN = Request(b"GET", b"/d?host=a.example", b"203.107.1.1", b"Dalvik/2.1.0")


@given(st.integers(1, 100))
def test_however_it_is_cut_it_is_the_same(size: int) -> None:
    reader = HttpReader()
    found = [reader.feed(HEAD[at : at + size]) for at in range(0, len(HEAD), size)]
    assert found[-1] == KNOWN
    assert not any(found[:-1])


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"GET / HTTP/1.1\r\nHost: Example.ORG.", b"example.org"),
        (b"GET / HTTP/1.0", None),
        (b"GET http://www.example.org:8080/a?b HTTP/1.1\r\nHost: other.example", b"www.example.org"),
        (b"GET http://user@www.example.org HTTP/1.1", b"www.example.org"),
        (b"GET / HTTP/1.1\r\nHost: [2001:db8::1]:80", b"2001:db8::1"),
        (b"OPTIONS * HTTP/1.1\r\nHost:", None),
    ],
)
def test_whom_a_request_asks(head: bytes, name: bytes | None) -> None:
    assert parse(head).name == name


@pytest.mark.parametrize(
    "head",
    [
        b"GET /",
        b"BREW /pot HTTP/1.1",
        b"GET / HTTP/2",
        b"GET / a HTTP/1.1",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b",
        b"GET / HTTP/1.1\r\nHost: a\r\n b",
        b"GET / HTTP/1.1\r\nHost : a",
        b"GET / HTTP/1.1\r\nHost: a\0b",
    ],
)
def test_what_could_be_read_in_two_ways_is_not_read(head: bytes) -> None:
    with pytest.raises(Unreadable):
        parse(head)


def test_endless_head_is_given_up() -> None:
    reader = HttpReader()
    reader.feed(b"GET /" + bytes(http.MAX_HEAD - 5))
    with pytest.raises(Unreadable, match="8192"):
        reader.feed(b"a")


@given(st.binary(max_size=300))
def test_any_stream_is_read_or_unreadable(data: bytes) -> None:
    for start in (b"", b"GET / HTTP/1.1\r\n"):
        with contextlib.suppress(Unreadable):
            assert isinstance(HttpReader().feed(start + data + b"\r\n\r\n"), Request)


def test_its_look_is_told_from_the_first_bytes() -> None:
    assert all(http.looks_like(start) for start in (b"G", b"GET", b"GET /", b"POST /x", b"DELETE "))
    assert not any(http.looks_like(start) for start in (b"X", b"GETX", b"\x16\3", b"get /"))
