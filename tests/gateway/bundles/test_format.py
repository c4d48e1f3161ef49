"""A bundle's file says what a box can keep to, or is refused whole."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bundles import format as formats
from gateway.bundles.format import Bundle, BundleFault, BundleList, BundleRule
from gateway.bundles.verifying import shipped
from gateway.policy.bundled import Tables
from tests.fakes.publisher import EXPIRES, ISSUED, ROW, made


def document(**changed: Any) -> bytes:
    return json.dumps({**json.loads(made("||a.example^")), **changed}).encode()


def refused(data: bytes) -> str:
    with pytest.raises(BundleFault) as caught:
        formats.decode(data, shipped())
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_bundle_comes_back_as_it_was() -> None:
    bundle = Bundle(
        hushgate_bundle=1,
        name="acme",
        version=7,
        issued=ISSUED,
        expires=EXPIRES,
        rules=(BundleRule("||a.example^", "kids", "why"), BundleRule("@@||b.example^")),
        lists=(BundleList("https://lists.example/a", "A", "kids", "hosts"),),
        catalogue=Tables(hosts=(ROW,)),
    )
    data = formats.encode(bundle)
    assert formats.decode(data, shipped()) == bundle
    assert formats.encode(formats.decode(data, shipped())) == data
    assert (bundle.issued_at, bundle.rows) == (1767225600, 1)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"hushgate_bundle": 2}, "hushgate_bundle"),
        ({"name": "Acme"}, "name"),
        ({"name": "acme\n"}, "name"),
        ({"name": "../x"}, "name"),
        ({"name": "a" * 65}, "name"),
        ({"version": 0}, "version"),
        ({"version": 1 << 53}, "version"),
        ({"version": "1"}, "version"),
        ({"version": True}, "version"),
        ({"issued": "2026-01-01T00:00:00"}, "issued"),
        ({"expires": 5}, "expires"),
        ({"expires": "2025-01-01T00:00:00Z"}, "expires before"),
        ({"issued": "1960-01-01T00:00:00Z"}, "expires before"),
        ({"more": 1}, "more"),
        ({"rules": []}, "nothing is in it"),
        ({"rules": [{"text": "||a.example^", "id": 1}]}, "id"),
        ({"rules": [{"text": ""}]}, "text"),
        ({"rules": [{"text": "! comment"}]}, "rule 1"),
        ({"rules": [{"text": "||a.example^$unheard"}]}, "rule 1"),
        ({"rules": [{"text": " ||a.example^"}]}, "space"),
        ({"rules": [{"text": "/(/"}]}, "rule 1"),
        ({"rules": [{"text": "||a.example^"}, {"text": "||a.example^"}]}, "rule 2.*twice"),
        ({"rules": [{"text": "||a.example^", "group": ""}]}, "group"),
        ({"rules": [{"text": "||a.example^", "comment": "x\u0000"}]}, "U.0000"),
        ({"rules": [{"text": "||a.example^", "comment": "\u001b[31m"}]}, "U.001B"),
        ({"rules": [{"text": "||a.example^", "comment": "a\u202eb"}]}, "U.202E"),
        ({"rules": [{"text": "||a.example^", "comment": "a\r\nb"}]}, "U.000D"),
        ({"rules": [{"text": "||a.example^", "comment": "x" * 501}]}, "comment"),
        ({"rules": [{"text": "||a.example^\n||b.example^"}]}, "U.000A"),
        ({"lists": [{"source": "/etc/shadow"}]}, "list 1"),
        ({"lists": [{"source": "file:///etc/shadow"}]}, "list 1"),
        ({"lists": [{"source": "https://a.example/", "syntax": "perl"}]}, "syntax"),
        ({"lists": [{"source": "https://a.example/"}, {"source": "https://a.example/"}]}, "list 2.*twice"),
        (
            {"lists": [{"source": "https://a.example/", "name": "x"}, {"source": "https://b.example/", "name": "x"}]},
            "twice",
        ),
        ({"lists": [{"source": f"https://a.example/{i}"} for i in range(101)]}, "lists"),
        ({"catalogue": {"host": []}}, "host"),
        ({"catalogue": {"hosts": [{**ROW, "pattern": "mi.com"}]}}, "bundle:acme:1"),
        ({"catalogue": {"hosts": [{**ROW, "line": 4}]}}, "line"),
        ({"catalogue": {"hosts": [{**ROW, "data": "x" * 3000}]}}, "characters"),
        ({"catalogue": {"hosts": [{**ROW, "x\u0007": 1}]}}, "U.0007"),
        ({"catalogue": {"hosts": [[[]]]}}, "hosts"),
    ],
)  # fmt: skip
def test_what_no_box_can_keep_to_is_refused_with_the_reason(changed: dict[str, Any], reason: str) -> None:
    with pytest.raises(BundleFault, match=reason):
        formats.decode(document(**changed), shipped())


def test_bounds_hold() -> None:
    assert "at most" in refused(b" " * (formats.MAX_BYTES + 1))
    assert "rules" in refused(made(*(f"||n{i}.example^" for i in range(formats.MAX_RULES + 1))))
    assert "regular" in refused(made(*(f"/ads{i}/" for i in range(formats.MAX_PATTERNS + 1))))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{}", b"[]", b"\xff", b"[" * 100_000, b'{"a":' * 100_000),
        *(b"\xef\xbb\xbf{}", b'{"name": "\\ud800"}'),
    ],
)
def test_what_is_no_bundle_is_one_fault(data: bytes) -> None:
    assert refused(data)


def test_a_surrogate_alone_is_no_text() -> None:
    assert refused(document(rules=[{"text": "||a.example^", "comment": "\ud800"}]))


@given(st.binary(max_size=200))
def test_any_bytes_are_one_fault(data: bytes) -> None:
    assert refused(data)


@given(st.data())
def test_a_bundle_with_bytes_changed_is_a_bundle_or_one_fault(data: st.DataObject) -> None:
    whole = document(catalogue={"hosts": [ROW]}, lists=[{"source": "https://a.example/"}])
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 20)))
    changed = whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:]
    try:
        bundle = formats.decode(changed, shipped())
    except BundleFault:
        return
    assert formats.decode(formats.encode(bundle), shipped()) == bundle


texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.lists(texts, max_size=5, unique=True), texts, st.integers(1, formats.MAX_VERSION))
def test_whatever_is_fit_comes_back(comments: list[str], group: str, version: int) -> None:
    rules = (BundleRule(f"||n{i}.example^", group, text) for i, text in enumerate(comments))
    bundle = Bundle(
        hushgate_bundle=1,
        name="acme",
        version=version,
        issued=ISSUED,
        expires=EXPIRES,
        rules=(*rules, BundleRule("||z.example^")),
    )
    assert formats.decode(formats.encode(bundle), shipped()) == bundle


def test_a_bundle_counts_from_its_issue_to_its_expiry() -> None:
    bundle = formats.decode(made("||a.example^"), shipped())
    formats.check_time(bundle, bundle.issued_at)
    formats.check_time(bundle, bundle.issued_at - formats.AHEAD)  # the publisher's clock may be ahead
    formats.check_time(bundle, bundle.expires_at - 1)
    with pytest.raises(BundleFault, match="expired on 2126-01-01") as caught:
        formats.check_time(bundle, bundle.expires_at)
    assert "keeps it from you" in caught.value.hint
    with pytest.raises(BundleFault, match="yet to come") as caught:
        formats.check_time(bundle, 0)
    assert "clock" in caught.value.hint
