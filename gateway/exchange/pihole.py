"""What a Pi-hole decides by, in our terms.

There a client may be in many groups, and only their rules count for it; an unknown client is in Default. Here a
device is in one group, which may take everyone's rules as well. So Default becomes everyone, each group a group,
and each set of groups that some client is in and that no group stands for, a group with the rules of all of them.
"""

from collections.abc import Iterable, Iterator

from msgspec import structs

from gateway.errors import UsageError
from gateway.exchange.gathering import Gathering, comment_of, group_of
from gateway.exchange.local_names import device_address, exactly
from gateway.exchange.values import DeviceIn, GroupIn, ListIn
from gateway.policy import sources
from gateway.policy.rule import Refused, Rule
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import pihole
from gateway.policy.syntax.lines import Stateless, read_line
from gateway.store.foreign import Gravity, Row
from gateway.store.text import MAX_NAME

DEFAULT = 0  # the id of the group that always exists
_ALLOW_EXACT, _DENY_EXACT, _ALLOW_REGEX, _DENY_REGEX = range(4)  # domainlist.type
_MAX_SETS = 200  # different sets of groups that clients are in

_Set = frozenset[int]


def gather(gravity: Gravity, into: Gathering) -> None:
    """Groups, rules, lists and devices of these tables. Raises UsageError where there are too many."""
    groups = _Groups(gravity)
    for made in groups.made():
        into.group(made)
    _rules(gravity, groups, into)
    _lists(gravity, groups, into)
    _clients(gravity, groups, into)


class _Groups:
    """Which group of ours stands for which of theirs."""

    def __init__(self, gravity: Gravity) -> None:
        self._rows = {_int(row, "id"): row for row in gravity.group}
        self._off = {number for number, row in self._rows.items() if not _int(row, "enabled", 1)}
        self._clients = _members(gravity.client_by_group, "client_id")
        sets = [self.of_client(_int(row, "id")) for row in gravity.client]
        self._names = self._named()
        alone = {next(iter(one)) for one in sets if len(one) == 1}
        with_default = {next(iter(one - {DEFAULT})) for one in sets if len(one) == 2 and DEFAULT in one}
        # Where its clients are in Default too, the group takes everyone's rules by itself.
        self._inherits = with_default - alone
        self._sets = sorted({one for one in sets if not self._single(one)}, key=sorted)
        if len(self._sets) > _MAX_SETS:
            raise UsageError(f"clients in more than {_MAX_SETS} different sets of groups")

    def of_client(self, number: int) -> _Set:
        """The groups that count for a client."""
        return frozenset(self._clients.get(number, ())) - self._off

    def made(self) -> Iterator[GroupIn]:
        """All that have to be there."""
        for number, row in self._rows.items():
            if number != DEFAULT:
                comment = comment_of(str(row.get("description", "")))
                yield GroupIn(self._names[number], inherit=number in self._inherits, comment=comment)
        for one in self._sets:
            inherit = DEFAULT in one
            yield GroupIn(
                self.name(one), inherit=inherit, catalogue=bool(one), comment="made while importing"
            )

    def name(self, one: _Set) -> str:
        """The group of ours for a client that is in these."""
        if self._single(one):
            return self._names.get(max(one), EVERYONE)
        parts = [self._names.get(number, str(number)) for number in sorted(one - {DEFAULT})]
        parts += [EVERYONE] if DEFAULT in one else []
        return " + ".join(parts)[:MAX_NAME].strip() if parts else "unfiltered"

    def targets(self, numbers: Iterable[int]) -> tuple[tuple[str, ...], bool]:
        """The groups of ours that what is in these belongs to, and does it count?"""
        given = [number for number in numbers if number in self._names]
        on = [number for number in given if number not in self._off]
        names = [self._names[number] for number in on or given]
        names += [self.name(one) for one in self._sets if one & set(on) - {DEFAULT}]
        return tuple(dict.fromkeys(names)) or (EVERYONE,), bool(on)

    def _single(self, one: _Set) -> bool:
        return len(one) == 1 or (len(one) == 2 and DEFAULT in one and max(one) in self._inherits)

    def _named(self) -> dict[int, str]:
        names = {DEFAULT: EVERYONE}
        for number, row in self._rows.items():
            if number == DEFAULT:
                continue
            wished = group_of(str(row.get("name", "")), MAX_NAME - 6) or f"group {number}"
            taken = {name.lower() for name in names.values()}
            names[number] = f"{wished} {number}" if wished.lower() in taken else wished
        return names


