import pytest

from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.zone import MAX_ENTRY, Entry, Joiner, record_of, string_of


def test_an_entry_is_owner_and_fields_without_the_comment() -> None:
    assert Joiner().add('a.example 60 IN TXT "x ; y" z ; c', 3) == Entry(
        'a.example 60 IN TXT "x ; y" z ; c', 3, "a.example", ("60", "IN", "TXT", "x ; y", "z")
    )


def test_white_space_in_front_leaves_the_owner_out() -> None:
    entry = Joiner().add("\tA 192.0.2.1", 1)
    assert entry is not None
    assert (entry.owner, entry.fields) == ("", ("A", "192.0.2.1"))


def test_parentheses_join_lines() -> None:
    joiner = Joiner()
    assert joiner.add("@ SOA a. b. ( 1 ; serial", 1) is None
    assert joiner.pending is not None
    assert joiner.add("  2 3", 2) is None
    entry = joiner.add("4 5 )", 3)
    assert entry is not None
    assert (entry.line, entry.fields) == (1, ("SOA", "a.", "b.", "1", "2", "3", "4", "5"))
    assert joiner.pending is None


def test_a_comment_is_no_entry() -> None:
    assert Joiner().add("; c", 1) is None
    assert Joiner().add("  ; c", 1) is None


@pytest.mark.parametrize("text", ['a TXT "x', "a TXT x\\", "a )", "a ( ("])
def test_a_line_that_does_not_end_well_is_refused(text: str) -> None:
    joiner = Joiner()
    with pytest.raises(LineFault):
        joiner.add(text, 1)
    assert joiner.pending is None


def test_a_parenthesis_stays_open_for_so_long_only() -> None:
    joiner = Joiner()
    assert joiner.add("a TXT (", 7) is None
    for line in range(1, MAX_ENTRY):
        assert joiner.add("x", 7 + line) is None
    with pytest.raises(LineFault, match="of line 7 is never closed"):
        joiner.add("x", 7 + MAX_ENTRY)
    assert joiner.pending is None


def test_ttl_and_class_stand_in_either_order_or_not_at_all() -> None:
    for fields in (["60", "IN", "a", "1"], ["in", "1h30m", "a", "1"], ["IN", "a", "1"], ["a", "1"]):
        assert record_of(fields) == ("A", ["1"])
    with pytest.raises(LineFault, match="without a type"):
        record_of(["60", "IN"])


def test_escapes_in_strings_are_undone() -> None:
    assert string_of('a\\"b\\065\\200é') == b'a"bA\xc8' + "é".encode()
    with pytest.raises(LineFault):
        string_of("\\256")
