"""The README shows the panel with the pictures that `python -m tests.browser.pictures` takes."""

import re
import struct

import pytest

from tests.browser.pictures import FOLDER, PICTURES
from tests.meta import tree

MOST = 200_000  # bytes: who reads the README on a phone fetches them all

_SHOWN = re.compile(r'!\[[^]]+\]\(([^)]+\.png)\)|<img src="([^"]+)"[^>]* alt="[^"]+">')


def test_the_readme_shows_all_of_them_with_words_for_who_cannot_see_them_and_no_others() -> None:
    found = _SHOWN.findall((tree.ROOT / "README.md").read_text(encoding="utf-8"))
    shown = [tree.ROOT / (first or second) for first, second in found]
    assert sorted(shown) == sorted(FOLDER / f"{name}.png" for name in PICTURES)
    assert sorted(FOLDER.iterdir()) == sorted(shown)


@pytest.mark.parametrize("name", PICTURES)
def test_picture_is_as_it_is_taken_and_small(name: str) -> None:
    content = (FOLDER / f"{name}.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == PICTURES[name].pixels
    assert len(content) <= MOST
