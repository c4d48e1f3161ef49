"""Passages of the lists' copies, from files that stay open: the log asks for the text of each rule it meets."""

import os
import weakref


class Copies:
    """Open copies, by path. They are closed with the last reference to it."""

    def __init__(self) -> None:
        self._open: dict[str, int] = {}
        weakref.finalize(self, _close, self._open)

    def read(self, path: str, state: tuple[int, int], begin: int, end: int) -> bytes:
        """Bytes `begin` to `end` of the file, if it still has this (size, time of change in ns); else none.

        A copy may go while the generation made from it is in force.
        """
        try:
            copy = self._open.get(path)
            if copy is None:
                copy = self._open[path] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            stat = os.fstat(copy)
            if (stat.st_size, stat.st_mtime_ns) != state:
                return b""
            return os.pread(copy, end - begin, begin)
        except OSError:
            return b""


def _close(copies: dict[str, int]) -> None:
    for copy in copies.values():
        os.close(copy)
