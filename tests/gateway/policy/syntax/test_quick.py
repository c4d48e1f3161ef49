import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.names import from_text
from gateway.policy.syntax import parse
from gateway.policy.syntax.detect import SYNTAXES, reader_for
from gateway.policy.syntax.lines import read_line
from gateway.policy.syntax.quick import MAX_QUICK, forms, wire

_FORMS = (
    "{}",
    "||{}^",
    "0.0.0.0 {}",
    "127.0.0.1\t{}",
    "::1 {}",
    "*.{}",
    "address=/{}/",
    "address=/{}/0.0.0.0",
    "address=/{}/::",
    "local=/{}/",
    "server=/{}/",
    "server=/{}/#",
    'local-zone: "{}." always_null',
    'local-zone: "{}" refuse',
)
_labels = st.text("ab-_09.xnlocal", min_size=1, max_size=20) | st.sampled_from(
    ["a" * 63, "a" * 64, "local", "localhost", "localdomain", "com", "xn--p1ai", "1", "0", "example"]
)


@settings(max_examples=400, deadline=None)
@given(
    names=st.lists(_labels, min_size=1, max_size=6).map(".".join),
    form=st.sampled_from(_FORMS),
    end=st.sampled_from(["", "\n", "\r\n", " \n"]),
    syntax=st.sampled_from([syntax for syntax in SYNTAXES if syntax != "rpz"]),
)
@example(names="localhost.localdomain", form="0.0.0.0 {}", end="", syntax="hosts")
@example(names="1.2.3.4", form="{}", end="", syntax="auto")
@example(names=".".join(["a" * 60] * 5), form="||{}^", end="", syntax="adblock")
def test_the_quick_way_says_what_the_slow_one_says(names: str, form: str, end: str, syntax: str) -> None:
    line = form.format(names) + end
    assert list(parse([line], syntax)) == list(read_line(reader_for(syntax, []), line, 1))


@settings(max_examples=200, deadline=None)
@given(
    names=st.lists(_labels, min_size=1, max_size=6).map(".".join),
    form=st.sampled_from(["{} CNAME .", "*.{} 60 IN CNAME .", "{} IN CNAME ."]),
)
def test_the_zones_own_quick_way_says_what_its_slow_one_says(names: str, form: str) -> None:
    line = form.format(names)
    quick, slow = list(parse([line], "rpz")), list(parse([line + " ;"], "rpz"))
    assert [
        (type(found), getattr(found, "name", None), getattr(found, "match", None)) for found in quick
    ] == [(type(found), getattr(found, "name", None), getattr(found, "match", None)) for found in slow]


@pytest.mark.parametrize("syntax", [syntax for syntax in SYNTAXES if syntax != "rpz"])
def test_each_group_of_an_expression_has_its_meaning(syntax: str) -> None:
    known = forms(syntax)
    assert known is not None
    assert known[0].groups == len(known[1]) - 1


def test_the_wire_form_is_the_one_of_names() -> None:
    assert wire("a.bc.example") == from_text("a.bc.example")
    assert MAX_QUICK < 253
    assert forms("rpz") is None
