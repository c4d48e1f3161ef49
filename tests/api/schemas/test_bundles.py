"""What the API shows of bundles and keys; a URL's password is not among it."""

import pytest
from pydantic import TypeAdapter, ValidationError

from api.schemas.bundles import BundleDone, BundlePublic, BundleSubscribe, BundleUpload, KeyPublic
from gateway.bundles.applying import Done, Result
from gateway.store.brought import Tally
from gateway.store.bundle_keys import BundleKey
from gateway.store.bundles import StoredBundle

STORED = StoredBundle(
    name="acme",
    url="https://me:secret@a.example/b?token=1",
    key_id="K" * 16,
    version=2,
    issued=1,
    expires=2,
    sha256="f" * 64,
    applied=3,
    fetched=4,
    error="",
    highest=5,
)


def test_a_bundle_is_shown_without_its_urls_credentials() -> None:
    shown = BundlePublic.of(STORED)
    assert shown.url == "https://a.example/b?…"
    assert (shown.since, shown.fetched, shown.highest) == (3, 4, 5)
    assert "secret" not in shown.model_dump_json()


def test_what_was_done_is_told_in_numbers() -> None:
    done = Done(STORED, Result.APPLIED, Tally(1, 2, 3), Tally(), 4)
    told = BundleDone.of_done(done).model_dump(mode="json")
    assert told["result"] == "applied"
    assert (told["rules"], told["catalogue"]) == ({"added": 1, "removed": 2, "kept": 3}, 4)


def test_a_key_is_shown_as_it_is() -> None:
    assert KeyPublic.of(BundleKey("K" * 16, "Acme", "RWQ", 1)).model_dump() == {
        "id": "K" * 16, "name": "Acme", "public_key": "RWQ", "created": 1,
    }  # fmt: skip


def test_a_request_is_an_upload_or_a_subscription_and_nothing_between() -> None:
    either: TypeAdapter[BundleUpload | BundleSubscribe] = TypeAdapter(BundleUpload | BundleSubscribe)
    assert isinstance(either.validate_python({"bundle": "x", "signature": "y"}), BundleUpload)
    assert isinstance(either.validate_python({"url": "x"}), BundleSubscribe)
    for wrong in (
        {},
        {"bundle": "x"},
        {"url": "x", "signature": "y"},
        {"bundle": "x" * 4_000_001, "signature": ""},
    ):
        with pytest.raises(ValidationError):
            either.validate_python(wrong)
