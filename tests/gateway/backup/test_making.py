import json
from pathlib import Path

import pytest

from gateway import changes
from gateway.archives.reading import read
from gateway.backup import making
from gateway.backup.format import LIMITS
from gateway.data import Data
from gateway.settings import Settings, Store
from tests.fakes import backups, idle_box


@pytest.fixture
def data(data_dir: Path) -> Data:
    data = idle_box.made(data_dir)
    backups.fill(data)
    return data


def test_the_same_box_at_the_same_time_is_the_same_archive(data: Data) -> None:
    assert backups.of(data) == backups.of(data)
    assert backups.of(data) != backups.of(data, now=backups.NOW + 1)


def test_it_holds_all_that_was_set_and_a_manifest_with_sums(data: Data) -> None:
    files = read(backups.of(data), LIMITS)
    rules = [json.loads(line) for line in files["tables/rule.jsonl"].splitlines()]
    assert [(rule["text"], rule["group"]) for rule in rules] == [
        ("||a.example^", "everyone"),
        ("||b.example^", "kids"),
    ]
    assert list(files)[-1] == "manifest.json"
    manifest = json.loads(files["manifest.json"])
    assert manifest["files"].keys() == files.keys() - {"manifest.json"}
    assert manifest["files"]["tables/rule.jsonl"]["rows"] == 2
    assert (manifest["created"], manifest["secrets"], manifest["log"]) == (backups.NOW, False, False)


def test_secrets_are_in_it_only_where_they_are_asked_for(data: Data) -> None:
    secret = (b"hush-hush", b"argon2id", b"totp")
    plain = b"".join(read(backups.of(data), LIMITS).values())
    assert not [word for word in secret if word in plain]
    assert b"hooks.example" in plain
    whole = b"".join(read(backups.of(data, secrets=True), LIMITS).values())
    assert [word for word in secret if word in whole] == list(secret)


def test_the_databases_password_is_in_none(data: Data) -> None:
    settings = Settings(store=Store(url="postgresql://hushgate:sesame@db/x"))
    with changes.reading(data) as session:
        archive = b"".join(making.archive(session, settings, now=1, secrets=True))
    assert b"sesame" not in b"".join(read(archive, LIMITS).values())
