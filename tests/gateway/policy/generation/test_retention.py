"""Old generations go, the last ones stay."""

from pathlib import Path

from gateway.policy.generation.retention import KEPT, kept, last_number, remove_old, remove_parts
from gateway.policy.manifest import Manifest, encode, place


def generation(folder: Path, number: int, base: int) -> Manifest:
    made = Manifest(number, f"base-{base}", "", f"overlay-{number}", "", "")
    (folder / made.base).touch()
    (folder / made.overlay).touch()
    place(folder / made.kept_as, encode(made))
    return made


def test_the_last_generations_stay_with_the_bases_they_lie_on(tmp_path: Path) -> None:
    for number in range(1, 10):
        newest = generation(tmp_path, number, base=1 if number < 6 else 6)
    for other in ("lock", "hushgate.db", "base-x", "overlay-8.new"):
        (tmp_path / other).touch()
    (tmp_path / "base-2").touch()
    remove_old(tmp_path, newest)
    assert [manifest.generation for manifest in kept(tmp_path)] == [9, 8, 7, 6, 5]
    assert len(kept(tmp_path)) == KEPT
    names = {path.name for path in tmp_path.iterdir()}
    assert {"base-1", "base-6", "lock", "hushgate.db", "base-x", "overlay-8.new"} < names
    assert "base-2" not in names
    assert "overlay-4" not in names


def test_a_damaged_old_manifest_is_taken_away(tmp_path: Path) -> None:
    newest = generation(tmp_path, 2, 1)
    (tmp_path / "manifest-1").write_bytes(b"{")
    assert [manifest.generation for manifest in kept(tmp_path)] == [2]
    remove_old(tmp_path, newest)
    assert not (tmp_path / "manifest-1").exists()


def test_numbers_count_on_from_any_file_of_a_generation(tmp_path: Path) -> None:
    assert last_number(tmp_path) == 0
    (tmp_path / "overlay-12").touch()
    (tmp_path / "base-3").touch()
    assert last_number(tmp_path) == 12


def test_unfinished_bases_are_removed(tmp_path: Path) -> None:
    for name in ("base.new", "base-3", "overlay-3"):
        (tmp_path / name).touch()
    remove_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["base-3", "overlay-3"]
