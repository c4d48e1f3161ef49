"""The panel's pages as they were built: what there is, and in which encodings. Nothing else of the disk is read.

`npm run build` in api/panel writes `dist/`, and its list last (pack.ts): what is not listed is not there.
"""

import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parent / "panel" / "dist"
LIST = "listing.json"
PAGE = "index.html"

# By the end of its name. A build with anything else in it is refused by tests/api/test_built.py.
TYPES: Mapping[str, str] = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "webmanifest": "application/manifest+json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/vnd.microsoft.icon",
    "woff2": "font/woff2",
    "txt": "text/plain; charset=utf-8",
}
_ENDS = {"br": ".br", "gzip": ".gz"}  # the best first


class Part(msgspec.Struct, frozen=True):
    """One file of the build."""

    tag: str  # of its content
    encodings: tuple[str, ...] = ()  # in which it lies there besides as it is


class Built:
    """What a build left in a folder. A new build there is seen at once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._folder = folder
        self._looking = threading.Lock()
        self._of: tuple[int, int] | None = None
        self._parts: dict[str, Part] = {}

    def parts(self) -> Mapping[str, Part]:
        """Name → file; empty where nothing was built."""
        try:
            found = (self._folder / LIST).stat()
        except FileNotFoundError:
            return {}
        of = (found.st_ino, found.st_mtime_ns)
        with self._looking:
            if of != self._of:
                listed = (self._folder / LIST).read_bytes()
                self._parts, self._of = msgspec.json.decode(listed, type=dict[str, Part]), of
            return self._parts

    def read(self, name: str, encoding: str = "") -> bytes | None:
        """Its content, from the disk each time: the system keeps what is asked for often, and drops the rest.

        None where the build does not list it.
        """
        part = self.parts().get(name)
        if part is None or (encoding and encoding not in part.encodings):
            return None
        try:
            return (self._folder / f"{name}{_ENDS.get(encoding, '')}").read_bytes()
        except FileNotFoundError:  # a new build took its place just now
            return None


def kind_of(name: str) -> str:
    """Its media type."""
    return TYPES.get(name.rpartition(".")[2], "application/octet-stream")


def best(part: Part, accepted: str) -> str:
    """The encoding of `part` for this Accept-Encoding (RFC 9110 §12.5.3); "" for none."""
    wanted = {}
    for one in accepted.lower().split(","):
        coding, _, quality = one.partition(";")
        wanted[coding.strip()] = quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((one for one in _ENDS if one in part.encodings and wanted.get(one, False)), "")
