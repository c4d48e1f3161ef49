"""A terminal beside a box that does not run: commands are called as the command line calls them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.data import Data
from tests.fakes import idle_box
from tests.fakes.terminal import Terminal


@pytest.fixture(autouse=True)
def _as_at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of the surroundings is taken for a setting; what a command sets for its process is put back."""
    for variable in [name for name in os.environ if name.startswith("HUSHGATE_")]:
        monkeypatch.delenv(variable)
    umask = os.umask(0o022)
    yield
    os.umask(umask)


@pytest.fixture
def data(data_dir: Path) -> Data:
    """A box on SQLite that does not run."""
    return idle_box.made(data_dir)


@pytest.fixture
def terminal(data: Data, capfd: pytest.CaptureFixture[str]) -> Terminal:
    """Runs `hushgate …` for it."""
    return Terminal(data, capfd)
