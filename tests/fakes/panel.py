"""A build of the panel that is small and known; and the real one, built once."""

import gzip
import json
from pathlib import Path

import pytest

from deploy import panel_build

PANEL = panel_build.ROOT / "api" / "panel"

FILES = {
    "index.html": b'<!doctype html><html lang="en"><script type="module" src="/assets/a-1.js"></script></html>',
    "assets/a-1.js": b"export const words = 'many words'\n" * 100,
    "assets/b-2.css": b"p { margin: 0 }\n",
    "sw.js": b"self.addEventListener('fetch', () => {})\n",
    "manifest.webmanifest": b'{"name": "Hushgate"}',
    "licences.txt": b"whose programs\n",
    "icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
}


def build_of(folder: Path, files: dict[str, bytes] | None = None) -> Path:
    """As pack.ts leaves it, with scripts compressed by gzip only. Its tags are the lengths of the files."""
    listing = {}
    for name, content in (FILES if files is None else files).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        encodings = ["gzip"] if name.startswith("assets/") else []
        if encodings:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(content))
        listing[name] = {"tag": str(len(content)), "encodings": encodings}
    fresh = folder / "listing.new"
    fresh.write_text(json.dumps(listing))
    fresh.rename(folder / "listing.json")
    return folder


def tools() -> Path:
    """The folder of all its packages, axe and the type checker too. Skips where they cannot be fetched."""
    try:
        panel_build.install_tools(PANEL)
    except panel_build.NotHere as reason:
        pytest.skip(str(reason))
    return PANEL / "node_modules"


def real_build() -> Path:
    """The folder of the panel's pages, as their sources are now. Skips where they cannot be built."""
    try:
        panel_build.build(PANEL)
    except panel_build.NotHere as reason:
        pytest.skip(str(reason))
    return PANEL / "dist"
