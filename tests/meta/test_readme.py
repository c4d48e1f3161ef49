"""Every command of the README and of CONTRIBUTING works: each is tried in a fresh clone, against a box that
`deploy/up` started.

A command that they show must stand in TRIALS, with how to try it, and the other way round.
"""

import fnmatch
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser.pictures import PICTURES
from tests.fakes import box
from tests.fakes.upstream import running_upstream
from tests.live import chromium
from tests.meta import copies, readme, tree

TEXTS = ("README.md", "CONTRIBUTING.md")
PATIENCE = 300  # seconds for `deploy/up` on a small machine that has to fetch everything


@dataclass(frozen=True)
class Visit:
    """A reader's terminal: in the clone, with the box running."""

    clone: Path
    box: box.Box

    def run(self, command: str, timeout: float = 60) -> str:
        """What the command prints when typed here."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.clone,
            env=self.box.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert done.returncode == 0, f"{command}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout


Trial = Callable[[Visit, str], None]


def _enters(visit: Visit, command: str) -> None:
    assert command.split()[1] == "hushgate"
    assert (visit.clone / "deploy").is_dir()


def _starts(visit: Visit, _command: str) -> None:
    assert f"127.0.0.1:{visit.box.port}" in visit.box.text()
    assert "hushgate log" in visit.box.text()
    # The panel was built on the way.
    page = f"http://{visit.box.environment['HUSHGATE_PANEL__LISTEN']}/"
    said = visit.run(f"curl --silent --show-error --fail --header 'Accept: text/html' {page}")
    assert 'src="/assets/' in said


def _tests(visit: Visit, command: str) -> None:
    """Everything but the tests themselves, which are running right now."""
    done = subprocess.run(
        ["sh", "-c", f"{command} --collect-only --quiet tests/meta"],
        cwd=visit.clone,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )
    assert "test_readme.py" in done.stdout
    results = done.stderr.splitlines()[-1].split(": ")[-1]
    assert {"tests ok", "panel types ok", "panel tests ok"} <= set(results.partition(" (")[0].split(", "))


def _prints(*words: str) -> Trial:
    def trial(visit: Visit, command: str) -> None:
        said = visit.run(command).lower()
        assert not [word for word in words if word.lower() not in said], said

    return trial


def _follows(visit: Visit, command: str) -> None:
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        cwd=visit.clone,
        env=visit.box.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    limit = threading.Timer(30, process.kill)  # ends the wait below
    limit.start()
    try:
        assert process.stdout is not None
        visit.box.address("data.mistat.xiaomi.com")
        assert any("data.mistat.xiaomi.com" in line for line in process.stdout)
    finally:
        limit.cancel()
        process.kill()
        process.communicate()


def _blocks(visit: Visit, command: str) -> None:
    """`hushgate rules add "||name^"`: what it names is blocked afterwards, and was not before."""
    name = command.partition("||")[2].partition("^")[0]
    assert visit.box.address(name) != box.NULL_ADDRESS
    visit.run(command)
    assert visit.box.address(name) == box.NULL_ADDRESS


def _subscribes(visit: Visit, command: str) -> None:
    """`hushgate lists add SOURCE`, with a list of ours in its place: the internet's may be gone tomorrow."""
    listed = visit.clone / "list.txt"
    listed.write_text("listed.example.com\n")
    *verb, _source = shlex.split(command)
    visit.run(shlex.join([*verb, str(listed)]))
    assert visit.box.address("listed.example.com") == box.NULL_ADDRESS


def _observes(visit: Visit, command: str) -> None:
    visit.run(command)
    assert visit.box.address("tracking.miui.com") != box.NULL_ADDRESS
    visit.run("hushgate groups set everyone --mode enforce")
    assert visit.box.address("tracking.miui.com") == box.NULL_ADDRESS


def _pauses(visit: Visit, command: str) -> None:
    visit.run(command)
    assert visit.box.address("tracking.miui.com") != box.NULL_ADDRESS
    visit.run("hushgate pause --off")
    assert visit.box.address("tracking.miui.com") == box.NULL_ADDRESS


def _plays(visit: Visit, command: str) -> None:
    visit.run(f"{command} --seconds 3")
    assert "demo" in visit.run("hushgate devices")


def _makes_a_token(visit: Visit, command: str) -> None:
    visit.run(command)
    assert (visit.clone / "token").read_text().startswith("hg_")


def _asks(*words: str) -> Trial:
    """`curl`, of a panel that is on another port here."""

    def trial(visit: Visit, command: str) -> None:
        panel = visit.box.environment["HUSHGATE_PANEL__LISTEN"]
        assert "127.0.0.1:8080" in command
        said = visit.run(command.replace("127.0.0.1:8080", panel))
        assert not [word for word in words if word not in said], said

    return trial


def _saves(visit: Visit, command: str) -> None:
    visit.run(command)
    visit.run(command.replace("backup", "restore --dry-run"))


def _after_the_tests(visit: Visit) -> None:
    """`deploy/test` stands before these, and prepares what they need."""
    if not (visit.clone / ".venv" / "dev.stamp").exists():
        pytest.skip("it comes after deploy/test")


def _writes_types(visit: Visit, command: str) -> None:
    _after_the_tests(visit)
    types = visit.clone / "api" / "panel" / "src" / "api" / "document.ts"
    types.unlink(missing_ok=True)
    visit.run(command)
    assert "/v1/log" in types.read_text()


def _builds(visit: Visit, command: str) -> None:
    page = visit.clone / "api" / "panel" / "index.html"
    page.write_text(f"{page.read_text()}<!-- changed -->\n")
    visit.run(command, timeout=PATIENCE)
    visit.run(f"{command} --is-fresh")


