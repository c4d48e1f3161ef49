from pathlib import Path

from gateway.policy.generation.passages import Copies


def state(path: Path) -> tuple[int, int]:
    stat = path.stat()
    return stat.st_size, stat.st_mtime_ns


def test_a_passage_is_read_while_the_copy_is_what_it_was(tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    path.write_bytes(b"one\ntwo\nthree\n")
    was, copies = state(path), Copies()
    assert copies.read(str(path), was, 4, 8) == b"two\n"
    path.write_bytes(b"something else\n")
    assert copies.read(str(path), was, 4, 8) == b""


def test_a_copy_that_was_replaced_is_still_the_one_compiled(tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    path.write_bytes(b"one\n")
    was, copies = state(path), Copies()
    assert copies.read(str(path), was, 0, 4) == b"one\n"
    path.unlink()
    path.write_bytes(b"two\n")
    assert copies.read(str(path), was, 0, 4) == b"one\n"


def test_a_missing_copy_has_no_text(tmp_path: Path) -> None:
    assert Copies().read(str(tmp_path / "none"), (0, 0), 0, 1) == b""


def test_files_are_closed_with_the_last_reference(tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    path.write_bytes(b"one\n")
    before = len(list(Path("/proc/self/fd").iterdir()))
    copies = Copies()
    copies.read(str(path), state(path), 0, 1)
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 1
    del copies
    assert len(list(Path("/proc/self/fd").iterdir())) == before
