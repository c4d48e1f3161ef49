"""Somebody who publishes bundles, with a key of their own; and their web page."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway import changes
from gateway.bundles import applying, minisign
from gateway.bundles import format as formats
from gateway.bundles.applying import Done
from gateway.bundles.fetching import Parcel
from gateway.bundles.format import Bundle
from gateway.data import Data
from gateway.policy import manifest
from gateway.store import bundle_keys, bundles, lists, rules
from gateway.works import Outcome
from tests.fakes.list_server import ListServer, text

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2126, 1, 1, tzinfo=UTC)
ROW = {  # of a catalogue
    "pattern": "log.phones.example.com",
    "company": "Phones",
    "purposes": ["analytics"],
    "breakage": "nothing",
    "profile": "essential",
    "confidence": "high",
    "evidence": ["a capture"],
}

needs_minisign = pytest.mark.skipif(
    shutil.which("minisign") is None, reason="minisign is not installed here; deploy/test does it"
)


class Publisher:
    """Signs whatever they are given."""

    def __init__(self, number: int = 1) -> None:
        self.key = minisign.made_key(bytes([number]) * 40)

    def sign(self, bundle: bytes, comment: str = "a comment") -> Parcel:
        """The bytes and their signature."""
        return Parcel(bundle, minisign.write_signature(minisign.sign(bundle, self.key, comment)))

    def parcel(self, *rules: str, name: str = "acme", version: int = 1, **more: Any) -> Parcel:
        """A bundle of these rules; `more` are fields of Bundle."""
        return self.sign(made(*rules, name=name, version=version, **more))

    def trusted_by(self, data: Data) -> None:
        """Have the box trust the key."""
        with changes.noting(data) as session:
            bundle_keys.add_key(session, self.key.id, self.key.public.line, name="Acme", now=1)


def made(*rules: str, name: str = "acme", version: int = 1, **more: Any) -> bytes:
    """The file of a bundle; nothing checks it."""
    fields: dict[str, Any] = {"issued": ISSUED, "expires": EXPIRES, **more}
    texts = tuple(formats.BundleRule(text) for text in rules)
    return formats.encode(Bundle(hushgate_bundle=1, name=name, version=version, rules=texts, **fields))


def publish(server: ListServer, parcel: Parcel, path: str = "/acme.bundle") -> str:
    """Lay both files on the server; the bundle's URL."""
    server.pages[path] = text(parcel.bundle)
    server.pages[f"{path}.minisig"] = text(parcel.signature)
    return f"http://127.0.0.1:{server.port}{path}"


def run_minisign(*words: str | Path, password: str = "") -> "subprocess.CompletedProcess[str]":
    """The real program."""
    return subprocess.run(
        ["minisign", *words],
        input=f"{password}\n{password}\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def apply(data: Data, parcel: Parcel, *, dry_run: bool = False) -> Outcome[Done]:
    """Put it in force on the box."""
    with changes.works(data) as works:
        return applying.apply(works, data, data.read_settings(), parcel, dry_run=dry_run)


def held(data: Data) -> tuple[list[str], list[str], list[tuple[str, int]]]:
    """Rules, lists, and bundles with their version."""
    with changes.reading(data) as session:
        return (
            [rule.text for rule in rules.list_rules(session)],
            [one.name for one in lists.list_lists(session)],
            [(one.name, one.version) for one in bundles.list_bundles(session)],
        )


def in_force(data: Data) -> int:
    """The generation."""
    return manifest.current(data.policy).generation
