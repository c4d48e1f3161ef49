import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import iana


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("A", 1),
        ("aaaa", 28),
        ("Https", 65),
        ("ANY", 255),
        ("CAA", 257),
        ("TYPE65", 65),
        ("type65535", 65_535),
    ],
)
def test_type_has_a_number_in_any_letter_case(text: str, number: int) -> None:
    assert iana.by_name(text) == number


@pytest.mark.parametrize("text", ["", "AAAAA", "TYPE", "TYPE65536", "TYPE-1", "TYPE1 ", "TYPE٣", "1"])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unknown record type"):
        iana.by_name(text)


@given(st.integers(0, 65_535))
def test_every_number_has_a_name_that_leads_back_to_it(number: int) -> None:
    assert iana.by_name(iana.name_of(number)) == number


def test_unnamed_types_are_written_as_rfc_3597_has_it() -> None:
    assert iana.name_of(65_280) == "TYPE65280"


@given(st.text())
def test_any_text_is_a_type_or_refused(text: str) -> None:
    try:
        number = iana.by_name(text)
    except ValueError:
        return
    assert 0 <= number < 65_536


def test_answers_have_names() -> None:
    assert [iana.name_of_rcode(number) for number in (0, 2, 3, 5, 11)] == [
        "NOERROR", "SERVFAIL", "NXDOMAIN", "REFUSED", "rcode 11"
    ]  # fmt: skip
