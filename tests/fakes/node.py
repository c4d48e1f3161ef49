"""A Node.js and an npm that build a panel of one page at once, and write down what they were asked."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

NPM = """#!/bin/sh
[ "$1" != --version ] || { echo "$NPM_VERSION"; exit; }
echo "$*" >>"$0.asked"
[ ! -e "$0.fails" ] || { cat "$0.fails"; exit 1; }
case $1 in
ci) rm -rf node_modules && mkdir -p node_modules/vite ;;
run) [ "$2" != document ] || { cat "$4" >"$6"; exit; }
    mkdir -p "$5" && cat index.html >"$5/index.html" && echo '{}' >"$5/listing.json" ;;
esac
"""


@dataclass(frozen=True)
class FakeNode:
    """In a folder of its own, to be put into PATH."""

    folder: Path

    @property
    def asked(self) -> list[str]:
        """What npm was called with."""
        notes = self.folder / "npm.asked"
        return notes.read_text().splitlines() if notes.exists() else []

    def forget(self) -> None:
        """Nothing was asked yet."""
        (self.folder / "npm.asked").unlink(missing_ok=True)

    def fails(self, printing: str) -> None:
        """From now on npm prints this and fails; "" for no longer."""
        notes = self.folder / "npm.fails"
        if printing:
            notes.write_text(printing)
        else:
            notes.unlink()


def installed(folder: Path, *, node: str = "v22.12.0", npm: str = "11.0.0") -> FakeNode:
    """Put both into `folder`."""
    folder.mkdir(exist_ok=True)
    for name, text in (
        ("node", f"#!/bin/sh\necho {node}\n"),
        ("npm", NPM.replace("$NPM_VERSION", npm)),
    ):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return FakeNode(folder)


def panel(folder: Path) -> Path:
    """Sources of a panel."""
    (folder / "src").mkdir(parents=True)
    (folder / "tests").mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "panel"}))
    (folder / "package-lock.json").write_text("{}")
    (folder / "index.html").write_text("one")
    (folder / "src" / "main.ts").write_text("")
    return folder


def path_with(plain: Path, *folders: Path) -> str:
    """PATH with these folders, and with little else, put into `plain`: no Node.js of the machine."""
    plain.mkdir(exist_ok=True)
    for name in ("sh", "cat", "rm", "mkdir"):
        found = shutil.which(name, path="/usr/bin:/bin")
        assert found
        (plain / name).unlink(missing_ok=True)
        (plain / name).symlink_to(found)
    return os.pathsep.join(map(str, (*folders, plain)))
