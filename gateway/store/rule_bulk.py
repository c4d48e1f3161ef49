"""Many rules changed at once: all of it, or an error that names the item and nothing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, delete, select

from gateway.errors import Conflict, Missing, UsageError
from gateway.store import rules
from gateway.store.own_rules import RuleIn
from gateway.store.rules import StoredRule
from gateway.store.tables import GroupTable, RuleTable
from gateway.store.text import MAX_COMMENT, MAX_NAME, MAX_RULE, one_line

MAX_ITEMS = 10_000  # of one call, of all kinds together
AT_ONCE = 500  # values in one statement
_TABLE = RuleTable.metadata.tables["rule"]

Key = tuple[str, str]  # group and text: of the user's own rules no two have the same


class RuleEdit(msgspec.Struct, frozen=True, kw_only=True):
    """What is to change of one rule; None stays."""

    id: int
    text: str | None = None
    group: str | None = None
    comment: str | None = None
    enabled: bool | None = None
    expires: int | None = None
    tags: tuple[str, ...] | None = None


class Bulk(msgspec.Struct, frozen=True):
    """Numbers of the rules, in the order of the items."""

    created: tuple[int, ...]
    updated: tuple[int, ...]
    deleted: tuple[int, ...]


def change_rules(
    session: Session,
    *,
    create: Sequence[RuleIn] = (),
    update: Sequence[RuleEdit] = (),
    delete: Sequence[int] = (),
    now: int,
) -> Bulk:
    """Delete, then update, then create. As with `add_rule`, a rule that is there already is switched on again.

    Raises UsageError, Missing or Conflict, whose text begins with the item's place: "update.3: no rule 12".
    """
    if len(create) + len(update) + len(delete) > MAX_ITEMS:
        raise UsageError(f"more than {MAX_ITEMS} items at once", hint="send them in several calls")
    work = _Work(session, now)
    for place, number in enumerate(delete):
        with _named("delete", place):
            work.delete(number)
    for place, edit in enumerate(update):
        with _named("update", place):
            work.update(edit, place)
    work.check_updated()
    keys = []
    for place, one in enumerate(create):
        with _named("create", place):
            keys.append(work.create(one))
    numbers = work.write()
    return Bulk(tuple(numbers[key] for key in keys), tuple(edit.id for edit in update), tuple(delete))


class _Work:
    """The rules as they are to become, in memory; written at the end."""

    def __init__(self, session: Session, now: int) -> None:
        self._session = session
        self._now = now
        self._before = {rule.id: rule for rule in rules.list_rules(session)}
        self._after = dict(self._before)
        self._groups = set(session.exec(select(GroupTable.name)))
        self._updated: dict[int, int] = {}  # rule → place of its item
        self._own: dict[Key, int] = {}
        self._new: dict[Key, StoredRule] = {}

    def delete(self, number: int) -> None:
        self._own_one(number)
        del self._after[number]

    def update(self, edit: RuleEdit, place: int) -> None:
        rule = self._after.get(edit.id)
        if rule is None:
            raise rules.unknown(edit.id)
        if any(value is not None for value in (edit.text, edit.group, edit.comment, edit.expires, edit.tags)):
            rules.check_own(rule.id, rule.origin)
        self._updated[edit.id] = place
        self._after[edit.id] = msgspec.structs.replace(
            rule,
            text=rule.text if edit.text is None else _text(edit.text),
            group=rule.group if edit.group is None else self._group(edit.group),
            comment=rule.comment if edit.comment is None else _comment(edit.comment),
            enabled=rule.enabled if edit.enabled is None else edit.enabled,
            expires=rule.expires if edit.expires is None else edit.expires,
            tags=rule.tags if edit.tags is None else _tags(edit.tags),
            changed=self._now,
        )

    def check_updated(self) -> None:
        """No two of the user's own may have come to be the same."""
        for rule in self._after.values():
            if not rule.origin:
                other = self._own.setdefault((rule.group, rule.text), rule.id)
                if other != rule.id:
                    named = rule.id if rule.id in self._updated else other
                    rest = other if named == rule.id else rule.id
                    with _named("update", self._updated.get(named, 0)):
                        raise Conflict(f"rule {rest} of this group has this text already")

    def create(self, one: RuleIn) -> Key:
        key = (self._group(one.group), _text(one.text))
        there = self._new.get(key)
        if key in self._own:
            there = self._after[self._own[key]]
        made = StoredRule(
            id=there.id if there else 0,
            text=key[1],
            group=key[0],
            comment=_comment(one.comment) or (there.comment if there else ""),
            enabled=one.enabled,
            created=there.created if there else self._now,
            expires=one.expires,
            tags=_tags(one.tags) or (there.tags if there else ()),
            changed=self._now,
        )
        if key in self._own:
            self._after[made.id] = made
        else:
            self._new[key] = made
        return key

    def write(self) -> dict[Key, int]:
        """Put it into the database; the number of each rule of the user's own."""
        connection = self._session.connection()
        gone = [number for number in self._before if number not in self._after]
        for at in range(0, len(gone), AT_ONCE):
            self._session.exec(delete(RuleTable).where(col(RuleTable.id).in_(gone[at : at + AT_ONCE])))
        changed = [rule for number, rule in self._after.items() if rule is not self._before[number]]
        rules.check_room(
            self._session,
            [rule.text for rule in self._new.values()],
            [rule.text for rule in changed if not rules.is_pattern(self._before[rule.id].text)],
        )
        moved = [rule.id for rule in changed if _key(rule) != _key(self._before[rule.id])]
        if moved:  # two may take each other's text: out of the way first
            aside = update(_TABLE).where(_TABLE.c.id == bindparam("number")).values(text=bindparam("aside"))
            connection.execute(aside, [{"number": number, "aside": f"\x01{number}"} for number in moved])
        if changed:
            names = [column.name for column in _TABLE.columns if column.name != "id"]
            statement = update(_TABLE).where(_TABLE.c.id == bindparam("number"))
            statement = statement.values({name: bindparam(f"new_{name}") for name in names})
            rows = [{f"new_{name}": value for name, value in _row(rule).items()} for rule in changed]
            connection.execute(
                statement,
                [{**row, "number": rule.id} for row, rule in zip(rows, changed, strict=True)],
            )
        numbers = dict(self._own)
        if self._new:
            adding = insert(_TABLE).returning(_TABLE.c.id, sort_by_parameter_order=True)
            added = connection.execute(adding, [_row(rule) for rule in self._new.values()]).scalars()
            numbers.update(zip(self._new, added, strict=True))
        self._session.expire_all()
        return numbers

    def _own_one(self, number: int) -> StoredRule:
        rule = self._after.get(number)
        if rule is None:
            raise rules.unknown(number)
        rules.check_own(rule.id, rule.origin)
        return rule

    def _group(self, name: str) -> str:
        if name not in self._groups:
            raise Missing(f"no group {one_line(name, 'the group', MAX_NAME)}", hint="make it first")
        return name


def _row(rule: StoredRule) -> dict[str, object]:
    row = msgspec.structs.asdict(rule)
    del row["id"]
    return {**row, "tags": ",".join(rule.tags)}


def _key(rule: StoredRule) -> Key:
    return rule.group, rule.text


def _text(text: str) -> str:
    return one_line(text, "the rule", MAX_RULE, empty=False)


def _comment(text: str) -> str:
    return one_line(text, "the comment", MAX_COMMENT)


def _tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    return rules.split_tags(rules.joined_tags(tags))


@contextmanager
def _named(part: str, place: int) -> Iterator[None]:
    """Have an error say which item it is about."""
    try:
        yield
    except UsageError as error:
        raise type(error)(f"{part}.{place}: {error}", hint=error.hint) from error
