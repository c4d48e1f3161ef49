"""What is fetched is in force, what fails leaves the last good copy, and copies nobody names are cleared away."""

import contextlib
import fcntl
import time
from pathlib import Path

import pytest

from gateway import changes, subscriptions
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.journal import notices
from gateway.policy.publish import Applied
from gateway.policy.sources import Outcome
from gateway.store import groups, lists
from gateway.store.engine import open_journal
from gateway.store.lists import Subscription
from gateway.subscriptions import Refreshed
from tests.fakes import idle_box
from tests.fakes.ears import lagging, listening
from tests.fakes.idle_box import says
from tests.fakes.list_server import Handler, Page, serving, text


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


def add(data: Data, source: str, *, name: str = "", group: str = "everyone") -> Subscription:
    refreshed, _ = subscriptions.add(
        data, data.read_settings(), source, name=name, group=group, syntax="auto"
    )
    return refreshed.list


def refresh(
    data: Data, which: str | None = None, due_before: int | None = None
) -> tuple[list[Refreshed], Applied | None]:
    return subscriptions.refresh(data, data.read_settings(), which, due_before=due_before)


def stored(data: Data) -> list[Subscription]:
    with changes.reading(data) as session:
        return list(lists.list_lists(session))


def copies(data: Data) -> int:
    return len(list(data.lists.glob("*.txt")))


def switch(data: Data, which: str, *, enabled: bool) -> None:
    changes.change_lists(data, "", lambda session: lists.update_list(session, which, enabled=enabled))


def with_etag(body: bytes) -> Page:
    def page(handler: Handler) -> None:
        if handler.headers.get("If-None-Match") == '"1"':
            handler.reply(304, ETag='"1"')
        else:
            handler.reply(200, body, ETag='"1"')

    return page


def test_a_list_that_was_added_is_in_force_and_remembered(data: Data) -> None:
    before = int(time.time())
    with serving({"/ads.txt": text(b"||a.example^\n! x\n||b.example^$nonsense\n")}) as server:
        made = add(data, f"http://127.0.0.1:{server.port}/ads.txt")
    assert stored(data) == [made]
    assert (made.name, made.rules, made.refused, made.groups, made.error) == (
        "ads.txt",
        1,
        1,
        ("everyone",),
        "",
    )
    assert made.fetched >= before
    assert says(data, "a.example") == "blocked: lists ads.txt 1 ||a.example^"


@pytest.mark.parametrize("body", [b"", b"<html>", b"\0\0", b"! nothing\n"])
def test_what_cannot_be_used_is_not_subscribed_to(data: Data, body: bytes) -> None:
    with serving({"/": text(body)}) as server, pytest.raises(UsageError) as caught:
        add(data, f"http://me:secret@127.0.0.1:{server.port}/")
    assert caught.value.hint
    assert "secret" not in str(caught.value)
    assert stored(data) == []


