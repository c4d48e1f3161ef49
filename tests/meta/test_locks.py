"""The lock files: in step with pyproject.toml, every package with its hashes, for every Python we support."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.panel_build import NODE_PACKAGE
from tests.meta import tree

REMEDY = "run deploy/lock"


def _locked(name: str) -> dict[str, str]:
    text = (tree.ROOT / "deploy/locks" / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text, re.MULTILINE)
    return {canonicalize_name(package): version for package, version in pins}


def _project() -> dict[str, Any]:
    return tomllib.loads((tree.ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _unmet(wanted: list[str], locked: dict[str, str]) -> list[str]:
    unmet = []
    for text in wanted:
        requirement = Requirement(text)
        version = locked.get(canonicalize_name(requirement.name))
        if version is None or not requirement.specifier.contains(version, prereleases=True):
            unmet.append(f"{text}: locked is {version}; {REMEDY}")
    return unmet


def test_runtime_lock_meets_the_project() -> None:
    project = _project()
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    assert not _unmet(wanted, _locked("runtime"))


def test_dev_lock_meets_the_project() -> None:
    assert not _unmet(_project()["project"]["optional-dependencies"]["dev"], _locked("dev"))


def test_dev_lock_holds_all_of_the_runtime_lock() -> None:
    """So that `deploy/up` after `deploy/test` has nothing to do."""
    assert _locked("runtime").items() <= _locked("dev").items(), REMEDY


def test_the_panels_lock_holds_the_node_that_a_build_asks_for() -> None:
    assert not _unmet([NODE_PACKAGE], _locked("panel"))


@pytest.mark.parametrize("name", ["runtime", "dev", "panel"])
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (tree.ROOT / "deploy/locks" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    assert [line for line in text.splitlines() if line and "--hash=sha256:" not in line] == []
