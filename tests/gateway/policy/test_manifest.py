"""The manifest is whole or refused."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import OwnFault
from gateway.policy.manifest import Manifest, current, encode, place, point, read

MANIFEST = Manifest(7, "base-3", "a" * 64, "overlay-7", "b" * 64, "c" * 64)


def test_the_manifest_in_force_is_the_one_pointed_to(tmp_path: Path) -> None:
    place(tmp_path / MANIFEST.kept_as, encode(MANIFEST))
    point(tmp_path, MANIFEST)
    assert current(tmp_path) == MANIFEST
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest", "manifest-7"]


def test_pointing_works_where_files_cannot_be_linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(source: Path, target: Path) -> None:
        raise PermissionError(f"no links here: {source} {target}")

    monkeypatch.setattr(os, "link", no_links)
    point(tmp_path, MANIFEST)
    assert current(tmp_path) == MANIFEST


def test_a_folder_without_a_manifest_says_so(tmp_path: Path) -> None:
    with pytest.raises(OwnFault, match="no policy has been published") as caught:
        current(tmp_path)
    assert caught.value.hint


@given(st.data())
def test_a_damaged_manifest_is_refused(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    damaged = bytearray(encode(MANIFEST))
    at = data.draw(st.integers(0, len(damaged) - 1))
    if data.draw(st.booleans()):
        del damaged[at:]
    else:
        damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.mktemp("damaged") / "manifest"
    path.write_bytes(damaged)
    with pytest.raises(OwnFault):
        read(path)


def test_a_manifest_that_points_elsewhere_is_refused(tmp_path: Path) -> None:
    outside = Manifest(7, "../base-3", "", "overlay-7", "", "")
    place(tmp_path / "manifest", encode(outside))
    with pytest.raises(OwnFault, match="no file beside it"):
        current(tmp_path)


def test_a_file_that_cannot_be_put_in_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(tmp_path / "file", b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, f"No space left on device: {descriptor}")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        place(tmp_path / "file", b"new")
    assert (tmp_path / "file").read_bytes() == b"old"
