"""Reporting purposes and services, by the catalogue that ships."""

from collections.abc import Iterator
from functools import cache
from typing import get_args

import pytest

from gateway.model import Layer
from gateway.policy import catalogue
from gateway.policy.catalogue import Purpose
from gateway.policy.generation.stored import pack
from gateway.policy.purposes import (
    AROUND,
    REPORTING,
    Purposes,
    breakages_of,
    goes_around,
    purposes_of,
    words,
)
from gateway.policy.snapshot import StoredRow


@cache
def _rows() -> tuple[StoredRow, ...]:
    return tuple(
        StoredRow(row.profile, row.file, row.line, pack(row.rule, row.line), row.facts)
        for row in catalogue.load().every
    )


def _of(profile: str) -> Iterator[StoredRow]:
    return (row for row in _rows() if row.profile == profile)


def test_each_word_is_one_of_the_catalogues() -> None:
    assert {*REPORTING, AROUND} <= set(get_args(Purpose))


@pytest.mark.parametrize(
    ("company", "purpose", "expected"),
    [
        ("Xiaomi", "analytics", True),
        ("Xiaomi", "browser-history", True),
        ("Xiaomi", "crash, analytics", True),
        ("Alibaba", "identifier", True),
        ("Xiaomi", "account, identifier", False),  # signing in: only `strict` blocks it
        ("Xiaomi", "push", False),
        ("Xiaomi", "dns-bypass, push", False),
        ("Xiaomi", "", False),
        ("", "", False),
        ("", "analytics", False),  # of nobody that is known
    ],
)
def test_what_reports(company: str, purpose: str, expected: bool) -> None:
    assert purposes_of(_rows()).reports(company, purpose) is expected


def test_what_is_kept_never_reports() -> None:
    """And so no answer to it "got through"."""
    read = purposes_of(_rows())
    assert not [row for row in _of("keep") if read.reports(row.facts.company, row.facts.purpose)]
    assert not read.reports("Xiaomi", "analytics", Layer.KEEP)


def test_all_that_is_blocked_by_default_for_a_reporting_word_reports() -> None:
    read = purposes_of(_rows())
    rows = [*_of("essential"), *_of("balanced")]
    silent = [row for row in rows if not read.reports(row.facts.company, row.facts.purpose)]
    assert not [row.facts.pattern for row in silent if REPORTING & set(words(row.facts.purpose))]
    assert len(silent) < len(rows) / 5  # settings, push, resolvers


def test_the_same_words_mean_the_same_for_every_company() -> None:
    """So that a search for the purposes finds the rows that were counted, and no others."""
    read = purposes_of(_rows())
    meanings: dict[str, set[bool]] = {}
    for row in _rows():
        reports = read.reports(row.facts.company, row.facts.purpose)
        meanings.setdefault(row.facts.purpose, set()).add(reports)
    assert {purpose for purpose, found in meanings.items() if len(found) > 1} == set()


def test_what_no_catalogue_has_any_more_goes_by_its_words() -> None:
    assert Purposes().reports("Gone Ltd", "analytics, push")
    assert not Purposes().reports("Gone Ltd", "telemetry-like")


def test_ways_around() -> None:
    assert goes_around("dns-bypass, push")
    assert not goes_around("not-dns-bypass")
    assert not goes_around("")


def test_what_is_known_to_break() -> None:
    found = breakages_of(_rows())
    assert found["cc.sys.intl.xiaomi.com"].startswith("may break settings")
    assert not [text for text in found.values() if text.startswith("none")]
    assert "ads disappear" not in found.values()  # that is what it is blocked for
