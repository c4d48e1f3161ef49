import msgspec
import pytest

from gateway.backup.format import FileNote, Manifest, is_log, manifest_of, table_file, table_of
from gateway.errors import UsageError
from gateway.store import dump

GOOD = Manifest("hushgate-backup", 1, dump.SCHEMA, "0.1", 5, {"a": FileNote("", 0, 0)})


def test_a_manifest_is_read_and_one_with_more_in_it_too() -> None:
    assert manifest_of(msgspec.json.encode(GOOD)) == GOOD
    assert manifest_of(msgspec.json.encode({**msgspec.to_builtins(GOOD), "colour": "blue"})) == GOOD
    assert (
        manifest_of(msgspec.json.encode({**msgspec.to_builtins(GOOD), "schema": "policy_0001"})).version == 1
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": "other"}, "no backup of Hushgate's"),
        ({"version": 2}, "newer Hushgate"),
        ({"schema": "policy_9999"}, "newer Hushgate"),
        ({"schema": "nonsense"}, "newer Hushgate"),
        ({"files": 5}, "cannot be read"),
        ({"files": {"a": {"sha256": 1}}}, "cannot be read"),
    ],
)
def test_one_that_is_none_or_of_a_later_version_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        manifest_of(msgspec.json.encode({**msgspec.to_builtins(GOOD), **changes}))
    with pytest.raises(UsageError, match="cannot be read"):
        manifest_of(b"[" * 100_000)


def test_files_are_told_by_their_names() -> None:
    assert table_of(table_file("rule")) == "rule"
    assert table_of("tables/../x.jsonl") is None
    assert is_log("log/000001.jsonl")
    assert not is_log("log/../../x")
