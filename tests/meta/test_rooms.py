"""What every room looks like: its size, its first line, and what must not stand in it."""

import ast
import os
import re
import subprocess
from pathlib import PurePosixPath

import pytest

from tests.meta import tree

MAX_LINES = 350  # beyond that a wall should move
MAX_BYTES = 500_000  # data of that size is fetched or built, not kept in git

# Where a package comes from is the business of the machine that installs it.
_REGISTRIES = "|".join(
    re.escape(".".join(host))
    for host in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
    )
)
# A path that exists on one person's machine only.
_PRIVATE_PATHS = r"(?<![\w.~$}-])/(?:work|home|Users)/\w"
_UNFINISHED = r"\b(?:TODO|FIXME|XXX)\b"
_HERE = PurePosixPath("tests/meta/test_rooms.py")  # names what it looks for


def _found(pattern: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{path}:{number}: {line.strip()[:100]}"
        for path in tree.files()
        if path != _HERE
        for number, line in enumerate(tree.lines(path), 1)
        if wanted.search(line)
    ]


def test_no_room_is_too_large() -> None:
    sizes = {path: len(tree.lines(path)) for path in tree.sources("gateway", "api", "blocklists", "tests")}
    assert not {str(path): size for path, size in sizes.items() if size > MAX_LINES}


def test_no_room_of_the_panel_is_too_large() -> None:
    kinds = (".ts", ".svelte", ".css", ".js", ".html")
    sizes = {
        path: len(tree.lines(path))
        for path in tree.files()
        if path.parts[:2] == ("api", "panel") and path.suffix in kinds
    }
    assert sizes
    assert not {str(path): size for path, size in sizes.items() if size > MAX_LINES}


def test_no_tracked_file_is_too_large() -> None:
    sizes = {path: (tree.ROOT / path).stat().st_size for path in tree.files()}
    assert not {str(path): size for path, size in sizes.items() if size > MAX_BYTES}


def test_every_room_opens_with_what_it_is_for() -> None:
    without = [
        str(path)
        for path in tree.sources("gateway", "api", "blocklists")
        if tree.lines(path)
        and not ast.get_docstring(ast.parse((tree.ROOT / path).read_text(encoding="utf-8")))
    ]
    assert not without


def test_no_file_names_a_package_registry() -> None:
    assert not _found(_REGISTRIES)


def test_no_file_names_a_path_of_one_machine() -> None:
    assert not _found(_PRIVATE_PATHS)


def test_nothing_is_marked_as_unfinished() -> None:
    assert not _found(_UNFINISHED)


def test_type_ignores_name_their_code_and_a_reason() -> None:
    bare = r"#\s*type:\s*ignore(?!\[[\w, -]+\]\s+#\s*\S)"
    assert not [found for found in _found(bare) if ".py:" in found]


@pytest.mark.parametrize("script", ["deploy/up", "deploy/test", "deploy/lock", ".ci/run"])
def test_script_can_be_run_and_is_plain_sh(script: str) -> None:
    path = tree.ROOT / script
    assert path.read_text(encoding="utf-8").startswith("#!/bin/sh\n")
    assert os.access(path, os.X_OK)
    subprocess.run(["sh", "-n", path], check=True, timeout=10)
