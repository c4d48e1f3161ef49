"""Copies of this checkout, uncommitted changes and all, to try things out in."""

import shutil
import subprocess
from pathlib import Path

from tests.meta import tree


def copy(target: Path) -> Path:
    """The project's files, and nothing that was built from them."""
    for path in tree.files():
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(tree.ROOT / path, target / path)
    return target


def repository(target: Path) -> Path:
    """The same as a git repository with one commit."""
    copy(target)
    author = ["-c", "user.name=tests", "-c", "user.email=tests@hushgate.invalid"]
    for command in (["init", "--quiet"], ["add", "--all"], [*author, "commit", "--quiet", "-m", "as it is"]):
        subprocess.run(["git", *command], cwd=target, check=True, timeout=60, capture_output=True)
    return target
