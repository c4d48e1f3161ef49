import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import names
from gateway.names import NameFault, from_labels, from_text, is_below, labels, suffixes, to_text
from tests import strategies

EXAMPLE = b"\x03www\x07example\x03org\x00"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("www.example.org", EXAMPLE),
        ("WWW.Example.ORG.", EXAMPLE),
        (".", b"\0"),
        ("localhost", b"\x09localhost\0"),
        ("_dns.resolver.arpa", b"\x04_dns\x08resolver\x04arpa\0"),
        ("münchen.de", b"\x11xn--mnchen-3ya\x02de\0".replace(b"\x11", b"\x0e")),
        ("MÜNCHEN.de", b"\x0exn--mnchen-3ya\x02de\0"),
        (r"a\.b.example", b"\x03a.b\x07example\0"),
        (r"\000.example", b"\x01\0\x07example\0"),
        (r"\065\066.example", b"\x02ab\x07example\0"),
        (r"\\.example", b"\x01\\\x07example\0"),
        ("*.example", b"\x01*\x07example\0"),
        ("-x-.example", b"\x03-x-\x07example\0"),
    ],
)
def test_text_spells_a_name(text: str, name: bytes) -> None:
    assert from_text(text) == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty name"),
        ("..", "empty label"),
        (".org", "empty label"),
        ("a..org", "empty label"),
        ("a b.org", "white space"),
        ("a\n.org", "white space"),
        ("a\x7f.org", "white space"),
        ("x" * 64 + ".org", "label longer than 63 bytes"),
        (".".join(["x" * 49] * 6), "name longer than 255 bytes"),
        (r"a\256.org", r"escape above \\255"),
        ("a\\", "ends in a backslash"),
        ("a b.münchen", "not a valid international name"),
        ("\udc80.org", "not a valid international name"),
        ("☃️☃️.", "not a valid international name"),
    ],
)
def test_text_that_is_no_name_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(NameFault, match=reason):
        from_text(text)


def test_longest_name_has_255_octets_with_or_without_final_dot() -> None:
    text = ".".join(["x" * 63] * 3 + ["x" * 61])
    assert len(from_text(text)) == len(from_text(text + ".")) == names.MAX_NAME
    for longer in (text + "x", text[:-1] + "xx."):
        with pytest.raises(NameFault):
            from_text(longer)


@given(st.text(max_size=80))
def test_any_text_is_a_name_or_a_fault(text: str) -> None:
    try:
        name = from_text(text)
    except NameFault:
        return
    assert name == name.lower()
    assert name[-1] == 0
    assert from_labels(labels(name)) == name


@given(strategies.names)
def test_any_name_written_out_reads_back(name: bytes) -> None:
    text = to_text(name)
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text
    assert from_text(text) == name


@given(st.lists(strategies.any_labels, max_size=130))
def test_labels_make_a_name_and_come_back_or_are_too_long(parts: list[bytes]) -> None:
    if sum(len(part) + 1 for part in parts) + 1 > names.MAX_NAME:
        with pytest.raises(NameFault):
            from_labels(parts)
    else:
        assert labels(from_labels(parts)) == [part.lower() for part in parts]


@pytest.mark.parametrize("part", [b"", b"x" * 64])
def test_empty_and_long_labels_are_refused(part: bytes) -> None:
    with pytest.raises(NameFault):
        from_labels([b"www", part])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (b"\0", "."),
        (EXAMPLE, "www.example.org"),
        (b"\x03a.b\0", r"a\.b"),
        (b"\x04\0\xff \x7f\0", r"\000\255\032\127"),
        (b'\x06"();@$\0', r"\"\(\)\;\@\$"),
    ],
)
def test_special_bytes_are_escaped_in_text(name: bytes, text: str) -> None:
    assert to_text(name) == text


def test_suffixes_are_the_name_and_its_parents_nearest_first() -> None:
    assert list(suffixes(EXAMPLE)) == [EXAMPLE, b"\x07example\x03org\0", b"\x03org\0"]
    assert list(suffixes(b"\0")) == []


@pytest.mark.parametrize(
    ("name", "parent", "below"),
    [
        ("www.example.org", "example.org", True),
        ("example.org", "example.org", True),
        ("example.org", ".", True),
        (".", ".", True),
        ("badexample.org", "example.org", False),
        ("org", "example.org", False),
        (r"x\007example.org", "example.org", False),  # a label that ends as the parent begins
        ("example.org.net", "example.org", False),
    ],
)
def test_below_is_decided_on_label_borders(name: str, parent: str, below: bool) -> None:
    assert is_below(from_text(name), from_text(parent)) is below
