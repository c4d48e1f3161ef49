"""Options and fixtures for all tests."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from tests import leftovers
from tests.fakes import network
from tests.goldens import Golden

# No deadline: a busy machine is no bug. On the build server the same examples each time: red means changed.
hypothesis.settings.register_profile("here", deadline=None, max_examples=100)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("here"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

_LEFT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the long tests (marked soak)")
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")


def pytest_configure() -> None:
    leftovers.mark_children()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--soak"):
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="a long run; --soak runs it"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    session.config.stash[_LEFT] = leftovers.find_and_clear()
    if session.config.stash[_LEFT]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    left = config.stash.get(_LEFT, [])
    if left:
        terminalreporter.section("left behind by the tests", red=True)
        for line in left:
            terminalreporter.line(line)


@pytest.fixture
def golden(pytestconfig: pytest.Config) -> Golden:
    """`golden.check(name, text)`: is `text` what tests/golden/`name` holds?"""
    return Golden(update=pytestconfig.getoption("--update-golden"))


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """An empty data folder. Its path is short: a Unix socket's has at most 107 bytes (unix(7))."""
    with tempfile.TemporaryDirectory(prefix="hg-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def _namespaces_can_be_made() -> str:
    return network.why_not()


@pytest.fixture
def topology(_namespaces_can_be_made: str) -> Iterator[network.Topology]:
    """phone – gateway – world, made for one test and removed after it."""
    if _namespaces_can_be_made:
        pytest.skip(_namespaces_can_be_made)
    built = network.build()
    try:
        yield built
    finally:
        built.close()