def _rules(gravity: Gravity, groups: _Groups, into: Gathering) -> None:
    members = _members(gravity.domainlist_by_group, "domainlist_id")
    for row in gravity.domainlist:
        number = _int(row, "id")
        names, counts = groups.targets(members.get(number, () if gravity.domainlist_by_group else (DEFAULT,)))
        comment = str(row.get("comment", ""))
        into.found(
            _said(row, number), names, comment=comment, enabled=counts and bool(_int(row, "enabled", 1))
        )


def _said(row: Row, number: int) -> Iterator[Rule | Refused]:
    """The rule of a row. Its number in the table stands for a line's."""
    text, kind = str(row.get("domain", "")), _int(row, "type", -1)
    if kind in (_ALLOW_EXACT, _DENY_EXACT):
        yield from exactly(text, number, allow=kind == _ALLOW_EXACT)
    elif kind in (_ALLOW_REGEX, _DENY_REGEX):
        for one in read_line(Stateless(pihole.read), text, number):
            if kind == _ALLOW_REGEX and isinstance(one, Rule):
                # Who is let through is not answered otherwise.
                one = structs.replace(one, allow=True, rewrite=None)
            yield one
    else:
        yield Refused(
            number, text[:200], "neither allowed nor denied: a kind of entry that is not known here"
        )


def _lists(gravity: Gravity, groups: _Groups, into: Gathering) -> None:
    members = _members(gravity.adlist_by_group, "adlist_id")
    for row in gravity.adlist:
        number, source = _int(row, "id"), str(row.get("address", "")).strip()
        names, counts = groups.targets(members.get(number, () if gravity.adlist_by_group else (DEFAULT,)))
        take_list(
            into,
            source,
            names,
            number,
            enabled=counts and bool(_int(row, "enabled", 1)),
            allows=_int(row, "type") == 1,
        )


def take_list(
    into: Gathering,
    source: str,
    groups: tuple[str, ...],
    line: int,
    *,
    name: str = "",
    enabled: bool = True,
    allows: bool = False,
) -> None:
    """Subscribe to a list of somebody else's, if it is one that we can and may fetch."""
    try:
        sources.check(source, files=False)
    except UsageError as fault:
        into.cannot(source, f"a list that cannot be fetched: {fault}", line)
        return
    if allows:
        into.cannot(source, "a list that allows names: here only rules do (@@||name^)", line)
        return
    into.list(ListIn(source, name=name, groups=groups, enabled=enabled))


def _clients(gravity: Gravity, groups: _Groups, into: Gathering) -> None:
    for row in gravity.client:
        number, text = _int(row, "id"), str(row.get("ip", ""))
        group = groups.name(groups.of_client(number))
        address = device_address(text)
        if not address:
            into.cannot(text, "a client that is neither an IP address nor a MAC: no device here", number)
            continue
        into.device(
            DeviceIn(address, name=comment_of(str(row.get("comment", "")))[:MAX_NAME].strip(), group=group)
        )


def _members(rows: tuple[Row, ...], column: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(_int(row, column, -1), []).append(_int(row, "group_id", -1))
    return found


def _int(row: Row, column: str, default: int = 0) -> int:
    value = row.get(column, default)
    return value if isinstance(value, int) else default
