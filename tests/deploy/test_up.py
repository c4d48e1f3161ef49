"""`deploy/up` in a small project of the same shape, so that nothing is fetched."""

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes import node as fake_node

ROOT = Path(__file__).parents[2]

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "hushgate"
version = "1"
[project.scripts]
hushgate = "gateway.cli:main"
[tool.hatch.build.targets.wheel]
packages = ["gateway"]
"""
CLI = """
import os, sys
def main():
    print(os.getcwd(), *sys.argv[1:])
"""
# Standing in for what root would install: these tests touch no package of the machine.
NOTHING_MISSING = "#!/bin/sh\nfor p; do echo installed $p; done\n"


@dataclass(frozen=True)
class Checkout:
    """A project with our deploy/ in it."""

    path: Path
    programs: Path  # first in PATH

    def start(self, *options: str, script: str = "deploy/up", cwd: str = "/") -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "PYTHON": sys.executable,
            "PYTHONPATH": sysconfig.get_path("purelib"),  # hatchling; the lock file here is empty
        }
        return subprocess.Popen(
            [self.path / script, *options],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def up(self, *options: str, script: str = "deploy/up", cwd: str = "/") -> tuple[str, str]:
        """(stdout, stderr) of a run that ends well."""
        process = self.start(*options, script=script, cwd=cwd)
        out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err
        return out, err


def _checkout(folder: Path) -> Checkout:
    path = folder / "a checkout"  # the space is part of the test
    shutil.copytree(ROOT / "deploy", path / "deploy")
    for name in ("runtime", "dev"):
        (path / "deploy" / "locks" / f"{name}.txt").write_text("")
    (path / "pyproject.toml").write_text(PROJECT)
    (path / "gateway").mkdir()
    (path / "gateway" / "cli.py").write_text(CLI)
    programs = folder / "programs"
    programs.mkdir()
    (programs / "dpkg-query").write_text(NOTHING_MISSING)
    (programs / "dpkg-query").chmod(0o755)
    return Checkout(path, programs)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """One for all tests; whoever breaks it leaves it to `deploy/up` to mend."""
    return _checkout(tmp_path_factory.mktemp("deploy"))


def test_first_start_makes_the_environment_and_says_so_in_a_few_lines(tmp_path: Path) -> None:
    out, err = _checkout(tmp_path).up("--data", "a b", cwd="/usr")
    assert out == "/usr up --data a b\n"
    lines = err.splitlines()
    assert [line for line in lines if line.startswith("hushgate: making .venv with Python 3.")]
    assert lines[-1].startswith("hushgate: ready after ")
    assert len(lines) < 6


def test_second_start_does_nothing_but_start(checkout: Checkout) -> None:
    checkout.up()
    before = (checkout.path / ".venv" / "install.log").stat()
    assert checkout.up("again") == ("/ up again\n", "")
    assert (checkout.path / ".venv" / "install.log").stat() == before


def test_it_starts_through_a_symlink(checkout: Checkout, tmp_path: Path) -> None:
    checkout.up()
    link = tmp_path / "hg"
    link.symlink_to(checkout.path / "deploy" / "up")
    assert checkout.up("x", script=str(link)) == ("/ up x\n", "")


def test_half_made_environment_is_made_anew(checkout: Checkout) -> None:
    checkout.up()
    for stamp in (checkout.path / ".venv").glob("*.stamp"):
        stamp.unlink()
    (checkout.path / ".venv" / "bin" / "pip").unlink()
    out, err = checkout.up("x")
    assert out == "/ up x\n"
    assert "making it anew" in err
    assert (checkout.path / ".venv" / "bin" / "pip").exists()


def test_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.up()
    python = checkout.path / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/nonexistent/python3.9")
    assert checkout.up("x")[0] == "/ up x\n"


def test_changed_lock_is_installed_on_top(checkout: Checkout) -> None:
    checkout.up()
    kept = checkout.path / ".venv" / "kept"
    kept.touch()
    with (checkout.path / "deploy" / "locks" / "runtime.txt").open("a") as lock:
        lock.write("# changed\n")
    out, err = checkout.up("x")
    assert out == "/ up x\n"
    assert "installing" in err
    assert kept.exists()


def test_two_starts_at_once_do_not_disturb_each_other(checkout: Checkout) -> None:
    shutil.rmtree(checkout.path / ".venv", ignore_errors=True)
    processes = [checkout.start(str(number)) for number in range(3)]
    ended = [process.communicate(timeout=100) for process in processes]
    assert [out for out, _ in ended] == ["/ up 0\n", "/ up 1\n", "/ up 2\n"]
    assert sum("making .venv" in err for _, err in ended) == 1


def test_failed_installation_says_why_and_what_to_do(checkout: Checkout) -> None:
    checkout.up()
    lock = checkout.path / "deploy" / "locks" / "runtime.txt"
    lock.write_text("/nonexistent.whl --hash=sha256:00\n")
    try:
        process = checkout.start()
        out, err = process.communicate(timeout=100)
    finally:
        lock.write_text("")
    assert process.returncode == 1
    assert out == ""
    assert "nonexistent.whl" in err
    assert "run this again" in err.splitlines()[-1]
    assert checkout.up("x")[0] == "/ up x\n"


def test_what_only_root_can_install_is_named_in_one_line(checkout: Checkout) -> None:
    shutil.rmtree(checkout.path / ".venv", ignore_errors=True)
    for name, script in (("dpkg-query", "exit 1"), ("id", "echo 1000")):
        (checkout.programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (checkout.programs / name).chmod(0o755)
    try:
        out, err = checkout.up("x")
    finally:
        (checkout.programs / "id").unlink()
        (checkout.programs / "dpkg-query").write_text(NOTHING_MISSING)
    assert out == "/ up x\n"
    assert [line for line in err.splitlines() if "apt-get install" in line and "python3-venv" in line]


@pytest.fixture(scope="module")
def with_panel(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout with the sources of a panel, on a machine with Node.js."""
    made = _checkout(tmp_path_factory.mktemp("panel"))
    fake_node.panel(made.path / "api" / "panel")
    fake_node.installed(made.programs)
    return made


