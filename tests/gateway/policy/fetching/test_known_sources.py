"""The reader of sources.toml."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.fetching.known_sources import KnownSource, SourcesFault, load

SOURCE = """
[[source]]
name = "Acme"
url = "https://lists.example/acme.txt"
syntax = "hosts"
licence = "MIT"
about = "Acme's trackers."
homepage = "https://lists.example/"
"""


def read(tmp_path: Path, text: str) -> tuple[KnownSource, ...]:
    path = tmp_path / "sources.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    return load(path)


def test_a_source_is_read(tmp_path: Path) -> None:
    (source,) = read(tmp_path, SOURCE)
    assert (source.name, source.syntax, source.rules) == ("Acme", "hosts", 0)


@pytest.mark.parametrize(
    ("old", "new"),
    [("https://lists.example/acme", "http://lists.example/acme"), ('"hosts"', '"text"'), ("licence", "license"),
     ('"MIT"', '""'), ("[[source]]", "[[sources]]"), ('"Acme"', "Acme")],
)  # fmt: skip
def test_a_source_that_breaks_the_schema_is_refused(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(SourcesFault, match=r"^sources\.toml: "):
        read(tmp_path, SOURCE.replace(old, new))


@pytest.mark.parametrize(("old", "field"), [("Acme", "url"), ("acme.txt", "name")])
def test_a_source_is_there_once(tmp_path: Path, old: str, field: str) -> None:
    with pytest.raises(SourcesFault, match=f"{field} .* is there twice"):
        read(tmp_path, SOURCE + SOURCE.replace(old, "other"))


@given(st.lists(st.sampled_from(SOURCE.splitlines()) | st.text(max_size=20), max_size=20))
def test_any_text_is_sources_or_a_sources_fault(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    with suppress(SourcesFault):
        assert isinstance(read(tmp_path_factory.mktemp("sources"), "\n".join(lines)), tuple)
