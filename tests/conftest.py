"""Options and fixtures for all tests."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests import leftovers, parts
from tests.fakes import network, panel
from tests.goldens import Golden

# No deadline: a busy machine is no bug. On the build server the same examples each time: red means changed.
hypothesis.settings.register_profile("here", deadline=None, max_examples=100)
hypothesis.settings.register_profile("ci", parent=hypothesis.settings.get_profile("here"), derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "here")

_LEFT = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="also run the long tests (marked soak)")
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew")
    parser.addoption(
        "--part",
        choices=parts.PARTS,
        help="only the tests that may run beside others (-n auto), file by file (--dist loadfile), or not at all",
    )


def pytest_configure() -> None:
    leftovers.mark_children()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """For `-n auto`."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return parts.workers(len(os.sched_getaffinity(0)), memory)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Packed bytes hold the time of packing; workers must find every test under the same name."""
    return argname if isinstance(val, bytes) and len(val) > 24 else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if part := config.getoption("--part"):
        others = [item for item in items if parts.part_of(item.nodeid) != part]
        items[:] = [item for item in items if parts.part_of(item.nodeid) == part]
        config.hook.pytest_deselected(items=others)
    if not config.getoption("--soak"):
        for item in items:
            if item.get_closest_marker("soak"):
                item.add_marker(pytest.mark.skip(reason="a long run; --soak runs it"))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)  # set in workers only
    if output is not None:
        output["left"] = leftovers.find_and_clear(of_worker=True)
        return
    left = session.config.stash.get(_LEFT, []) + leftovers.find_and_clear()
    session.config.stash[_LEFT] = left
    if left:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended, and sent what it found; one that died has sent nothing."""
    left = getattr(node, "workeroutput", {}).get("left", [])
    node.config.stash[_LEFT] = node.config.stash.get(_LEFT, []) + left


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
def panel_dist() -> Path:
    """The panel's pages, built where that is needed: takes some seconds once, and nothing after that."""
    return panel.real_build()


@pytest.fixture(scope="session")
def panel_packages() -> Path:
    """The panel's node_modules, with what its tests need."""
    return panel.tools()


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
