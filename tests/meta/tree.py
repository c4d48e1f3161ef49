"""The project's own files, as the meta tests see them."""

import ast
import functools
import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]


@functools.cache
def files() -> tuple[PurePosixPath, ...]:
    """Every file that is, or would be, under version control; relative to the root."""
    # safe.directory: the checkout may belong to another user than the one who tests it.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "-co", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=30, check=True)
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout, or git is not installed")
    names = {name for name in listed.stdout.decode().split("\0") if name}
    return tuple(sorted(PurePosixPath(name) for name in names if (ROOT / name).is_file()))


def sources(*folders: str) -> list[PurePosixPath]:
    """The Python files below `folders`."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in folders]


def lines(path: PurePosixPath) -> list[str]:
    """The lines of a text file; none of a binary one."""
    data = (ROOT / path).read_bytes()
    return [] if b"\0" in data[:8000] else data.decode().splitlines()


def imports(path: PurePosixPath) -> Iterator[tuple[str, int]]:
    """(dotted name, line) of everything that `path` imports, at whatever depth.

    `from gateway.dns import wire` counts as `gateway.dns.wire` and as `gateway.dns`.
    """
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base, node.lineno
            for alias in node.names:
                yield f"{base}.{alias.name}", node.lineno


def is_part_of(name: str, package: str) -> bool:
    """Is the dotted `name` this package or inside it?"""
    return name == package or name.startswith(f"{package}.")
