"""What the tests of the whole box share: one upstream for all, a box for each."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.upstream import FakeUpstream, running_upstream
from tests.live.house import OUTSIDE, TELEMETRY, House, living

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
