"""What hatch does with the panel while it packs."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hatchling.bridge.app import Application

from deploy import panel_build
from deploy.panel_hook import PanelHook
from tests.fakes import node as fake_node


@pytest.fixture
def project(tmp_path: Path) -> Path:
    fake_node.panel(tmp_path / "project" / "api" / "panel")
    return tmp_path / "project"


def _hook(project: Path) -> PanelHook:
    unused: Any = None
    return PanelHook(str(project), {}, unused, unused, "", "wheel", Application())


def _machine(monkeypatch: pytest.MonkeyPatch, project: Path, *folders: Path) -> None:
    monkeypatch.setenv("PATH", fake_node.path_with(project.parent / "plain", *folders))
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)


def test_a_wheel_gets_fresh_pages_and_no_node_is_fetched_where_there_is_one(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine(monkeypatch, project, fake_node.installed(tmp_path / "programs").folder)
    hook = _hook(project)
    assert hook.dependencies() == []
    hook.initialize("standard", {})
    assert panel_build.is_fresh(project / "api" / "panel")


def test_a_machine_without_node_fetches_one_for_the_build(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine(monkeypatch, project)
    assert _hook(project).dependencies() == [panel_build.NODE_PACKAGE]


def test_pages_that_are_fresh_need_no_node(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = fake_node.installed(tmp_path / "programs")
    _machine(monkeypatch, project, made.folder)
    _hook(project).initialize("standard", {})
    _machine(monkeypatch, project)
    assert _hook(project).dependencies() == []
    _hook(project).initialize("standard", {})


def test_no_wheel_is_packed_without_its_pages(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _machine(monkeypatch, project)
    with pytest.raises(SystemExit):
        _hook(project).initialize("standard", {})
    assert "hushgate: the panel: Node.js 20.19" in "".join(capsys.readouterr())


def test_a_checkout_is_linked_all_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _machine(monkeypatch, project)
    _hook(project).initialize("editable", {})
    assert "going on without the panel" in "".join(capsys.readouterr())


def test_deploy_up_builds_by_itself_and_says_so_to_the_hook(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _machine(monkeypatch, project)
    monkeypatch.setenv("HUSHGATE_BUILD_PANEL", "no")
    assert _hook(project).dependencies() == []
    _hook(project).initialize("editable", {})
    assert not (project / "api" / "panel" / "dist").exists()