def _page(checkout: Checkout) -> str:
    return (checkout.path / "api" / "panel" / "dist" / "index.html").read_text()


def _write(checkout: Checkout, text: str) -> None:
    (checkout.path / "api" / "panel" / "index.html").write_text(text)


def test_the_panel_is_built_when_its_sources_have_changed_and_at_no_other_start(with_panel: Checkout) -> None:
    _write(with_panel, "one")
    said = with_panel.up("x")[1]
    assert "hushgate: building the panel's pages" in said
    assert _page(with_panel) == "one"
    assert with_panel.up("x") == ("/ up x\n", "")
    _write(with_panel, "two")
    out, said = with_panel.up("x")
    assert out == "/ up x\n"
    assert len(said.splitlines()) == 1
    assert _page(with_panel) == "two"


def test_the_box_starts_with_the_old_pages_where_the_new_cannot_be_built(with_panel: Checkout) -> None:
    _write(with_panel, "good")
    with_panel.up()
    _write(with_panel, "bad")
    node = fake_node.FakeNode(with_panel.programs)
    node.fails("npm error code ENOTFOUND\n")
    try:
        out, said = with_panel.up("x")
    finally:
        node.fails("")
    assert out == "/ up x\n"
    _building, why, what_to_do = said.splitlines()
    assert why.startswith("hushgate: the panel: npm could fetch no packages (ENOTFOUND): check the network")
    assert "run this again" in what_to_do
    assert _page(with_panel) == "good"
    with_panel.up()
    assert _page(with_panel) == "bad"


def test_a_machine_without_node_gets_one_by_its_lock_and_the_box_starts_without_it(
    with_panel: Checkout,
) -> None:
    _write(with_panel, "needs a node")
    with_panel.up()
    _write(with_panel, "needs a node again")
    lock = with_panel.path / "deploy" / "locks" / "panel.txt"
    lock.write_text("/nonexistent.whl --hash=sha256:00\n")
    fake_node.installed(with_panel.programs, node="v18.20.4")
    out, said = with_panel.up("x")
    assert out == "/ up x\n"
    lines = said.splitlines()
    assert "no Node.js here that is new enough; fetching one" in lines[1]
    assert "could not be fetched" in lines[2]
    assert _page(with_panel) == "needs a node"
    fake_node.installed(with_panel.programs)
    with_panel.up()
    assert _page(with_panel) == "needs a node again"
