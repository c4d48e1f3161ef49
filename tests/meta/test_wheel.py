"""The package installs by itself: a wheel with everything in it, which runs outside of any checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import box
from tests.meta import copies, tree


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = copies.copy(tmp_path_factory.mktemp("source"))
    built = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built)]
    subprocess.run(command, cwd=source, check=True, timeout=120, capture_output=True)
    (found,) = built.glob("*.whl")
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


def test_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == {str(path) for path in tree.files() if path.parts[0] in ("gateway", "blocklists", "api")}


def test_wheel_holds_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        assert [name for name in archive.namelist() if name.endswith("licenses/LICENSE")]


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
