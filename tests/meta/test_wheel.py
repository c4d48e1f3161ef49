"""The package installs by itself: a wheel with everything in it, which runs outside of any checkout."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import box
from tests.meta import copies, tree


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, panel_dist: Path) -> Path:
    """The project as it is, with the panel's pages: a copy of fresh ones is as fresh."""
    made = copies.copy(tmp_path_factory.mktemp("source"))
    shutil.copytree(panel_dist, made / "api" / "panel" / "dist")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Path:
    return _built(source, "--wheel", tmp_path_factory.mktemp("dist"))


def _built(source: Path, kind: str, target: Path) -> Path:
    command = [sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(target)]
    done = subprocess.run(command, cwd=source, timeout=120, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = target.iterdir()
    return found


@pytest.fixture(scope="module")
def outside(wheel: Path) -> Iterator[Path]:
    """An environment far from any checkout, with the wheel in it and our own packages within reach."""
    with tempfile.TemporaryDirectory(prefix="hg-wheel-") as folder:
        home = Path(folder)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True, timeout=60)
        python = os.fspath(home / "bin" / "python")
        install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps"]
        subprocess.run([*install, "--no-index", os.fspath(wheel)], check=True, timeout=60)
        # Dependencies come from the environment that runs the tests: nothing is fetched. It stands behind
        # the wheel on the path, and what it links to (this checkout) is not followed.
        (site,) = home.glob("lib/python*/site-packages")
        (site / "dependencies.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
        yield home


def _run(home: Path, *command: str) -> str:
    done = subprocess.run(
        [home / "bin" / command[0], *command[1:]], cwd=home, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_wheel_holds_the_packages_and_the_built_panel_and_nothing_else(wheel: Path, source: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    packages = {path for path in tree.files() if path.parts[0] in ("gateway", "blocklists", "api")}
    sources = {str(path) for path in packages if path.parts[:2] != ("api", "panel")}
    dist = source / "api" / "panel" / "dist"
    pages = {path.relative_to(source).as_posix() for path in dist.rglob("*") if path.is_file()}
    assert "api/panel/dist/index.html" in pages
    assert packed == sources | pages


def test_source_archive_holds_what_the_panel_is_built_from(source: Path, tmp_path: Path) -> None:
    with tarfile.open(_built(source, "--sdist", tmp_path)) as archive:
        packed = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {str(path) for path in tree.files() if path.parts[0] in ("api", "deploy")}
    assert not wanted - packed
    assert not [name for name in packed if name.startswith(("api/panel/dist/", "api/panel/node_modules/"))]


def test_wheel_holds_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]


def test_wheel_says_whose_programs_its_pages_hold_and_on_what_terms(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        said = archive.read("api/panel/dist/licences.txt").decode()
    assert re.findall(r"^(svelte|echarts) [\d.]+ \((?:MIT|Apache-2\.0)\)$", said, re.M) == [
        "echarts",
        "svelte",
    ]
    assert "Copyright" in said


def test_it_is_the_wheel_that_runs(outside: Path) -> None:
    where = _run(outside, "python", "-c", "import gateway; print(gateway.__file__)")
    assert where.startswith(os.fspath(outside))
    assert _run(outside, "hushgate", "--version").startswith("hushgate ")


def test_wheel_answers_blocks_and_explains(outside: Path) -> None:
    with box.running([str(outside / "bin" / "hushgate"), "up"], outside / "data", cwd=outside) as running:
        assert running.address("tracking.miui.com") == box.NULL_ADDRESS
        why = subprocess.run(
            [outside / "bin" / "hushgate", "why", "tracking.miui.com", "--json"],
            cwd=outside,
            env=running.environment,
            capture_output=True,
            check=True,
            timeout=30,
        )
    verdict = json.loads(why.stdout)
    assert verdict["action"] == "blocked"
    assert verdict["company"] == "Xiaomi"
    assert verdict["evidence"]
