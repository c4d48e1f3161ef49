"""A restore puts all of a backup in force in one generation, or leaves all as it was; kill -9 included."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from gateway import changes
from gateway.backup import making
from gateway.backup.restoring import Restored, restore, restore_log
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.journal import dump as dump_of_log
from gateway.journal import search
from gateway.journal.filters import Filters
from gateway.policy import manifest
from gateway.policy.state import PauseState
from gateway.settings import Settings
from gateway.store import dump, generations, groups, lists, pauses, rules, webhooks
from gateway.store.engine import open_journal
from tests.fakes import backups, idle_box
from tests.fakes.ears import lagging, listening, obedient
from tests.fakes.events import event
from tests.fakes.idle_box import says

NOW = backups.NOW


@pytest.fixture
def data(data_dir: Path, url: str) -> Data:
    """A box with a bit of everything, on SQLite and on PostgreSQL."""
    data = idle_box.made(data_dir, store_url=url)
    backups.fill(data)
    return data


@pytest.fixture
def other(tmp_path: Path) -> Data:
    """Another box, on SQLite, with a rule of its own."""
    data = idle_box.made(tmp_path)
    with changes.change(data, "its own") as change:
        rules.add_rule(change.session, "||own.example^", now=1)
    return data


def restored(data: Data, archive: bytes, *, dry_run: bool = False) -> Restored:
    with changes.works(data) as works:
        return restore(works, data, backups.opened(archive), dry_run=dry_run).result


def state(data: Data) -> dict[str, list[dump.Row]]:
    with changes.reading(data) as session:
        return {table: list(dump.read_table(session, table)) for table in (*dump.STATE, *dump.SECRETS)}


def spoil(data: Data) -> None:
    """Other rules, and a list less."""
    with changes.change(data, "spoiled") as change:
        rules.remove_rule(change.session, 1)
        rules.add_rule(change.session, "||new.example^", now=1)
    changes.change_lists(data, "spoiled", lambda session: lists.remove_list(session, "ads"))


def test_what_was_there_is_in_force_again_in_one_generation(data: Data) -> None:
    archive, before = backups.of(data, secrets=True), state(data)
    spoil(data)
    last = manifest.current(data.policy).generation
    with listening(data.run, "dns-0", obedient(data.policy)) as worker:
        done = restored(data, archive)
    assert len(worker.asked) == 1
    assert state(data)["rule"] == before["rule"]
    assert says(data, "a.example").startswith("blocked: rules everyone 1")
    assert says(data, "ads.example").startswith("blocked: lists ads")  # its copy is still there
    assert says(data, "new.example") == "allowed"
    assert manifest.current(data.policy).generation == last + 1
    assert done.changes["rule"] == {"added": 1, "changed": 0, "removed": 1}
    assert done.to_fetch == (2,)  # it was never fetched
    with changes.reading(data) as session:
        assert generations.list_generations(session)[0].cause == "backup restored"


def test_another_box_becomes_like_it_on_whatever_database(data: Data, other: Data) -> None:
    done = restored(other, backups.of(data))
    assert says(other, "own.example") == "allowed"
    assert says(other, "b.example", "192.0.2.9").startswith("blocked: rules kids 2")
    assert done.to_fetch == (1, 2)  # it has no copies
    assert done.left_out == ("https://hooks.example/x",)
    assert state(other)["webhook"] == []
    here, there = state(data), state(other)
    for table in ("group", "rule", "device", "list_group", "bundle_key"):
        assert there[table] == here[table]
    assert [row["version"] for row in there["list"]] == ["", ""]
    assert (there["account"], there["token"]) == ([], [])
    with changes.change(other, "after") as change:
        assert rules.add_rule(change.session, "||after.example^", now=1).id == 3


def test_accounts_come_back_only_with_their_secrets(data: Data, other: Data) -> None:
    with changes.works(other) as works:
        archive = backups.opened(backups.of(data, secrets=True))
        done = restore(works, other, archive, told=99).result
    assert (done.secrets, done.left_out) == (True, ())
    assert state(other)["account"] == state(data)["account"]
    (there,), (here,) = state(other)["webhook"], state(data)["webhook"]
    assert there == {**here, "cursor": 99}  # what happened before is no news


def test_a_webhook_keeps_the_secret_that_it_has_here_and_how_far_it_has_come(data: Data) -> None:
    archive = backups.of(data)
    with changes.noting(data) as session:
        webhooks.update_webhook(session, 1, enabled=False, cursor=50)
    done = restored(data, archive)
    assert done.left_out == ()
    with changes.reading(data) as session:
        assert webhooks.secret_of(session, 1) == "hush-hush"
        (one,) = webhooks.list_webhooks(session)
        assert (one.cursor, one.enabled) == (50, True)
    assert state(data)["account"]  # untouched


def test_a_dry_run_says_what_would_change_and_changes_nothing(data: Data) -> None:
    archive = backups.of(data)
    spoil(data)
    before, last = state(data), manifest.current(data.policy).generation
    done = restored(data, archive, dry_run=True)
    assert done.changes["rule"] == {"added": 1, "changed": 0, "removed": 1}
    assert done.changes["list"] == {"added": 1, "changed": 0, "removed": 0}
    assert state(data) == before
    assert manifest.current(data.policy).generation == last


def test_pauses_of_what_is_gone_end(data: Data) -> None:
    archive = backups.of(data)
    with changes.change(data, "pauses") as change:
        groups.add_group(change.session, "guests")
        for scope, target in (("group", "guests"), ("group", "kids"), ("device", "192.0.2.9"), ("all", "")):
            pauses.put_pause(change.session, PauseState(scope, target, 2**33, 1.0, "boot"))
    restored(data, archive)
    with changes.reading(data) as session:
        assert {one.target for one in pauses.list_pauses(session)} == {"kids", "192.0.2.9", ""}


def test_an_archive_that_is_not_right_changes_nothing(data: Data) -> None:
    good, before, last = backups.of(data), state(data), manifest.current(data.policy).generation
    for bad in (
        b"",
        good[:-20],
        backups.with_row(good, "rule", text="||x.example^$unheard"),
        backups.with_row(good, "rule", group="nobody"),
        backups.with_row(good, "rule", id=2),
    ):
        for dry_run in (True, False):
            with pytest.raises(UsageError):
                restored(data, bad, dry_run=dry_run)
    assert state(data) == before
    assert manifest.current(data.policy).generation == last


def test_what_a_worker_does_not_take_up_is_not_restored(data: Data) -> None:
    archive = backups.of(data)
    spoil(data)
    before = state(data)
    with listening(data.run, "dns-0", lagging), pytest.raises(OwnFault, match="no memory"):
        restored(data, archive)
    assert state(data) == before
    assert says(data, "new.example").startswith("blocked")


KILLED = """
import os, sys
from pathlib import Path
from gateway import changes
from gateway.backup import restoring
from gateway.data import Data
from gateway.policy import manifest
from gateway.store import dump, generations

