"""The panel's packages are pinned, and its addresses are known to who serves them."""

import json
import re

from api.routes.pages import PAGES
from tests.meta import tree

PANEL = tree.ROOT / "api" / "panel"


def test_every_locked_package_has_its_hash_and_no_address() -> None:
    lock = json.loads((PANEL / "package-lock.json").read_text(encoding="utf-8"))
    packages = {name: told for name, told in lock["packages"].items() if name}
    assert packages
    assert not [
        name for name, told in packages.items() if not told.get("integrity", "").startswith("sha512-")
    ]
    assert not [name for name, told in packages.items() if "resolved" in told or "link" in told]
    assert "omit-lockfile-registry-resolved=true" in (PANEL / ".npmrc").read_text(encoding="utf-8").split()


def test_the_lock_is_of_what_the_panel_asks_for() -> None:
    wanted = json.loads((PANEL / "package.json").read_text(encoding="utf-8"))
    locked = json.loads((PANEL / "package-lock.json").read_text(encoding="utf-8"))["packages"][""]
    for kind in ("dependencies", "devDependencies"):
        assert wanted[kind] == locked[kind], "run npm install in api/panel"


def test_the_box_serves_each_address_that_the_panel_has_a_page_for() -> None:
    text = (PANEL / "src" / "routing" / "pages.ts").read_text(encoding="utf-8")
    words = set(re.findall(r'\bpath: "/([a-z]*)"', text))
    assert words - {""} == set(PAGES)
