"""The policy as one group's devices meet it."""

from collections import defaultdict
from collections.abc import Sequence

from gateway.model import BlockedAnswer, Layer, Mode, Profile, RuleRef, Verdict
from gateway.policy.matching.active import active
from gateway.policy.matching.book import RuleBook
from gateway.policy.overlay import Disabled, Overlay, StoredUserRule
from gateway.policy.snapshot import ListEntry
from gateway.policy.state import EVERYONE, GroupState


class GroupView:
    """Immutable, but for the verdicts it has already made for allowed names."""

    def __init__(
        self, group: GroupState, books: Sequence[RuleBook], lists: bytes, disabled: Sequence[Disabled]
    ) -> None:
        self.name = group.name
        self.profile: Profile = group.profile
        self.observes = group.mode is Mode.OBSERVE
        self.answer: BlockedAnswer = group.answer
        self.catalogue = group.catalogue
        # Whose word it is that nothing, or everything, is blocked now.
        self.paused = RuleRef(Layer.PAUSE, "schedule", 0, _words(group, "nothing")) if group.paused else None
        self.block_all = (
            RuleRef(Layer.SCHEDULE, group.name, 0, _words(group, "everything")) if group.block_all else None
        )
        self.books = tuple(book for book in books if book)  # the group's own first
        self.lists = lists
        self.any_list = any(lists)
        self.disabled = frozenset(value for entry in disabled for value in entry.values)
        self.disabled_patterns = frozenset(at for entry in disabled for at in entry.patterns)
        self.allowed: dict[int, Verdict] = {}  # by id() of the facts, which live as long as the base


def _words(group: GroupState, what: str) -> str:
    return f"{what} is blocked {group.scheduled}".rstrip()


def views(overlay: Overlay, lists: Sequence[ListEntry]) -> dict[str, GroupView]:
    """A view for each group, by name. Raises ValueError for a pattern that RE2 will not have."""
    rules: defaultdict[str, list[StoredUserRule]] = defaultdict(list)
    for rule in overlay.rules:
        rules[rule.group].append(rule)
    disabled = {entry.group: entry for entry in overlay.disabled}
    books = {name: _book(own) for name, own in rules.items()}
    everyone = next(group for group in overlay.groups if group.name == EVERYONE)
    made: dict[str, GroupView] = {}
    for group in overlay.groups:
        scopes = [group] if group is everyone or not group.inherit else [group, everyone]
        counting = [disabled[scope.name] for scope in scopes if scope.name in disabled]
        inherited = books.get(EVERYONE, _EMPTY)
        if group.name in disabled and disabled[group.name].rules:
            without = set(disabled[group.name].rules)
            inherited = _book([rule for rule in rules[EVERYONE] if rule.rule.origin not in without])
        chosen = {list_id for scope in scopes for list_id in scope.lists}
        made[group.name] = GroupView(
            group,
            [inherited if scope is everyone else books.get(scope.name, _EMPTY) for scope in scopes],
            bytes(entry.id in chosen for entry in lists),
            counting,
        )
    return made


_EMPTY = RuleBook(())


def _book(rules: Sequence[StoredUserRule]) -> RuleBook:
    return RuleBook(
        active(stored.rule, RuleRef(Layer.RULES, stored.group, stored.rule.origin, stored.text))
        for stored in rules
    )
