"""Goldens: short, readable texts in tests/golden that an output must equal."""

import difflib
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent / "golden"


class Golden:
    """`golden.check("why_tracking.txt", text)`; `pytest --update-golden` writes the files anew."""

    def __init__(self, *, update: bool, folder: Path = FOLDER) -> None:
        self._update = update
        self._folder = folder

    def check(self, name: str, text: str) -> None:
        path = self._folder / name
        if self._update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            return
        if not path.exists():
            pytest.fail(f"no golden {path}: write it with --update-golden and read it")
        wanted = path.read_text(encoding="utf-8")
        if text != wanted:
            lines = difflib.unified_diff(wanted.splitlines(), text.splitlines(), "golden", "now", lineterm="")
            pytest.fail("\n".join([f"not as {path} (--update-golden rewrites it)", *lines]), pytrace=False)
