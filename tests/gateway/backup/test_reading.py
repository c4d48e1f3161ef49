"""An archive is a whole backup, or one error."""

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.archives.checks import Member
from gateway.archives.reading import read as unpack
from gateway.archives.writing import packed
from gateway.backup import format as formats
from gateway.backup.reading import Backup, read
from gateway.errors import UsageError
from gateway.store import dump
from tests.fakes import backups, idle_box
from tests.fakes.archives import tarred
from tests.fakes.backups import changed, opened, with_row


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    data = idle_box.made(Path(tmp_path_factory.mktemp("hg")))
    backups.fill(data)
    return backups.of(data)


def test_all_tables_are_read(archive: bytes) -> None:
    found = read(opened(archive))
    assert tuple(found.rows) == dump.STATE
    assert [row["name"] for row in found.rows["group"]] == ["everyone", "kids"]
    assert found.manifest.created == backups.NOW


def repacked(archive: bytes, edit: Callable[[dict[str, bytes]], object]) -> bytes:
    """Changed, with the sums of before."""
    files = unpack(archive, formats.LIMITS)
    edit(files)
    return b"".join(packed((Member(name, content) for name, content in files.items()), 1))


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (lambda files: files.pop("manifest.json"), "no backup of Hushgate's"),
        (lambda files: files.pop("tables/rule.jsonl"), "not those of its manifest"),
        (lambda files: files.update({"more": b""}), "not those of its manifest"),
        (lambda files: files.update({"tables/rule.jsonl": b""}), "not what the backup's manifest says"),
        (lambda files: files.update({"settings.json": b"{}"}), "not what the backup's manifest says"),
    ],
)
def test_what_somebody_changed_is_refused(
    archive: bytes, edit: Callable[[dict[str, bytes]], object], reason: str
) -> None:
    with pytest.raises(UsageError, match=reason):
        read(opened(repacked(archive, edit)))


def test_tables_that_are_missing_or_not_known_are_refused(archive: bytes) -> None:
    for edit in (
        lambda files: files.pop("tables/rule.jsonl"),
        lambda files: files.update({"tables/session.jsonl": b""}),
        lambda files: files.update({"tables/sqlite_master.jsonl": b"{}\n"}),
        lambda files: files.update({"tables/account.jsonl": b""}),  # without having said so
    ):
        with pytest.raises(UsageError, match=r"tables|table that is not known"):
            read(opened(changed(archive, edit)))


@pytest.mark.parametrize(
    "values", [{"id": "x"}, {"enabled": 1}, {"sudo": True}, {"text": None}, {"id": 2**40}]
)
def test_a_row_that_does_not_fit_is_named(archive: bytes, values: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"tables/rule\.jsonl:1: "):
        read(opened(with_row(archive, "rule", **values)))


def test_what_is_no_archive_of_ours_is_refused() -> None:
    for content in (b"", b"x", tarred({"a": b""}), tarred({"../manifest.json": b""})):
        with pytest.raises(UsageError):
            read(opened(content))


def test_too_many_rows_are_not_held(archive: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formats, "MAX_TABLES", 100)
    with pytest.raises(UsageError, match="MB of rows"):
        read(opened(archive))


def outcome(content: bytes) -> Backup | str:
    try:
        return read(opened(content))
    except UsageError as fault:
        return str(fault)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_one_error(archive: bytes, data: st.DataObject) -> None:
    content = bytearray(archive)
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    said = outcome(bytes(content))
    assert isinstance(said, str) or said == read(opened(archive))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2)
)


@settings(max_examples=80, deadline=None)
@given(
    table=st.sampled_from(dump.STATE),
    row=st.dictionaries(st.sampled_from(["id", "name", "text", "url"]), values),
)
def test_any_row_is_read_or_the_one_error(archive: bytes, table: str, row: dict[str, object]) -> None:
    lines = {f"tables/{table}.jsonl": json.dumps(row).encode() + b"\n"}
    assert isinstance(outcome(changed(archive, lambda files: files.update(lines))), str)
    assert msgspec.json.encode(row)
