"""The API of an idle box."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.person import Person


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    """Asked without a socket."""
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


@pytest.fixture
def admin(served: Api) -> Person:
    """Has set the password, and is logged in."""
    return Person(served).sets_up()
