"""Tar files: what others write is read, what is crafted is refused."""

import gzip
import io
import tarfile

import pytest

from gateway.archives.checks import ArchiveFault, Limits
from gateway.archives.tar import members
from tests.fakes.archives import special, tarred, tarred_infos

FORMS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
LONG = "folder/" + "n" * 90 + "/" + "m" * 60
FILES = {"blacklist.exact.json": b"[]" * 500, "empty": b"", LONG: b"1"}


def read(content: bytes, limits: Limits | None = None) -> dict[str, bytes]:
    return {member.name: member.content for member in members(io.BytesIO(content), limits or Limits())}


def refused(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ArchiveFault) as fault:
        read(content, limits)
    return str(fault.value)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("mode", ["", "gz"])
def test_all_members_are_read_in_every_form(form: int, mode: str) -> None:
    assert read(tarred(FILES, mode=mode, form=form)) == FILES


def test_names_of_other_scripts_are_read() -> None:
    for form in FORMS[1:]:
        assert read(tarred({"grün/ß": b"1"}, form=form)) == {"grün/ß": b"1"}


def test_folders_and_a_dot_in_front_are_no_matter() -> None:
    infos = [
        special("./", tarfile.DIRTYPE),
        special("./dnsmasq.d", tarfile.DIRTYPE),
        (tarfile.TarInfo("./a"), b"1"),
    ]
    assert read(tarred_infos(infos)) == {"a": b"1"}


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a link"),
        (tarfile.LNKTYPE, "a link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a pipe"),
        (tarfile.GNUTYPE_SPARSE, "a sparse file"),
        (b"Z", "no plain file"),
    ],
)
def test_what_is_no_plain_file_is_refused(kind: bytes, what: str) -> None:
    made = tarred_infos([(tarfile.TarInfo("good"), b"1"), special("bad", kind, "/etc/passwd")])
    assert refused(made) == f"'bad' is {what}"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "a/../../b", "a\\b", "..", "x\ny"])
def test_paths_that_lead_elsewhere_are_refused(name: str) -> None:
    for form in FORMS:
        refused(tarred({"good": b"1", name: b"2"}, form=form))


def test_the_same_name_twice_is_refused() -> None:
    infos = [(tarfile.TarInfo("a"), b"1"), (tarfile.TarInfo("a"), b"2")]
    assert "twice" in refused(tarred_infos(infos))


def test_bombs_are_refused() -> None:
    assert "bomb" in refused(tarred({"zeros": bytes(4 << 20)}), Limits(ratio=100, ratio_from=1 << 20))
    assert "more than 200 files" in refused(tarred({str(number): b"" for number in range(201)}))
    assert "larger" in refused(tarred({"a": bytes(100)}), Limits(member_bytes=99))
    assert "larger" in refused(tarred({"a": bytes(60), "b": bytes(60)}), Limits(total_bytes=100))
    folders = [special(f"d{number}", tarfile.DIRTYPE) for number in range(300)]
    assert "more than 200 files" in refused(tarred_infos(folders))
    assert refused(gzip.compress(bytes(512) + bytes(64 << 20))) == (
        "the archive unpacks to hundreds of times its size: a bomb"
    )


def test_a_long_header_is_not_read_into_memory() -> None:
    info = tarfile.TarInfo("a")
    info.pax_headers = {"comment": "x" * 10_000}
    assert "header that is too long" in refused(tarred_infos([(info, b"1")], form=tarfile.PAX_FORMAT))


@pytest.mark.parametrize("key", ["GNU.sparse.size", "size", "linkpath"])
def test_a_pax_header_that_changes_what_was_read_is_refused(key: str) -> None:
    info = tarfile.TarInfo("a")
    info.pax_headers = {key: "3"}
    assert "not supported" in refused(tarred_infos([(info, b"1")], form=tarfile.PAX_FORMAT))


def test_damage_is_refused() -> None:
    content = tarred(FILES)
    for cut in range(0, len(content), 3):
        refused(content[:cut])
    plain = tarred(FILES, mode="")
    for cut in (100, 512, 700, 1024):
        refused(plain[:cut])
    assert "checksum" in refused(b"x" + plain[1:])
    assert "after its end" in refused(content + b"x")
    assert "after its end" in refused(content + content)
    assert "after its end" in refused(plain + b"x")
    assert read(content + bytes(100)) == FILES


def test_a_size_in_another_notation_is_refused() -> None:
    header = bytearray(tarred({"a": b""}, mode=""))
    header[124:136] = b"\x80" + bytes(10) + b"\x05"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    assert "number is none" in refused(bytes(header))
