"""Our own format loses nothing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.exchange.ours import decode, encode
from gateway.exchange.values import DeviceIn, GroupIn, Imported, ListIn, RuleIn
from gateway.model import BlockedAnswer, Mode, Profile

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
rules = st.builds(
    RuleIn,
    text=st.sampled_from(["||a.example^", "b.example", "@@|c.example^$important", "/ads[0-9]/"]),
    group=words,
    comment=words,
    tags=st.lists(words, max_size=3).map(tuple),
    enabled=st.booleans(),
    expires=st.integers(0, 2**40),
)
groups = st.builds(
    GroupIn,
    name=words,
    profile=st.sampled_from(Profile),
    mode=st.sampled_from(Mode),
    answer=st.sampled_from(BlockedAnswer),
    inherit=st.booleans(),
    catalogue=st.booleans(),
    comment=words,
)
lists = st.builds(
    ListIn,
    source=st.integers(0, 9).map(lambda number: f"https://lists.example/{number}"),
    name=words,
    syntax=st.sampled_from(["auto", "rpz"]),
    groups=st.lists(words, unique=True, max_size=3).map(tuple),
    enabled=st.booleans(),
)
devices = st.builds(
    DeviceIn, address=words, name=words, group=words, tags=st.lists(words, max_size=2).map(tuple)
)
held = st.builds(
    Imported,
    rules=st.lists(rules, unique_by=lambda one: (one.group, one.text), max_size=5).map(tuple),
    lists=st.lists(lists, unique_by=lambda one: one.source, max_size=3).map(tuple),
    groups=st.lists(groups, unique_by=lambda one: one.name, max_size=3).map(tuple),
    devices=st.lists(devices, unique_by=lambda one: one.address, max_size=3).map(tuple),
    format=st.just("json"),
)


@given(held)
def test_what_is_written_is_read(one: Imported) -> None:
    assert decode(encode(one)) == one


def test_what_is_no_rule_is_refused_by_its_place() -> None:
    text = encode(Imported(rules=(RuleIn("||a.example^"), RuleIn("||b.example^$unheard"))))
    found = decode(text)
    assert [rule.text for rule in found.rules] == ["||a.example^"]
    assert [(one.line, one.text) for one in found.refused] == [(2, "||b.example^$unheard")]


def test_a_list_that_is_a_file_or_of_no_syntax_is_refused() -> None:
    found = decode(
        encode(Imported(lists=(ListIn("/etc/passwd"), ListIn("https://a.example/", syntax="perl"))))
    )
    assert found.lists == ()
    assert [one.line for one in found.refused] == [1, 2]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no usable JSON"),
        ("[]", "no usable JSON"),
        ("{}", "no file of rules"),
        ('{"format": "hushgate-rules", "version": 2}', "newer Hushgate"),
        ('{"format": "hushgate-rules", "version": 1, "x": 1}', "unknown field `x`"),
        ('{"format": "hushgate-rules", "version": 1, "rules": [{"text": 5}]}', "no usable JSON"),
        (
            '{"format": "hushgate-rules", "version": 1, "rules": [{"text": "a.example", "expires": 1e400}]}',
            "no usable",
        ),
        ('{"format": "hushgate-rules", "version": 1, "rules": ' + "[" * 100_000, "no usable JSON"),
    ],
)
def test_what_is_none_is_one_error(text: str, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        decode(text.encode())
    assert reason in str(refused.value)


@given(st.binary(max_size=200), st.recursive(st.none() | st.integers() | words, st.lists, max_leaves=8))
def test_any_bytes_are_read_or_the_one_error(content: bytes, value: object) -> None:
    shaped = msgspec.json.encode({"format": "hushgate-rules", "version": 1, "rules": value, "lists": value})
    for one in (content, b'{"format": "hushgate-rules"' + content, shaped):
        try:
            found = decode(one)
        except UsageError:
            continue
        assert found.format == "json"
