"""Subscribed bundles: newer ones come by themselves, and whatever else a mirror serves leaves all as it was."""

import time
from pathlib import Path
from typing import Any

import pytest

from gateway import changes
from gateway.bundles import refreshing
from gateway.bundles.applying import Result
from gateway.bundles.refreshing import Refreshed
from gateway.data import Data
from gateway.errors import Missing, UsageError
from gateway.journal import notices
from gateway.policy import manifest
from gateway.store import bundles
from gateway.store.bundles import StoredBundle
from gateway.store.engine import open_journal
from tests.fakes import idle_box
from tests.fakes.idle_box import says
from tests.fakes.list_server import ListServer, serving
from tests.fakes.publisher import ISSUED, Publisher, publish

ACME = Publisher()


@pytest.fixture
def data(data_dir: Path) -> Data:
    made = idle_box.made(data_dir)
    ACME.trusted_by(made)
    return made


def subscribe(data: Data, server: ListServer, *texts: str, **more: Any) -> None:
    url = publish(server, ACME.parcel(*texts, **more))
    with changes.works(data) as works:
        refreshing.subscribe(works, data, data.read_settings(), url)


def refresh(data: Data, due_before: int | None = None) -> list[Refreshed]:
    with changes.works(data) as works:
        return refreshing.refresh_due(works, data, data.read_settings(), due_before)


def named(data: Data, name: str = "acme") -> StoredBundle:
    with changes.reading(data) as session:
        return bundles.get_bundle(session, name)


def told(data: Data) -> list[tuple[str, str]]:
    journal = open_journal(data.root)
    try:
        return [(one.kind, one.subject) for one in notices.newest(journal)]
    finally:
        journal.close()


def test_a_subscription_is_in_force_and_a_newer_version_follows(data: Data) -> None:
    before = int(time.time())
    with serving({}) as server:
        subscribe(data, server, "||a.example^")
        assert named(data).url.endswith("/acme.bundle")
        assert named(data).fetched >= before
        (same,) = refresh(data)
        assert (same.done and same.done.result, same.applied) == (Result.UNCHANGED, None)
        publish(server, ACME.parcel("||b.example^", version=2))
        (newer,) = refresh(data)
        assert newer.applied is not None
    assert (says(data, "a.example"), named(data).version) == ("allowed", 2)
    assert says(data, "b.example").startswith("blocked")


def test_what_cannot_be_used_is_not_subscribed_to(data: Data) -> None:
    with serving({}) as server, changes.works(data) as works:
        url = publish(server, Publisher(9).parcel("||a.example^"))
        with pytest.raises(UsageError, match="not among the trusted"):
            refreshing.subscribe(works, data, data.read_settings(), url)
    with pytest.raises(Missing):
        named(data)


@pytest.mark.parametrize(
    ("parcel", "reason", "kind"),
    [
        (ACME.parcel("||b.example^", version=1), "older than 2", "list-failed"),
        (ACME.parcel("||b.example^", version=2), "other content", "list-failed"),
        (ACME.parcel("||b.example^", version=3, name="other"), "other was found where acme", "list-failed"),
        (ACME.parcel("||b.example^", version=3, expires=ISSUED.replace(month=2)), "expired", "list-failed"),
        (Publisher(9).parcel("||b.example^", version=3), "not among the trusted", "tampering"),
    ],
)  # fmt: skip
def test_what_a_bad_mirror_serves_is_noted_once_and_the_old_stays(
    data: Data, parcel: object, reason: str, kind: str
) -> None:
    with serving({}) as server:
        subscribe(data, server, "||a.example^", version=2)
        before = manifest.current(data.policy).generation
        publish(server, parcel)  # type: ignore[arg-type]  # a parcel
        for _ in range(2):
            (failed,) = refresh(data)
            assert reason in failed.reason
    assert reason in named(data).error
    assert (named(data).version, manifest.current(data.policy).generation) == (2, before)
    assert says(data, "a.example").startswith("blocked")
    assert says(data, "b.example") == "allowed"
    assert told(data) == [(kind, "bundle acme")]


def test_a_frozen_mirror_is_noticed_and_what_it_gave_goes_on_blocking(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving({}) as server:
        subscribe(data, server, "||a.example^")
        expires = named(data).expires
        monkeypatch.setattr(time, "time", lambda: expires + 1.0)
        (failed,) = refresh(data)
    assert "has expired on 2126-01-01" in failed.reason
    assert "keeps it from you" in failed.hint
    assert "has expired" in named(data).error
    assert says(data, "a.example").startswith("blocked")


def test_one_that_fails_does_not_stop_the_others_and_comes_back(data: Data) -> None:
    with serving({}) as server:
        for name in ("a", "b"):
            parcel = ACME.parcel(f"||{name}.example^", name=name)
            url = publish(server, parcel, f"/{name}")
            with changes.works(data) as works:
                refreshing.subscribe(works, data, data.read_settings(), url)
        kept = server.pages.pop("/a")
        assert [(one.bundle.name, bool(one.reason)) for one in refresh(data)] == [("a", True), ("b", False)]
        server.pages["/a"] = kept
        now = int(time.time())
        assert [one.bundle.name for one in refresh(data, due_before=now - 60)] == [
            "a"
        ]  # only what failed is due
        assert refresh(data, due_before=now - 60) == []
    assert named(data, "a").error == ""


def test_what_the_user_has_rolled_back_is_not_taken_up_again_by_itself(data: Data) -> None:
    with serving({}) as server:
        subscribe(data, server, "||a.example^")
        with changes.reading(data) as session:
            kept = bundles.kept(session)
        publish(server, ACME.parcel("||b.example^", version=2))
        refresh(data)
        with changes.works(data) as works:
            works.change_lists("rolled back", lambda session: bundles.restore(session, kept))
        (same,) = refresh(data)
        assert (same.done and same.done.result, same.reason) == (Result.UNCHANGED, "")
        assert (named(data).version, named(data).highest) == (1, 2)
        with changes.works(data) as works:
            asked = refreshing.refresh(works, data, data.read_settings(), "acme")
        assert asked.done is not None
        assert (asked.done.result, named(data).version) == (Result.APPLIED, 2)


def test_one_without_a_url_cannot_be_refreshed(data: Data) -> None:
    with changes.works(data) as works, pytest.raises(Missing):
        refreshing.refresh(works, data, data.read_settings(), "acme")
