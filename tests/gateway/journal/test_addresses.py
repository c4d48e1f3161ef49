"""Addresses in as few bytes as they have."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.addresses import MAX_TEXT, pack, unpack


@given(st.ip_addresses())
def test_any_address_comes_back(address: object) -> None:
    packed = pack(str(address))
    assert packed is not None
    assert len(packed) in (4, 16)
    assert ip_address(unpack(packed)) == address


@given(st.text(max_size=40))
def test_any_text_comes_back_but_for_nul_at_its_beginning(text: str) -> None:
    packed = pack(text)
    if packed is not None and packed[0] == 0:
        assert unpack(packed) == text.encode("utf-8", "replace").lstrip(b"\0").decode()


@pytest.mark.parametrize("text", ["fe80::1%eth0", "abc", "a" * 15, "peer:x", "\0", "é" * 200])
def test_what_is_no_address_is_never_taken_for_one(text: str) -> None:
    packed = pack(text)
    assert packed is not None
    assert len(packed) not in (4, 16)
    assert len(packed) <= MAX_TEXT + 2
    assert unpack(packed)[:10] == text.strip("\0")[:10]


def test_nothing_stays_nothing() -> None:
    assert pack("") is None
    assert unpack(None) == ""
