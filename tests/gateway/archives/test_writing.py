import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.archives.checks import Member, is_nested
from gateway.archives.reading import read
from gateway.archives.writing import packed

NOW = 1_780_000_000


def whole(files: dict[str, bytes]) -> bytes:
    return b"".join(packed([Member(name, content) for name, content in files.items()], NOW))


def test_others_can_read_it_and_learn_nothing_of_the_box() -> None:
    made = whole({"manifest.json": b"{}", "tables/rule.jsonl": b"x" * 2000})
    with tarfile.open(fileobj=io.BytesIO(made), mode="r:gz") as archive:
        for info in archive.getmembers():
            assert (info.uid, info.gid, info.uname, info.gname, info.mode) == (0, 0, "", "", 0o600)
            assert info.mtime == NOW
        found = archive.extractfile("tables/rule.jsonl")
        assert found is not None
        assert found.read() == b"x" * 2000


def test_the_same_files_are_the_same_bytes() -> None:
    assert whole({"a": b"1", "b": b"2"}) == whole({"a": b"1", "b": b"2"})


@given(st.dictionaries(st.from_regex(r"[a-z]{1,20}(/[a-z]{1,9})?", fullmatch=True), st.binary(max_size=2000)))
def test_what_is_written_is_read(files: dict[str, bytes]) -> None:
    plain = {name: content for name, content in files.items() if not is_nested(content)}
    assert read(whole(plain)) == plain


def test_a_name_too_long_for_the_format_is_our_own_mistake() -> None:
    with pytest.raises(ValueError, match="too long"):
        whole({"x" * 101: b""})
