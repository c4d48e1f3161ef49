"""A publisher's files become one bundle, always the same; what is wrong is said with file and line."""

from pathlib import Path

import pytest

from gateway.bundles import building
from gateway.bundles import format as formats
from gateway.bundles.format import BundleFault, BundleList, BundleRule
from gateway.bundles.verifying import shipped

CATALOGUE = """
[vendor]
company = "Phones"
country = "DE"
domains = ["phones.de"]

[[host]]
pattern = "log.phones.de"
purposes = ["analytics"]
breakage = "nothing"
profile = "essential"
confidence = "high"
evidence = ["a capture"]
"""
LISTS = """
[[list]]
source = "https://lists.example/a"
group = "kids"

[[rule]]
text = "||c.example^"
group = "kids"
comment = "for kids"
"""


def build(*paths: Path, name: str = "acme") -> bytes:
    return building.build(paths, name=name, version=1, issued=1000, expires=2000, shipped=shipped())


def test_a_folder_of_files_becomes_one_bundle(tmp_path: Path) -> None:
    (tmp_path / "rules.txt").write_text("\ufeff! comment\n\n||a.example^  \r\n# more\n@@||b.example^\n")
    (tmp_path / "vendors").mkdir()
    (tmp_path / "vendors" / "phones.toml").write_text(CATALOGUE)
    (tmp_path / "lists.toml").write_text(LISTS)
    (tmp_path / "README.md").write_text("not of it")
    data = build(tmp_path)
    assert build(tmp_path) == data
    bundle = formats.decode(data, shipped())
    assert bundle.rules == (
        BundleRule("||c.example^", "kids", "for kids"),
        BundleRule("||a.example^"),
        BundleRule("@@||b.example^"),
    )
    assert bundle.lists == (BundleList("https://lists.example/a", group="kids"),)
    assert (bundle.rows, bundle.catalogue.hosts[0]["company"]) == (1, "Phones")
    assert (bundle.issued_at, bundle.expires_at) == (1000, 2000)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.txt", b"||a.example^\n||b.example^$unheard\n", r"a\.txt:2: "),
        ("a.txt", b"\xff", "not UTF-8"),
        ("a.txt", b"", "nothing is in it"),
        ("a.toml", b"x = ", r"a\.toml: "),
        ("a.toml", b"[x]\n", "unknown table 'x'"),
        ("a.toml", b"[rule]\ntext = '||a^'\n", r"write \[\[rule\]\]"),
        ("a.toml", b"[[rule]]\ntext = 1\n", "rule 1"),
        ("a.toml", b"[[list]]\nsource = 'https://a.example/'\nmore = 1\n", "list 1"),
        ("a.toml", b"[[list]]\nsource = '/etc/passwd'\n", "not a URL"),
        ("a.toml", b"[[host]]\npattern = 'a.b.example'\n", "bundle:acme:1"),
        ("a.toml", b"[[host]]\npattern = 2026-01-01\n", "no bundle|bundle:acme:1"),
        ("a.toml", b"x = " + b"[" * 5000, r"a\.toml"),
        ("a.md", b"", "neither"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BundleFault, match=reason):
        build(tmp_path / name)


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BundleFault, match="No such file"):
        build(tmp_path / "a.txt")
    with pytest.raises(BundleFault, match="in this folder"):
        build(tmp_path)


def test_a_name_that_cannot_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("||a.example^\n")
    with pytest.raises(BundleFault, match="name"):
        build(tmp_path, name="../Acme")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\n" * (formats.MAX_BYTES + 1))
    with pytest.raises(BundleFault, match="larger"):
        build(tmp_path)
