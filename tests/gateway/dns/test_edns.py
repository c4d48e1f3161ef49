import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import edns
from gateway.dns.edns import extended_errors
from tests.fakes.packets import extended_error, option


def test_opt_is_as_the_rfc_draws_it() -> None:
    options = option(10, b"cookie")
    assert edns.opt(1232, rcode=0xABC, dnssec_ok=True, options=options) == (
        b"\0" + b"\0\x29" + b"\x04\xd0" + b"\xab" + b"\0" + b"\x80\0" + b"\0\x0a" + options
    )
    assert edns.opt(512, dnssec_ok=False) == b"\0\0\x29\x02\0\0\0\0\0\0\0"


@given(st.integers(0, 600), st.sampled_from((1, 16, 128, 468)))
def test_padding_brings_any_length_to_a_multiple(length: int, pad_to: int) -> None:
    added = edns.padding(length, pad_to)
    assert (length + len(added)) % pad_to == 0
    assert len(added) < pad_to + 4
    assert not any(added[4:])


def test_extended_errors_are_found_among_other_options() -> None:
    options = extended_error(15, b"ads") + option(10, bytes(8)) + extended_error(22, b"")
    assert extended_errors(options) == ((15, "ads"), (22, ""))
    assert extended_errors(b"") == ()


def test_at_most_four_are_taken() -> None:
    assert [code for code, _ in extended_errors(extended_error(7, b"") * 6)] == [7] * 4


def test_text_that_comes_in_is_cut_and_never_fails() -> None:
    assert extended_errors(extended_error(0, "ü".encode() * 500)) == ((0, "ü" * 120),)
    assert extended_errors(extended_error(0, b"\xff\xc3")) == ((0, "\ufffd\ufffd"),)
    assert extended_errors(extended_error(0, b"done\0")) == ((0, "done"),)


def test_text_that_goes_out_is_cut_between_characters() -> None:
    ((_, text),) = extended_errors(edns.extended_error(15, "a" + "ü" * 100))
    assert text == "a" + "ü" * 59


@pytest.mark.parametrize(
    "rest",
    [
        b"\0\x0f\0\x00",  # no code
        b"\0\x0f\0\x01\x0f",  # half a code
        b"\0\x0f\0\x09\0\x0fshort",  # longer than its OPT
        b"\0\x0f\xff\xff",
        b"\0\x0f\0",
        b"\0",
    ],
)
def test_malformed_options_are_ignored_and_what_stands_before_them_counts(rest: bytes) -> None:
    assert extended_errors(rest) == ()
    assert extended_errors(extended_error(3, b"stale") + rest) == ((3, "stale"),)


def test_only_so_many_options_are_looked_at() -> None:
    empty = option(10, b"")
    assert extended_errors(empty * (edns.MAX_OPTIONS - 1) + extended_error(1, b"")) == ((1, ""),)
    assert extended_errors(empty * edns.MAX_OPTIONS + extended_error(1, b"")) == ()


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_ignored(options: bytes) -> None:
    for code, text in extended_errors(options):
        assert 0 <= code < 65_536
        assert len(text) <= edns.MAX_TEXT


@given(st.integers(0, 65_535), st.text(max_size=30).map(lambda text: text.rstrip("\0")))
def test_what_goes_out_comes_back(code: int, text: str) -> None:
    assert extended_errors(edns.extended_error(code, text)) == ((code, text),)
