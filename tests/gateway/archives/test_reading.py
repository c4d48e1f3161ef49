"""Any bytes are an archive's files or its one error, and nothing is ever written anywhere."""

import time
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.archives.checks import ArchiveFault, Limits, is_nested
from gateway.archives.reading import read
from tests.fakes.archives import tarred, zipped

names = st.from_regex(r"[a-z0-9_.-]{0,10}[a-z0-9]", fullmatch=True)
files = st.dictionaries(names, st.binary(max_size=300), max_size=5)
SMALL = Limits(members=20, member_bytes=2000, total_bytes=5000)


def outcome(content: bytes) -> dict[str, bytes] | str:
    began = time.monotonic()
    try:
        return read(content, SMALL)
    except ArchiveFault as fault:
        return str(fault)
    finally:
        assert time.monotonic() - began < 2


@given(files)
def test_what_was_packed_comes_out(packed: dict[str, bytes]) -> None:
    plain = {name: content for name, content in packed.items() if not is_nested(content)}
    for made in (
        zipped(plain),
        zipped(plain, method=zipfile.ZIP_STORED),
        tarred(plain),
        tarred(plain, mode=""),
    ):
        if plain or made[:2] in (b"PK", b"\x1f\x8b"):
            assert read(made) == plain


@given(st.binary(max_size=2000))
def test_any_bytes_are_files_or_the_one_error(content: bytes) -> None:
    assert outcome(content)
    outcome(b"PK\x03\x04" + content)
    outcome(b"\x1f\x8b" + content)


@settings(max_examples=300)
@given(files, st.sampled_from(["zip", "tar", "gz"]), st.data())
def test_changed_bytes_are_files_or_the_one_error(
    packed: dict[str, bytes], kind: str, data: st.DataObject
) -> None:
    made = bytearray(zipped(packed) if kind == "zip" else tarred(packed, mode="" if kind == "tar" else "gz"))
    for _ in range(data.draw(st.integers(1, 4))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    said = outcome(bytes(made))
    assert isinstance(said, dict) or said.isprintable()


def test_what_is_none_is_said_to_be_none() -> None:
    for content in (b"", b"hello", bytes(2000), b"Rar!\x1a\x07" + bytes(100)):
        with pytest.raises(ArchiveFault, match="neither zip nor tar"):
            read(content)


def test_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    read(zipped({"a/b": b"1"}))
    read(tarred({"a/b": b"1"}))
    for made in (zipped({"x": b"", "../y": b"1"}), tarred({"x": b"", "../y": b"1"})):
        assert isinstance(outcome(made), str)
    assert list(tmp_path.iterdir()) == []
    assert not (tmp_path.parent / "y").exists()
