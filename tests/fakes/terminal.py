"""`hushgate …` as typed, in this process: what it printed and how it ended."""

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.cli import main
from gateway.data import Data


@dataclass(frozen=True)
class Said:
    """What came of one command."""

    code: int
    out: str
    err: str

    def rows(self) -> list[dict[str, Any]]:
        """Its output, a JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    def steady(self) -> str:
        """Its output without what differs each time: how long it took."""
        return re.sub(r"\b\d+(\.\d+)? ms\b", "N ms", self.out)


class Terminal:
    """One person's, beside one box."""

    def __init__(self, data: Data, capture: pytest.CaptureFixture[str]) -> None:
        self.data = data
        self._capture = capture

    def run(self, *words: str) -> Said:
        """Whatever comes of it."""
        self._capture.readouterr()
        try:
            code = main([*words, "--data", str(self.data.root)])
        except SystemExit as ended:
            code = int(ended.code or 0)
        out, err = self._capture.readouterr()
        return Said(code, out, err)

    def good(self, *words: str) -> Said:
        """A command that must work."""
        said = self.run(*words)
        assert said.code == 0, f"hushgate {' '.join(words)}: {said.code}\n{said.out}{said.err}"
        return said

    def rows(self, *words: str) -> list[dict[str, Any]]:
        """What it prints with --json."""
        return self.good(*words, "--json").rows()

    def one(self, *words: str) -> dict[str, Any]:
        """The one thing it prints with --json."""
        (row,) = self.rows(*words)
        return row

    def refused(self, *words: str, code: int = 1) -> str:
        """Why it was refused: one line, with a hint below it, and nothing on stdout."""
        said = self.run(*words)
        assert (said.code, said.out) == (code, ""), said
        lines = said.err.splitlines()
        assert lines[0].startswith("hushgate"), said.err
        assert [line[:4] for line in lines[1:]] == ["  → "], said.err
        return said.err
