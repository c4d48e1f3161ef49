"""What a backup holds makes a box, or is refused with the row that does not."""

from pathlib import Path
from typing import Any

import pytest

from gateway.backup.checking import check
from gateway.backup.reading import read
from gateway.errors import UsageError
from gateway.store.dump import Row
from tests.fakes import backups, idle_box


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    data = idle_box.made(Path(tmp_path_factory.mktemp("hg")))
    backups.fill(data)
    return backups.of(data, secrets=True)


@pytest.fixture
def rows(archive: bytes) -> dict[str, list[Row]]:
    return read(backups.opened(archive)).rows


def test_what_a_box_holds_is_right(rows: dict[str, list[Row]]) -> None:
    check(rows)


BUNDLE: Row = {
    "name": "acme", "url": "", "key_id": "", "version": 3, "issued": 0, "expires": 0, "sha256": "", "applied": 0,
    "fetched": 0, "error": "", "highest": 3, "content": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "values", "reason"),
    [
        ("rule", {"text": "||a.example^$unheard"}, "backup's rule, row 1: .*unknown modifier"),
        ("rule", {"text": "a\nb"}, "control character"),
        ("rule", {"text": "/(/"}, "refused"),
        ("rule", {"comment": "x" * 501}, "longer than 500"),
        ("rule", {"expires": -1}, "before all time"),
        ("rule", {"group": "nobody"}, "'nobody' is not in the backup"),
        ("rule", {"id": 0}, "number is none"),
        ("group", {"name": "someone"}, "lacks the group everyone|not in the backup"),
        ("group", {"profile": "mild"}, "'mild' is none of essential, balanced, strict"),
        ("group", {"schedule": "{"}, "schedule cannot be read"),
        ("device", {"address": "192.0.2.07"}, "neither a MAC nor an IP address"),
        ("device", {"address": "phone"}, "neither a MAC nor an IP address"),
        ("device", {"name": "\x1b[2J"}, "control character"),
        ("list", {"source": "file:///etc/passwd"}, "no usable URL"),
        ("list", {"syntax": "perl"}, "'perl' is none of"),
        ("list", {"version": "../../etc/passwd"}, "no SHA-256"),
        ("webhook", {"url": "file:///x"}, "no URL"),
        ("account", {"password": "sesame"}, "no hash"),
        ("account", {"recovery": "{}"}, "no list"),
        ("account", {"recovery": "[["}, "no list"),
        ("token", {"scopes": "admin,root"}, "'root' is none of"),
        ("token", {"scopes": ""}, "is none of"),
    ],
)
def test_what_does_not_make_a_box_is_refused(
    rows: dict[str, list[Row]], table: str, values: dict[str, Any], reason: str
) -> None:
    rows[table][0] = {**rows[table][0], **values}
    with pytest.raises(UsageError, match=reason):
        check(rows)


def test_a_bundle_must_be_fit_for_the_catalogue(rows: dict[str, list[Row]]) -> None:
    rows["bundle"] = [BUNDLE]
    check(rows)
    for content, reason in (("AAAA", "cannot be read"), ("e30=", "")):  # e30= is {}
        rows["bundle"] = [{**BUNDLE, "content": content}]
        if reason:
            with pytest.raises(UsageError, match=reason):
                check(rows)
        else:
            check(rows)
    rows["bundle"] = [{**BUNDLE, "url": "file:///x"}]
    with pytest.raises(UsageError, match="URL"):
        check(rows)
    rows["bundle"] = []
    rows["address"] = [{"address": "192.0.2.9", "device_key": "nobody", "seen": 1}]
    with pytest.raises(UsageError, match="neither a MAC"):
        check(rows)
