"""`python -m deploy.document`: the API's document, without a running box. With --types as the panel's types.

Those are api/panel/src/api/document.ts, which is not in git: `npm run check` then says where panel and API disagree.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from api.app import create_app
from api.box import ApiBox
from deploy import panel_build
from gateway.data import Data
from gateway.settings import Settings


def made() -> str:
    """The document of a box that there is not."""
    with tempfile.TemporaryDirectory(prefix="hg-") as folder:
        box = ApiBox(Data(Path(folder)), Settings())
        try:
            return json.dumps(create_app(box).openapi())
        finally:
            box.close()


def write_types(panel: Path) -> None:
    """Make them anew. A file that says the same already is left alone. Raises BuildError."""
    panel_build.install_tools(panel)
    node = panel_build.needed()
    target = panel / "src" / "api" / "document.ts"
    with tempfile.TemporaryDirectory(prefix=".document-", dir=panel / "node_modules") as folder:
        source, result = Path(folder, "openapi.json"), Path(folder, "document.ts")
        source.write_text(made())
        node.run(panel, "run", "document", "--", str(source), "--output", str(result))
        types = result.read_text()
    if not target.exists() or target.read_text() != types:
        target.write_text(types)


def main(arguments: list[str]) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--types", action="store_true", help="write them, instead of printing the document")
    if not parser.parse_args(arguments).types:
        print(made())
        return 0
    try:
        write_types(panel_build.ROOT / "api" / "panel")
    except panel_build.BuildError as error:
        print(f"hushgate: the panel: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