def _shows_the_panel(visit: Visit, command: str) -> None:
    process = subprocess.Popen(
        ["sh", "-c", f"exec {command}"],
        cwd=visit.clone,
        env={**visit.box.environment, "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # npm, a shell and Vite: all of them end together
    )
    limit = threading.Timer(60, os.killpg, (process.pid, signal.SIGKILL))  # ends the wait below
    limit.start()
    try:
        assert process.stdout is not None
        assert any("Local:" in line for line in process.stdout)
    finally:
        limit.cancel()
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _takes_pictures(visit: Visit, command: str) -> None:
    """Just those that the README shows (test_pictures.py), into another folder."""
    _after_the_tests(visit)
    if reason := chromium.why_not():
        pytest.skip(reason)
    folder = visit.clone / "taken"
    visit.run(
        f"env {' '.join(f'-u {name}' for name in _settings(visit))} {command} {folder}", timeout=PATIENCE
    )
    assert {path.name for path in folder.iterdir()} == {f"{name}.png" for name in PICTURES}


def _settings(visit: Visit) -> list[str]:
    """What tells the running box from others: not for a box that somebody else starts."""
    return [name for name in visit.box.environment if name.startswith("HUSHGATE_")]


# A command as they have it (* stands for anything) → how it is tried. In their order.
TRIALS: dict[str, Trial] = {
    "cd hushgate": _enters,
    "deploy/up": _starts,
    "hushgate status": _prints("keeper", "dns"),
    "hushgate why tracking.miui.com": _prints("blocked", "Xiaomi"),
    "hushgate log --follow": _follows,
    "hushgate rules add *": _blocks,
    "hushgate lists add *": _subscribes,
    "hushgate groups set everyone --mode observe": _observes,
    "hushgate pause 10m": _pauses,
    "hushgate token create *": _makes_a_token,
    "curl *why*": _asks("blocked", "Xiaomi"),
    "curl *rules": _asks('"applied"', "||example.net^"),
    "curl *log*": _asks('"items"'),
    "hushgate backup *": _saves,
    "hushgate demo": _plays,
    "deploy/test": _tests,
    "python -m deploy.document --types": _writes_types,
    "python deploy/panel_build.py": _builds,
    "python deploy/panel_build.py --npm run dev": _shows_the_panel,
    "python -m tests.browser.pictures": _takes_pictures,
}


def _shown() -> list[str]:
    texts = [(tree.ROOT / name).read_text(encoding="utf-8") for name in TEXTS]
    return [command for text in texts for command in readme.commands(text)]


def _bare(command: str) -> str:
    """Without what depends on where one stands and who one is."""
    return command.removeprefix("sudo ").removeprefix(".venv/bin/")


def _matching(pattern: str) -> list[str]:
    return [command for command in map(_bare, _shown()) if fnmatch.fnmatchcase(command, pattern)]


@pytest.fixture(scope="module")
def visit() -> Iterator[Visit]:
    with tempfile.TemporaryDirectory(prefix="hg-readme-") as folder:
        origin = copies.repository(Path(folder) / "origin")
        clone = Path(folder) / "hushgate"
        subprocess.run(
            ["git", "clone", "--quiet", origin, clone], check=True, timeout=60, capture_output=True
        )
        if not _packages_can_be_fetched(Path(folder)):
            pytest.skip("a fresh clone fetches its packages, and there is no network here")
        environment = {**os.environ, "PATH": f"{clone}/.venv/bin:{os.environ['PATH']}"}
        with (
            running_upstream() as upstream,
            box.running(
                [str(clone / "deploy" / "up")],
                Path(folder) / "data",
                cwd=clone,
                upstream=upstream.url,
                environment=environment,
                patience=PATIENCE,
                panel=True,
            ) as running,
        ):
            visit = Visit(clone, running)
            _wait_for_all_roles(visit)
            yield visit


def _wait_for_all_roles(visit: Visit) -> None:
    """DNS answers first, which is as it should be; nobody types the next command that fast."""
    deadline = time.monotonic() + 30
    while True:
        try:
            visit.run("hushgate status")
            return
        except AssertionError:
            if time.monotonic() > deadline:
                raise


def _packages_can_be_fetched(folder: Path) -> bool:
    """Asks for the smallest package of the lock file, past pip's cache."""
    lock = (tree.ROOT / "deploy" / "locks" / "runtime.txt").read_text(encoding="utf-8")
    pin = next(line.split()[0] for line in lock.splitlines() if line.startswith("typing-inspection=="))
    fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-cache-dir", pin]
    try:
        done = subprocess.run([*fetch, "--dest", folder / "fetched"], capture_output=True, timeout=30)
    except subprocess.TimeoutExpired:
        return False
    shutil.rmtree(folder / "fetched", ignore_errors=True)
    return done.returncode == 0


def test_every_command_of_the_readme_has_a_trial() -> None:
    untried = [c for c in map(_bare, _shown()) if not any(fnmatch.fnmatchcase(c, p) for p in TRIALS)]
    assert not untried


def test_every_trial_is_of_a_command_in_the_readme() -> None:
    assert not [pattern for pattern in TRIALS if not _matching(pattern)]


@pytest.mark.timeout(3 * PATIENCE)
@pytest.mark.parametrize("pattern", TRIALS)
def test_command_of_the_readme_works(pattern: str, visit: Visit) -> None:
    for command in _matching(pattern):
        TRIALS[pattern](visit, command)


def test_commands_are_found_in_console_and_sh_blocks_only() -> None:
    console = "```console\n$ one --x  # why\noutput\n$ two\n```\n"
    text = f"{console}\n```sh\n# note\nthree 'a  b'\n```\n```toml\nfour = 1\n```\n"
    assert readme.commands(text) == ["one --x", "two", "three 'a  b'"]