def test_a_group_or_name_that_cannot_be_is_said_before_the_download(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a.example\n")
    add(data, str(file), name="mine")
    with serving({"/": text(b"b.example\n")}) as server:
        url = f"http://127.0.0.1:{server.port}/"
        with pytest.raises(UsageError, match="no group nobody"):
            add(data, url, group="nobody")
        with pytest.raises(UsageError, match="there is a list mine already"):
            add(data, url, name="mine")
        assert server.asked == []


def test_a_list_that_is_there_gains_a_group_and_is_enabled_again(data: Data) -> None:
    with changes.change(data, "a group") as change:
        groups.add_group(change.session, "kids")
    with serving({"/ads.txt": with_etag(b"a.example\n")}) as server:
        url = f"http://127.0.0.1:{server.port}/ads.txt"
        add(data, url)
        switch(data, "ads.txt", enabled=False)
        made = add(data, url, group="kids")
        assert len(server.asked) == 2
    assert (made.groups, made.enabled, made.rules) == (("everyone", "kids"), True, 1)
    assert says(data, "a.example").startswith("blocked")


def test_a_list_that_a_worker_refuses_is_not_subscribed_to(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a.example\n")
    with listening(data.run, "dns-0", lagging), pytest.raises(OwnFault, match="no memory"):
        add(data, str(file))
    assert stored(data) == []
    assert says(data, "a.example") == "allowed"


def test_refreshing_takes_up_what_is_new_and_leaves_the_rest(data: Data) -> None:
    pages = {"/one": with_etag(b"one.example\n"), "/two": text(b"two.example\n")}
    with serving(pages) as server:
        for name in ("one", "two"):
            add(data, f"http://127.0.0.1:{server.port}/{name}")
        done, applied = refresh(data)
        assert [one.outcome for one in done] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
        assert applied is None  # nothing is published for nothing
        server.pages["/two"] = text(b"three.example\nfour.example\n")
        done, applied = refresh(data)
    assert [(one.list.name, one.outcome, one.list.rules) for one in done] == [
        ("one", Outcome.UNCHANGED, 1),
        ("two", Outcome.NEW, 2),
    ]
    assert applied is not None
    assert [says(data, f"{name}.example")[:7] for name in ("one", "two", "three")] == [
        "blocked", "allowed", "blocked",
    ]  # fmt: skip


def test_one_that_fails_keeps_its_copy_and_says_why_and_the_others_go_on(data: Data) -> None:
    pages = {"/one": text(b"one.example\n"), "/two": text(b"two.example\n")}
    with serving(pages) as server:
        for name in ("one", "two"):
            add(data, f"http://127.0.0.1:{server.port}/{name}")
        del server.pages["/one"]
        server.pages["/two"] = text(b"three.example\n")
        done, _ = refresh(data)
        assert [(one.outcome, "404" in one.reason) for one in done] == [
            (Outcome.KEPT, True),
            (Outcome.NEW, False),
        ]
        assert done[0].hint == "has the list moved?"
        assert [("404" in one.error, one.rules) for one in stored(data)] == [(True, 1), (False, 1)]
        assert says(data, "one.example").startswith("blocked")
        assert says(data, "three.example").startswith("blocked")
        server.pages["/one"] = text(b"one.example\n")
        refresh(data)
    assert [one.error for one in stored(data)] == ["", ""]


def test_a_list_that_begins_to_fail_is_told_once_until_it_has_been_well_again(data: Data) -> None:
    def told() -> list[tuple[str, str]]:
        with contextlib.closing(open_journal(data.root)) as journal:
            return [(one.kind, one.subject) for one in notices.onwards(journal, 0)]

    well = text(b"one.example\n")
    with serving({"/one": well}) as server:
        add(data, f"http://127.0.0.1:{server.port}/one", name="one")
        del server.pages["/one"]
        refresh(data)
        refresh(data)
        assert told() == [(notices.LIST_FAILED, "one")]
        server.pages["/one"] = well
        refresh(data)
        del server.pages["/one"]
        refresh(data)
    assert told() == [(notices.LIST_FAILED, "one")] * 2


def test_a_damaged_log_holds_no_refresh_up(data: Data, caplog: pytest.LogCaptureFixture) -> None:
    with serving({"/one": text(b"one.example\n")}) as server:
        add(data, f"http://127.0.0.1:{server.port}/one", name="one")
        del server.pages["/one"]
        (data.root / "journal.db").write_bytes(b"rubbish" * 1000)
        done, _ = refresh(data)
    assert [one.outcome for one in done] == [Outcome.KEPT]
    assert "could not be fetched is not told" in caplog.text


def test_only_those_are_due_that_were_not_looked_at_or_failed(data: Data) -> None:
    with serving({"/one": text(b"one.example\n"), "/two": text(b"two.example\n")}) as server:
        for name in ("one", "two"):
            add(data, f"http://127.0.0.1:{server.port}/{name}")
        now = int(time.time())
        assert refresh(data, due_before=now - 60) == ([], None)
        del server.pages["/one"]
        assert len(refresh(data, due_before=now + 60)[0]) == 2
        assert [one.list.name for one in refresh(data, due_before=now - 60)[0]] == ["one"]


def test_a_list_laid_aside_is_fetched_only_by_name(data: Data) -> None:
    with serving({"/one": text(b"one.example\n")}) as server:
        add(data, f"http://127.0.0.1:{server.port}/one")
        switch(data, "one", enabled=False)
        server.asked.clear()
        assert refresh(data) == ([], None)
        assert server.asked == []
        server.pages["/one"] = text(b"two.example\n")
        assert refresh(data, "one")[0][0].outcome is Outcome.NEW
    assert says(data, "two.example") == "allowed"  # and stays aside


def test_one_that_is_not_there_cannot_be_refreshed(data: Data) -> None:
    with pytest.raises(UsageError, match="no list 7"):
        refresh(data, "7")


def test_a_list_removed_while_it_is_fetched_does_not_come_back(data: Data) -> None:
    def page(handler: Handler) -> None:
        changes.change_lists(data, "", lambda session: lists.remove_list(session, "one"))
        handler.reply(200, b"other.example\n")

    with serving({"/one": text(b"one.example\n"), "/two": text(b"two.example\n")}) as server:
        for name in ("one", "two"):
            add(data, f"http://127.0.0.1:{server.port}/{name}")
        server.pages["/one"] = page
        done, _ = refresh(data)
    assert [one.list.name for one in done] == ["two"]
    assert [one.name for one in stored(data)] == ["two"]
    assert says(data, "other.example") == says(data, "one.example") == "allowed"


def test_copies_that_a_kept_generation_names_stay_as_far_as_there_is_room(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.txt"
    for number in range(3):
        file.write_text(f"n{number}.example\n")
        add(data, str(file)) if not number else refresh(data)
    assert copies(data) == 3
    monkeypatch.setattr(subscriptions, "MAX_EARLIER", 2 * len("n0.example\n"))
    refresh(data)
    assert copies(data) == 2


def test_copies_that_nothing_names_are_cleared_away(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MAX_EARLIER", 0)
    file = tmp_path / "a.txt"
    for number in range(3):
        file.write_text(f"n{number}.example\n")
        add(data, str(file)) if not number else refresh(data)
        assert copies(data) == 1
    switch(data, "a.txt", enabled=False)
    refresh(data, "a.txt")
    assert copies(data) == 1  # what is laid aside may be taken up again
    assert says(data, "n2.example") == "allowed"


def test_nothing_is_cleared_away_while_somebody_fetches(data: Data, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("a.example\n")
    add(data, str(file))
    (data.lists / f"{'0' * 64}.txt").write_text("fetched just now, noted in a moment")
    with (data.lists / "lock").open("wb") as other:
        fcntl.flock(other, fcntl.LOCK_SH)
        refresh(data)
        assert copies(data) == 2
    refresh(data)
    assert copies(data) == 1
