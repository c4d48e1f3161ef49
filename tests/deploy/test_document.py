import json
import os
from pathlib import Path

import pytest

from deploy import document
from tests.fakes import api, idle_box
from tests.fakes import node as fake_node


def test_it_is_what_a_box_says_of_itself(data_dir: Path) -> None:
    with api.serving(idle_box.made(data_dir)) as served:
        assert json.loads(document.made()) == served.client.get("/openapi.json").json()


def test_the_panels_types_are_written_when_they_have_changed_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = fake_node.panel(tmp_path / "panel")
    (panel / "node_modules").mkdir()
    (panel / "src" / "api").mkdir()
    monkeypatch.setenv(
        "PATH", fake_node.path_with(tmp_path / "plain", fake_node.installed(tmp_path / "node").folder)
    )
    document.write_types(panel)
    types = panel / "src" / "api" / "document.ts"
    assert "/v1/rules" in json.loads(types.read_text())["paths"]
    os.utime(types, (1, 1))
    document.write_types(panel)
    assert types.stat().st_mtime == 1
    types.write_text("older")
    document.write_types(panel)
    assert types.read_text() != "older"
    assert not list((panel / "node_modules").glob(".document-*"))
