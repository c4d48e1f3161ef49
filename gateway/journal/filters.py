"""Which rows of the log a person wants, and what that is in numbers. Every value given is a bound parameter."""

import re
from collections.abc import Iterable

import msgspec
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from gateway import iana, names
from gateway.journal import addresses
from gateway.journal.narrow import Wanted
from gateway.journal.tables import DEVICE, EVENT, NAME, OUTCOME, VERDICT
from gateway.journal.words import clean
from gateway.model import Layer
from gateway.names import NameFault

_ESCAPE = "!"
_FINAL_DOT = re.compile(r"(?<!\\)((?:\\\\)*)\.$")  # the root's, not one that is escaped
_MAX_NUMBER = (1 << 31) - 1
_OUTCOME_WORDS = ("channel", "action", "layer", "list", "company", "purpose", "country")

Words = str | tuple[str, ...]  # one or several; none means any


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows. Empty means any, several mean any of these; words are compared without regard to case."""

    since: int | None = None  # Unix seconds, included
    until: int | None = None  # Unix seconds, included
    devices: tuple[str, ...] = ()  # their keys
    name: Words = ""  # `*` for any characters, `?` for one; without them the name itself
    channel: Words = ""
    action: Words = ""
    company: Words = ""
    purpose: Words = ""
    country: Words = ""
    layer: Words = ""
    list: Words = ""
    line: int | None = None  # of the list that decided
    rule: int | None = None  # the number of a user's rule
    type: Words = ""  # record types: A, HTTPS, TYPE1234
    address: Words = ""  # the other end's


def wanted(connection: Connection, filters: Filters) -> Wanted:
    """The numbers that rows for `filters` must have."""
    outcomes = verdicts = None
    alike = _outcomes_alike(filters)
    if alike:
        outcomes = _numbers(connection, OUTCOME.c.id, *alike)
    lines = {number for number in (filters.line, filters.rule) if number is not None}
    if lines:
        fits = len(lines) == 1 and all(0 <= line <= _MAX_NUMBER for line in lines)
        conditions = [VERDICT.c.line == min(lines)]
        if outcomes is not None:
            conditions.append(VERDICT.c.outcome_id.in_(outcomes))
        verdicts = _numbers(connection, VERDICT.c.id, *conditions) if fits else ()
    found_names = found_devices = None
    if filters.name:
        found_names = _numbers(connection, NAME.c.id, name_matches(filters.name))
    if filters.devices:
        keys = [clean(text) for text in filters.devices]
        found_devices = _numbers(connection, DEVICE.c.id, DEVICE.c.address.in_(keys))
    return Wanted(
        names=found_names,
        devices=found_devices,
        outcomes=outcomes,
        verdicts=verdicts,
        types=tuple(types(filters.type)) if filters.type else None,
        addresses=tuple(packed(filters.address)) if filters.address else None,
    )


def conditions(filters: Filters, numbers: Wanted) -> list[ColumnElement[bool]]:
    """What a row, joined with its name and verdict, must meet; `numbers` are those of `filters`."""
    found: list[ColumnElement[bool]] = []
    if filters.since is not None:
        found.append(EVENT.c.time >= filters.since)
    if filters.until is not None:
        found.append(EVENT.c.time <= filters.until)
    if filters.name:
        found.append(name_matches(filters.name))
    for column, values in (
        (EVENT.c.device_id, numbers.devices),
        (VERDICT.c.outcome_id, numbers.outcomes),
        (EVENT.c.verdict_id, numbers.verdicts),
        (EVENT.c.type, numbers.types),
        (EVENT.c.address, numbers.addresses),
    ):
        if values is not None:
            found.append(column.in_(values))
    return found


def several(words: Words) -> tuple[str, ...]:
    """The words as a tuple; none for an empty one."""
    if isinstance(words, str):
        return (words,) if words else ()
    return words


def like(pattern: str) -> str:
    """`pattern` with `*` and `?` as LIKE with the escape `!` has it; all else is literal."""
    for char in (_ESCAPE, "%", "_"):
        pattern = pattern.replace(char, _ESCAPE + char)
    return pattern.replace("*", "%").replace("?", "_")


def same_word(column: ColumnElement[str], words: Words) -> ColumnElement[bool]:
    """Is the column one of these words, in whatever case?"""
    return or_(*(func.lower(column) == func.lower(clean(word)) for word in several(words)))


def name_matches(words: Words) -> ColumnElement[bool]:
    """Is the joined name one of these, or like one of these patterns?"""
    return or_(*(_matches(word) for word in several(words)))


def is_pattern(name: str) -> bool:
    """Are there wildcards in it?"""
    return "*" in name or "?" in name


def as_stored(name: str) -> str:
    """A name or pattern as the log has names."""
    if is_pattern(name):
        return clean(_FINAL_DOT.sub(r"\1", name.lower()))
    try:
        return clean(names.to_text(names.from_text(name)))
    except NameFault:
        return clean(name.lower())  # no name there is: finds nothing


def _matches(name: str) -> ColumnElement[bool]:
    if is_pattern(name):
        return NAME.c.text.like(like(as_stored(name)), escape=_ESCAPE)
    return NAME.c.text == as_stored(name)


def _outcomes_alike(filters: Filters) -> list[ColumnElement[bool]]:
    alike = [
        same_word(OUTCOME.c[column], getattr(filters, column))
        for column in _OUTCOME_WORDS
        if getattr(filters, column)
    ]
    if filters.rule is not None:
        alike.append(OUTCOME.c.layer == Layer.RULES.value)
    if filters.line is not None:
        alike.append(OUTCOME.c.layer != "")  # without a rule there is no line
    return alike


def types(words: Words) -> Iterable[int]:
    """The numbers of those that are record types."""
    for word in several(words):
        try:
            number = iana.by_name(word)
        except ValueError:  # no type there is: finds nothing
            continue
        if number:  # 0 is kept for rows without a type
            yield number


def packed(words: Words) -> Iterable[bytes]:
    """The addresses as they are stored."""
    for word in several(words):
        address = addresses.pack(word)
        if address is not None:
            yield address


def _numbers(
    connection: Connection, column: ColumnElement[int], *conditions: ColumnElement[bool]
) -> tuple[int, ...]:
    return tuple(connection.execute(select(column).where(and_(*conditions))).scalars())
