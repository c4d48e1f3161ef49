"""Puts together what one file gives: rules once each, the first refusals, and no more of either than is bearable."""

from collections.abc import Iterable

from gateway.errors import UsageError
from gateway.exchange.rdata import NotSayable
from gateway.exchange.values import (
    MAX_FOUND,
    MAX_REFUSED,
    MAX_RULES,
    DeviceIn,
    GroupIn,
    Imported,
    ListIn,
    RuleIn,
)
from gateway.exchange.wording import texts_of
from gateway.policy.rule import Refused, Rule
from gateway.policy.syntax.lines import refused
from gateway.store.text import MAX_COMMENT, one_line


class Gathering:
    """Takes what a reader finds, in its order."""

    def __init__(self, form: str) -> None:
        self._form = form
        self._rules: dict[tuple[str, str], RuleIn] = {}
        self._lists: dict[str, ListIn] = {}
        self._groups: dict[str, GroupIn] = {}
        self._devices: dict[str, DeviceIn] = {}
        self._refused: list[Refused] = []
        self._more = 0
        self._found = 0

    def rule(self, rule: RuleIn) -> None:
        """A rule in our own words. Raises UsageError where there are too many."""
        self._rules.setdefault((rule.group, rule.text), rule)
        if len(self._rules) > MAX_RULES:
            raise UsageError(
                f"more than {MAX_RULES} rules",
                hint="subscribe to a list of this size instead: hushgate lists add FILE",
            )

    def found(
        self,
        said: Iterable[Rule | Refused],
        groups: Iterable[str],
        *,
        comment: str = "",
        enabled: bool = True,
    ) -> None:
        """What a parser says of a line, for each of these groups."""
        wanted = tuple(groups)
        for one in said:
            self._found += 1
            if self._found > MAX_FOUND:
                raise UsageError(
                    f"more than {MAX_FOUND} entries",
                    hint="subscribe to a list of this size instead: hushgate lists add FILE",
                )
            if isinstance(one, Refused):
                self.refuse(one)
                continue
            try:
                texts = texts_of(one)
            except NotSayable as fault:
                self.refuse(refused(one.text, one.line, f"no rule of ours can say this: {fault}"))
                continue
            for text in texts:
                for group in wanted:
                    self.rule(RuleIn(text, group, comment_of(comment), enabled=enabled))

    def list(self, one: ListIn) -> None:
        """A list; the same source twice is one, for the groups of both."""
        before = self._lists.get(one.source)
        if before is not None:
            one = ListIn(
                one.source,
                before.name or one.name,
                before.syntax,
                tuple(dict.fromkeys((*before.groups, *one.groups))),
                before.enabled or one.enabled,
            )
        self._lists[one.source] = one

    def group(self, one: GroupIn) -> None:
        """A group; the first of a name counts."""
        self._groups.setdefault(one.name, one)

    def device(self, one: DeviceIn) -> None:
        """A device; the first of an address counts."""
        self._devices.setdefault(one.address, one)

    def refuse(self, one: Refused) -> None:
        """What cannot be taken, and why."""
        if len(self._refused) < MAX_REFUSED:
            self._refused.append(one)
        else:
            self._more += 1

    def cannot(self, text: str, reason: str, line: int = 0) -> None:
        """As `refuse`, of any text."""
        self.refuse(refused(text, line, reason))

    def done(self) -> Imported:
        """All of it."""
        return Imported(
            rules=tuple(self._rules.values()),
            lists=tuple(self._lists.values()),
            groups=tuple(self._groups.values()),
            devices=tuple(self._devices.values()),
            refused=tuple(self._refused),
            more_refused=self._more,
            format=self._form,
        )


def comment_of(text: str) -> str:
    """A comment of somebody else's as we may store it: one line, cut; what is in it is never worth a refusal."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return one_line(line[:MAX_COMMENT], "the comment", MAX_COMMENT)


def group_of(text: str, limit: int) -> str:
    """A group's name of somebody else's as ours may be; empty where nothing is left of it."""
    name = comment_of(text)[:limit].strip()
    return "" if name in (".", "..") else name.replace("/", "-").replace("\\", "-")
