import gzip
import json
import zlib
from pathlib import Path

import pytest

from api.built import TYPES, Built, Part, best, kind_of
from tests.fakes.panel import FILES, build_of

PACKED = Part("1", ("br", "gzip"))


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("gzip; q=0.000", ""),
        ("GZIP", "gzip"),
        ("*", ""),  # whoever takes anything gets it plain
        ("", ""),
        (",;q=,br;", "br"),
    ],
)
def test_the_smallest_that_the_browser_takes_is_chosen(accepted: str, expected: str) -> None:
    assert best(PACKED, accepted) == expected
    assert best(Part("1"), accepted) == ""


def test_only_what_is_listed_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.js").write_text("secret")
    built = Built(build_of(tmp_path / "dist"))
    assert set(built.parts()) == set(FILES)
    assert built.read("index.html") == FILES["index.html"]
    for name in ("listing.json", "../secret.js", "/etc/passwd", "assets", "", "index.html.gz"):
        assert built.read(name) is None
    packed = built.read("assets/a-1.js", "gzip")
    assert packed is not None
    assert gzip.decompress(packed) == FILES["assets/a-1.js"]
    assert built.read("assets/a-1.js", "br") is None


def test_a_new_build_is_seen_at_once_and_the_old_one_is_gone(tmp_path: Path) -> None:
    folder = build_of(tmp_path / "dist")
    built = Built(folder)
    assert "sw.js" in built.parts()
    build_of(folder, {"index.html": b"new"})
    assert set(built.parts()) == {"index.html"}
    assert built.read("index.html") == b"new"


def test_a_file_that_went_while_it_was_looked_for_is_not_there(tmp_path: Path) -> None:
    built = Built(build_of(tmp_path / "dist"))
    (tmp_path / "dist" / "sw.js").unlink()
    assert built.read("sw.js") is None


def test_where_nothing_was_built_there_is_nothing(tmp_path: Path) -> None:
    assert Built(tmp_path / "dist").parts() == {}
    assert Built(tmp_path / "dist").read("index.html") is None


def test_the_real_build_holds_nothing_of_a_type_that_we_do_not_know(panel_dist: Path) -> None:
    parts = Built(panel_dist).parts()
    assert "index.html" in parts
    assert not [name for name in parts if name.rpartition(".")[2] not in TYPES]
    assert kind_of("manifest.webmanifest") == "application/manifest+json"


def test_the_real_build_is_listed_whole_and_the_same_in_each_encoding(panel_dist: Path) -> None:
    parts = json.loads((panel_dist / "listing.json").read_text())
    there = {path.relative_to(panel_dist).as_posix() for path in panel_dist.rglob("*") if path.is_file()}
    ends = {"br": ".br", "gzip": ".gz"}
    listed = {f"{name}{ends[one]}" for name, part in parts.items() for one in part["encodings"]}
    assert there == {*parts, *listed, "listing.json", "sources.sha256"}
    for name, part in parts.items():
        if "gzip" in part["encodings"]:
            packed = (panel_dist / f"{name}.gz").read_bytes()
            assert zlib.decompress(packed, wbits=31) == (panel_dist / name).read_bytes()
