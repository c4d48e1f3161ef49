"""What tells two states of the same things apart: added, removed, changed."""

from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

import msgspec

T = TypeVar("T", bound=msgspec.Struct)


class Changed(msgspec.Struct, Generic[T], frozen=True):
    """One thing before and after."""

    before: T
    after: T


class Differences(msgspec.Struct, Generic[T], frozen=True):
    """What has come, gone and changed."""

    added: tuple[T, ...]
    removed: tuple[T, ...]
    changed: tuple[Changed[T], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def compare(before: Iterable[T], after: Iterable[T], key: Callable[[T], Hashable]) -> Differences[T]:
    """How to come from one to the other. `key` says which is which."""
    old, new = {key(one): one for one in before}, {key(one): one for one in after}
    return Differences(
        tuple(one for name, one in new.items() if name not in old),
        tuple(one for name, one in old.items() if name not in new),
        tuple(Changed(old[name], one) for name, one in new.items() if name in old and old[name] != one),
    )
