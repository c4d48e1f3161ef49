"""A backup over HTTP, and back."""

from pathlib import Path

import pytest

from gateway import changes
from gateway.access import Scope
from gateway.archives.reading import read
from gateway.backup.format import LIMITS
from gateway.store import audit, lists, rules
from tests.fakes import backups, idle_box
from tests.fakes.api import Api
from tests.fakes.archives import zipped
from tests.fakes.idle_box import says


@pytest.fixture
def filled(served: Api) -> Api:
    backups.fill(served.data)
    return served


def test_a_backup_is_given_and_restored(filled: Api) -> None:
    given = filled.call("GET", "/v1/backup")
    assert given.status_code == 200
    assert given.headers["content-type"] == "application/gzip"
    assert int(given.headers["content-length"]) == len(given.content)
    assert "tables/account.jsonl" not in read(given.content, LIMITS)
    with changes.change(filled.data, "spoiled") as change:
        rules.remove_rule(change.session, 1)
    tried = filled.call("POST", "/v1/restore?dry_run=true", content=given.content).json()
    assert tried["result"]["changes"]["rule"] == {"added": 1, "changed": 0, "removed": 0}
    assert says(filled.data, "a.example") == "allowed"
    done = filled.call("POST", "/v1/restore", content=given.content)
    assert done.status_code == 200, done.text
    assert done.json()["changes"]["rule"] == {"added": 1, "changed": 0, "removed": 0}
    assert done.json()["applied"].keys() == {"workers", "of", "ms"}
    assert says(filled.data, "a.example").startswith("blocked")


def test_secrets_are_given_on_request_and_noted(filled: Api) -> None:
    given = filled.call("GET", "/v1/backup?secrets=true")
    assert "tables/account.jsonl" in read(given.content, LIMITS)
    with filled.box.works.reading() as session:
        assert "backup with secrets taken" in {entry.action for entry in audit.list_entries(session)}


def test_only_an_administrator_may(filled: Api) -> None:
    archive = backups.of(filled.data)
    for scope in (Scope.READ, Scope.RULES, Scope.DEVICES, Scope.EVIDENCE):
        assert filled.call("GET", "/v1/backup", scope).status_code == 403
        assert filled.call("POST", "/v1/restore", scope, content=archive).status_code == 403
    assert filled.client.get("/v1/backup").status_code == 401


@pytest.mark.parametrize("content", [b"", b"x", zipped({"../x": b""}), zipped({"manifest.json": b"{}"})])
def test_what_is_no_backup_is_refused(filled: Api, content: bytes) -> None:
    refused = filled.call("POST", "/v1/restore", content=content)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
    assert says(filled.data, "a.example").startswith("blocked")


def test_nobody_reads_the_boxs_files_by_a_list_from_afar(filled: Api, tmp_path: Path) -> None:
    other = idle_box.made(tmp_path)
    with changes.noting(other) as session:
        lists.add_list(session, "/etc/shadow")
    refused = filled.call("POST", "/v1/restore", content=backups.of(other))
    assert refused.status_code == 422
    assert "is a file of the box's" in refused.json()["detail"]
    with changes.noting(filled.data) as session:
        lists.add_list(session, "/srv/own.txt")
    assert filled.call("POST", "/v1/restore", content=backups.of(filled.data)).status_code == 200
