"""Hatch's hook: a wheel holds the panel's pages, built from its sources. deploy/panel_build.py does it."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAVE = "HUSHGATE_BUILD_PANEL"  # "no" in the environment: whoever installs builds the pages otherwise


class PanelHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's own examples leave it open
    """Before a wheel is packed, or a checkout linked."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What pip has to fetch for the build: Node.js where the machine has none."""
        builder = _builder()
        if self._is_left() or builder.is_fresh(self._panel) or builder.find_node():
            return []
        return [builder.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # as hatchling calls it
        """`version` is "editable" for a checkout that is linked."""
        if self._is_left():
            return
        builder = _builder()
        try:
            builder.build(self._panel)
        except (builder.BuildError, OSError) as error:
            if version != "editable":
                self.app.abort(f"hushgate: the panel: {error}")
            self.app.display_warning(f"hushgate: going on without the panel: {error}")

    def _is_left(self) -> bool:
        return os.environ.get(LEAVE) == "no"

    @property
    def _panel(self) -> Path:
        return Path(self.root, "api", "panel")


def _builder() -> ModuleType:
    """The file beside this one. Hatch loads this one by its path: it is in no package."""
    name = "hushgate_panel_build"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name("panel_build.py"))
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