def die(*_, **__):
    os._exit(9)

at = sys.argv[3]
calls = iter(range(9))
replace = dump.replace
if at == "first replaced":
    dump.replace = lambda *a: (replace(*a), die())
elif at == "second replaced":
    dump.replace = lambda *a: (replace(*a), die() if next(calls) == 1 else None)
elif at == "published":
    generations.add_generation = die
elif at == "committed":
    from gateway.works import Works
    Works._confirmed = die
data = Data(Path(sys.argv[1]))
with changes.works(data) as works, open(sys.argv[2], "rb") as file:
    restoring.restore(works, data, file)
"""


@pytest.mark.parametrize("at", ["first replaced", "second replaced", "published", "committed"])
def test_a_restore_that_is_killed_leaves_the_old_state_or_all_of_the_new(
    data: Data, tmp_path: Path, at: str
) -> None:
    path = tmp_path / "backup.tar.gz"
    path.write_bytes(backups.of(data))
    old = state(data)
    spoil(data)
    spoiled = state(data)
    done = subprocess.run([sys.executable, "-c", KILLED, data.root, path, at], timeout=60, check=False)
    assert done.returncode == 9
    changes.settle(data, data.read_settings())
    now = state(data)
    assert now["rule"] == (old if at == "committed" else spoiled)["rule"]
    blocked = "a.example" if at == "committed" else "new.example"
    assert says(data, blocked).startswith("blocked")
    assert says(data, "new.example" if at == "committed" else "a.example") == "allowed"


def test_a_log_that_was_asked_for_comes_back_on_another_box(data: Data, other: Data) -> None:
    idle_box.note(data, event("seen.example"), event("sent.example", verdict=1))
    url = data.read_settings().store.url
    with closing(open_journal(data.root, url)) as journal, changes.reading(data) as session:
        pieces = making.archive(session, Settings(), now=NOW, log=dump_of_log.files(journal))
        archive = b"".join(pieces)
    assert restored(other, archive).log
    for new in (2, 0):
        with closing(open_journal(other.root)) as journal:
            assert restore_log(journal, backups.opened(archive), now=NOW) == new
            names = [row.name for row in search.rows(journal, Filters())]
        assert names == ["seen.example", "sent.example"]


def test_a_log_that_is_not_right_changes_nothing(other: Data) -> None:
    with changes.reading(other) as session:
        archive = b"".join(making.archive(session, Settings(), now=NOW, log=[b"{}\n"]))
    before = state(other)
    with pytest.raises(UsageError, match="row of the log"):
        restored(other, archive)
    assert state(other) == before
