"""Generations: what tells two of them apart, and going back to one, which makes a new one."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from gateway import differences
from gateway.differences import Differences
from gateway.errors import Missing
from gateway.policy.fetching import copies
from gateway.store import generations, rollback, snapshots
from gateway.store.bundles import KeptBundle
from gateway.store.engine import Session
from gateway.store.rules import StoredRule
from gateway.store.snapshots import KeptDevice, KeptGroup, KeptList, Snapshot


class Compared(msgspec.Struct, frozen=True):
    """How to come from one generation to another."""

    rules: Differences[StoredRule]
    groups: Differences[KeptGroup]
    lists: Differences[KeptList]
    devices: Differences[KeptDevice]
    bundles: Differences[KeptBundle]


class Restored(msgspec.Struct, frozen=True):
    """What going back came to."""

    number: int  # of the generation gone back to
    warnings: tuple[str, ...]


def compare(session: Session, before: int, after: int) -> Compared:
    """What was changed between two generations. Raises Missing where one of them is not kept."""
    old, new = _kept(session, before), _kept(session, after)
    return Compared(
        rules=differences.compare(old.rules, new.rules, lambda rule: rule.id),
        groups=differences.compare(old.groups, new.groups, lambda group: group.name),
        lists=differences.compare(old.lists, new.lists, lambda one: one.id),
        devices=differences.compare(old.devices, new.devices, lambda device: device.address),
        bundles=differences.compare(
            map(_without_rows, old.bundles), map(_without_rows, new.bundles), lambda bundle: bundle.name
        ),
    )


def restoring(lists: Path, number: int, now: float) -> Callable[[Session], Restored]:
    """What `Works.change_lists` is to do to go back to this generation. `lists`: the folder of the copies.

    Raises Missing where it is not kept.
    """

    def act(session: Session) -> Restored:
        snapshot = _kept(session, number)
        told = rollback.restore(
            session,
            snapshot,
            now=int(now),
            has_copy=lambda version: copies.path_of(lists, version).exists(),
        )
        return Restored(number, told)

    return act


def _kept(session: Session, number: int) -> Snapshot:
    generations.get_generation(session, number)
    snapshot = snapshots.find(session, number)
    if snapshot is None:
        raise Missing(
            f"what generation {number} was made of is not kept any more",
            hint=f"the last {snapshots.KEPT} states are; hushgate generations shows which",
        )
    return snapshot


def _without_rows(bundle: KeptBundle) -> KeptBundle:
    """Its version and checksum tell what it holds."""
    return msgspec.structs.replace(bundle, catalogue=b"")
