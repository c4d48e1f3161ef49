"""Zip files: what others write is read, what is crafted is refused whole."""

import io
import stat
import struct
import zipfile
from typing import Any

import pytest

from gateway.archives.checks import ArchiveFault, Limits
from gateway.archives.zip import members
from tests.fakes.archives import zipped

FILES = {"etc/pihole/gravity.db": b"SQLite" * 100, "empty": b"", "a": b"1"}


def read(content: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    return {member.name: member.content for member in members(io.BytesIO(content), limits or Limits())}


def refused(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ArchiveFault) as fault:
        read(content, limits)
    return str(fault.value)


def patched(content: bytes, at: int, new: bytes) -> bytes:
    return content[:at] + new + content[at + len(new) :]


def entry(content: bytes, number: int = 0) -> int:
    """Where a member's entry in the directory begins."""
    at = content.index(b"PK\x01\x02")
    for _ in range(number):
        at = content.index(b"PK\x01\x02", at + 4)
    return at


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_all_members_are_read(method: int) -> None:
    assert read(zipped(FILES, method=method)) == FILES


def test_one_that_was_written_as_a_stream_with_folders_and_a_comment_is_read() -> None:
    class Pipe(io.RawIOBase):
        """Cannot be sought in: sizes stand behind each member."""

        def __init__(self) -> None:
            self.content = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            piece = bytes(data)
            self.content += piece
            return len(piece)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/", "")
        for name, content in FILES.items():
            archive.writestr(name, content)
        archive.comment = b"a comment"
    assert read(pipe.content) == FILES


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_other_methods_are_refused(method: int) -> None:
    assert "method" in refused(zipped(FILES, method=method))


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a\\..\\b", "a/../../b", "C:\\x"])
def test_paths_that_lead_elsewhere_are_refused(name: str) -> None:
    assert refused(zipped({"good": b"1", name: b"2"}))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_the_same_name_twice_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", "1")
        archive.writestr("a", "2")
    assert "twice" in refused(made.getvalue())


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind: int) -> None:
    made = io.BytesIO()
    info = zipfile.ZipInfo("link")
    info.create_system, info.external_attr = 3, (kind | 0o777) << 16
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert "a link or a device" in refused(made.getvalue())


def test_encrypted_members_are_refused() -> None:
    content = zipped(FILES)
    assert "encrypted" in refused(patched(content, entry(content, 1) + 8, b"\x01\0"))


def test_bombs_are_refused() -> None:
    small = Limits(ratio=100, ratio_from=1 << 20)
    assert "bomb" in refused(zipped({"zeros": bytes(2 << 20)}), small)
    many = zipped({str(number): b"" for number in range(201)})
    assert "more than 200 files" in refused(many)
    assert "larger" in refused(zipped({"a": bytes(100)}), Limits(member_bytes=99))
    assert "larger" in refused(zipped({"a": bytes(60), "b": bytes(60)}), Limits(total_bytes=100))


def test_a_member_larger_than_it_says_is_refused() -> None:
    content = zipped({"a": b"x" * 5000})
    lie = patched(content, entry(content) + 24, struct.pack("<L", 10))
    assert "larger than it says" in refused(lie)
    less = patched(content, entry(content) + 24, struct.pack("<L", 6000))
    assert "checksum" in refused(less)


def test_members_that_overlap_are_refused() -> None:
    content = zipped({"a": b"x" * 50, "b": b"y" * 50}, method=zipfile.ZIP_STORED)
    shared = patched(content, entry(content, 1) + 42, struct.pack("<L", 0))
    assert "overlap" in refused(shared)


def test_another_name_in_front_of_the_member_is_refused() -> None:
    assert "another name" in refused(patched(zipped({"abc": b"1"}), 30, b"x"))


def test_damage_is_refused() -> None:
    content = zipped(FILES)
    assert "checksum" in refused(patched(content, entry(content) + 16, b"\0\0\0\0"))
    for cut in range(len(content)):
        refused(content[:cut])
    assert "goes on after its end" in refused(content + b"x")
    assert "not where it says" in refused(b"x" + content)
    assert refused(b"PK\x05\x06" + bytes(17))


def test_nothing_comes_of_an_archive_whose_directory_is_bad_anywhere() -> None:
    content = zipped({"good": b"1", "../bad": b"2"})
    found = members(io.BytesIO(content), Limits())
    with pytest.raises(ArchiveFault):
        next(found)
