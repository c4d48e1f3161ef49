"""The file of a Unix socket: ours to remove only for as long as nobody else has put theirs in its place."""

import contextlib
from pathlib import Path


def mark(path: Path) -> int:
    """What tells our file from another one of this name. To be called when it has just been made."""
    return path.stat().st_ino


def remove(path: Path, marked: int) -> None:
    """Remove it while the socket is still open: only so long does its number stay its own.

    A predecessor that is slow to end must not take away what its successor has made.
    """
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == marked:
            path.unlink()
