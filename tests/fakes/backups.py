"""A box with a bit of everything, and archives of backups, sound and changed."""

import hashlib
import io
from collections.abc import Callable
from typing import Any

import msgspec

from gateway import changes
from gateway.access import Scope
from gateway.archives.checks import Member
from gateway.archives.reading import read
from gateway.archives.writing import packed
from gateway.backup import making
from gateway.backup.format import LIMITS, MANIFEST
from gateway.data import Data
from gateway.settings import Settings
from gateway.store import accounts, bundle_keys, devices, groups, lists, rules, tokens, webhooks
from gateway.store.engine import Session
from tests.fakes.changing import subscribe

NOW = 1_780_000_000
SCHEDULE = '{"zone":"Europe/Berlin","windows":[{"start":"21:30","end":"06:30","block":"everything"}]}'


def fill(data: Data) -> None:
    """Some of everything that a user can set."""

    with changes.change(data, "filled") as change:
        session = change.session
        groups.add_group(session, "kids", inherit=False, schedule=SCHEDULE)
        rules.add_rule(session, "||a.example^", now=NOW, comment="why ✓")
        rules.add_rule(session, "||b.example^", now=NOW, group="kids", expires=NOW * 2)
        devices.put_device(session, "192.0.2.9", now=NOW, name="tablet", group="kids", tags=("user_child",))
        devices.put_device(session, "aa:bb:cc:dd:ee:0f", now=NOW, name="phone")
        bundle_keys.add_key(session, "0123456789ABCDEF", "RWQ", name="acme", now=NOW)

    def act(session: Session) -> None:
        subscribe(data, session, "ads", "ads.example")
        lists.add_list(session, "https://user:key@lists.example/later", name="later", for_groups=("kids",))

    changes.change_lists(data, "subscribed", act)
    with changes.noting(data) as session:
        webhooks.add_webhook(session, "https://hooks.example/x", "hush-hush", events=(), now=NOW, cursor=7)
        accounts.add_account(session, "$argon2id$v=19$m=1,t=1,p=1$abc$def", now=NOW)
        tokens.add_token(session, "backup", (Scope.READ,), now=NOW)


def of(data: Data, *, now: int = NOW, secrets: bool = False) -> bytes:
    """A backup of the box."""
    with changes.reading(data) as session:
        return b"".join(making.archive(session, Settings(), now=now, secrets=secrets))


def changed(archive: bytes, edit: Callable[[dict[str, bytes]], None]) -> bytes:
    """The archive with other files in it, its sums right again: as one with evil intentions would hand it in."""
    files = read(archive, LIMITS)
    edit(files)
    manifest: dict[str, Any] = msgspec.json.decode(files[MANIFEST])
    manifest["files"] = {
        name: {
            "sha256": hashlib.sha256(content).hexdigest(),
            "bytes": len(content),
            "rows": content.count(b"\n"),
        }
        for name, content in files.items()
        if name != MANIFEST
    }
    files[MANIFEST] = msgspec.json.encode(manifest)
    return b"".join(packed((Member(name, content) for name, content in files.items()), NOW))


def with_row(archive: bytes, table: str, **values: Any) -> bytes:
    """The archive whose first row of a table has these values."""

    def edit(files: dict[str, bytes]) -> None:
        first, *others = files[f"tables/{table}.jsonl"].splitlines()
        row = {**msgspec.json.decode(first), **values}
        files[f"tables/{table}.jsonl"] = b"".join(
            line + b"\n" for line in (msgspec.json.encode(row), *others)
        )

    return changed(archive, edit)


def opened(archive: bytes) -> io.BytesIO:
    """As a file."""
    return io.BytesIO(archive)
