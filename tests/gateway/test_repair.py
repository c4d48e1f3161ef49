"""Damaged databases and policies, and what the owner of the data folder makes of them."""

import contextlib
from pathlib import Path

import pytest

from gateway import changes, repair
from gateway.data import Data
from gateway.journal import notices
from gateway.policy import manifest
from gateway.policy.decide import Policy
from gateway.settings import Settings
from gateway.store import lastgood, rules
from gateway.store.engine import STORE_FILE, open_journal

NOW = 1_700_000_000
RUBBISH = b"no database at all " * 1000


@pytest.fixture
def data(data_dir: Path) -> Data:
    """A box that has been started before, with one rule in force; no worker runs."""
    made = Data(data_dir / "box")
    made.prepare()
    made.write_settings(Settings())
    changes.republish(made, Settings(), "first start")
    with changes.change(made, "a rule") as change:
        rules.add_rule(change.session, "||one.example^", now=NOW)
    return made


def _texts(data: Data) -> list[str]:
    """The user's rules in force."""
    return [rule.text for rule in Policy.open(data.policy).overlay.rules]


def _stored(data: Data) -> list[str]:
    with changes.reading(data) as session:
        return [rule.text for rule in rules.list_rules(session)]


def test_where_all_is_well_nothing_is_done(data: Data) -> None:
    before = manifest.current(data.policy)
    repair.store(data, Settings())
    assert repair.policy(data, Settings(), thorough=True) is None
    assert repair.policy(data, Settings(), thorough=False) is None
    assert manifest.current(data.policy) == before
    assert data.set_aside() == []


def test_damaged_store_goes_on_from_its_copy_and_the_policy_stays(data: Data) -> None:
    lastgood.take(data.root / STORE_FILE)
    (data.root / STORE_FILE).write_bytes(RUBBISH)
    repair.store(data, Settings())
    assert _stored(data) == ["||one.example^"]
    assert repair.policy(data, Settings(), thorough=True) is None
    assert [path.read_bytes() for path in data.set_aside()] == [RUBBISH]


@pytest.mark.parametrize("content", [None, b""], ids=["removed", "cut off"])
def test_lost_store_goes_on_from_its_copy(data: Data, content: bytes | None) -> None:
    lastgood.take(data.root / STORE_FILE)
    (data.root / STORE_FILE).unlink()
    if content is not None:
        (data.root / STORE_FILE).write_bytes(content)
    repair.store(data, Settings())
    assert _stored(data) == ["||one.example^"]
    assert repair.policy(data, Settings(), thorough=True) is None
    assert len(data.set_aside()) == (content is not None)


def test_damaged_store_without_a_copy_unblocks_nothing(data: Data) -> None:
    (data.root / STORE_FILE).write_bytes(RUBBISH)
    repair.store(data, Settings())
    assert _stored(data) == []
    assert repair.policy(data, Settings(), thorough=True) is None
    assert _texts(data) == ["||one.example^"]


@pytest.mark.parametrize("kind", ["overlay", "base", "manifest"])
def test_damaged_policy_is_made_anew_from_the_store(data: Data, kind: str) -> None:
    named = manifest.current(data.policy)
    damaged = data.policy / {"overlay": named.overlay, "base": named.base, "manifest": "manifest"}[kind]
    damaged.write_bytes(RUBBISH)
    applied = repair.policy(data, Settings(), thorough=True)
    assert applied is not None
    assert applied.generation > named.generation
    assert _texts(data) == ["||one.example^"]
    assert repair.policy(data, Settings(), thorough=True) is None


def test_that_a_policy_was_damaged_is_told_to_people(data: Data) -> None:
    (data.policy / manifest.current(data.policy).overlay).write_bytes(RUBBISH)
    repair.policy(data, Settings(), thorough=True)
    repair.policy(data, Settings(), thorough=True)
    with contextlib.closing(open_journal(data.root)) as journal:
        (told,) = notices.newest(journal)
    assert (told.kind, told.subject) == (notices.TAMPERING, "policy")
    assert told.detail


def test_policy_is_made_anew_also_where_nobody_can_be_told(data: Data) -> None:
    (data.policy / manifest.current(data.policy).overlay).write_bytes(RUBBISH)
    for end in ("", "-wal", "-shm"):
        (data.root / f"journal.db{end}").unlink(missing_ok=True)
    (data.root / "journal.db").mkdir()
    assert repair.policy(data, Settings(), thorough=True) is not None


def test_generation_that_the_store_does_not_know_is_replaced(data: Data) -> None:
    # Published, and killed before the commit.
    lastgood.take(data.root / STORE_FILE)
    with changes.change(data, "another rule") as change:
        rules.add_rule(change.session, "||two.example^", now=NOW)
    for side in ("-wal", "-shm"):
        (data.root / f"{STORE_FILE}{side}").unlink(missing_ok=True)
    lastgood.put_back(data.root / STORE_FILE)
    assert repair.policy(data, Settings(), thorough=False) is not None
    assert _texts(data) == ["||one.example^"]
