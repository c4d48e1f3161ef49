"""Which Hushgate this is."""

from importlib import metadata
from typing import NoReturn

import pytest

from gateway.version import version


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    version.cache_clear()


def test_it_is_what_was_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: {"hushgate": "9.8.7"}[name])
    assert version() == "9.8.7"


def test_a_checkout_that_was_not_installed_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_name: str) -> NoReturn:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "version", unknown)
    assert version() == "0"
    version.cache_clear()
