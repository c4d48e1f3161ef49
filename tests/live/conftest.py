"""What the tests of the whole box share: one upstream for all, a box for each."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream, running_upstream
from tests.live.house import OUTSIDE, RULED, TELEMETRY, House, living

NAMES = ("www.example.org", "news.example.org", "shop.example.org", TELEMETRY)


@pytest.fixture(scope="session")
def world() -> Iterator[FakeUpstream]:
    """Knows every name of NAMES, the telemetry host too: only the box keeps it from being reached."""
    with running_upstream(*(f"{name} 60 IN A {OUTSIDE}" for name in NAMES)) as fake:
        yield fake


@pytest.fixture
def house(data_dir: Path, world: FakeUpstream) -> Iterator[House]:
    """A box that answers."""
    with living(House(data_dir / "box", world.url)) as running:
        yield running


@pytest.fixture(scope="session")
def furnished(world: FakeUpstream) -> Iterator[Path]:
    """The folder of a box that has run before, with a rule of the user's own in it. To be copied."""
    with tempfile.TemporaryDirectory(prefix="hg-") as folder:
        with living(House(Path(folder) / "box", world.url)) as running:
            running.one("rules", "add", f"||{RULED}^")
        yield Path(folder) / "box"


@pytest.fixture
def ruled(data_dir: Path, world: FakeUpstream, furnished: Path) -> Iterator[House]:
    """A box with a rule of the user's own."""
    shutil.copytree(furnished, data_dir / "box")
    with living(House(data_dir / "box", world.url)) as running:
        yield running
