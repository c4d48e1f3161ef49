"""Rows out and in again are the same rows, on either database."""

import base64

import msgspec
import pytest
from sqlalchemy import inspect

from gateway.errors import UsageError
from gateway.store import dump, groups, rules
from gateway.store.engine import Database
from gateway.store.tables import PolicyTable


def all_of(store: Database) -> dict[str, list[dump.Row]]:
    with store.reading() as session:
        return {table: list(dump.read_table(session, table)) for table in dump.STATE}


def filled(store: Database) -> dict[str, list[dump.Row]]:
    with store.writing() as session:
        groups.add_group(session, "kids")
        rules.add_rule(session, "||a.example^", now=1)
        rules.add_rule(session, "||b.example^", now=1, group="kids")
        session.commit()
    return all_of(store)


BUNDLE = {
    "name": "acme", "url": "", "key_id": "", "version": 3, "issued": 0, "expires": 0, "sha256": "", "applied": 0,
    "fetched": 0, "error": "", "highest": 3, "content": base64.b64encode(b"\0\xff").decode(),
}  # fmt: skip


def test_what_was_there_is_there_again(store: Database) -> None:
    before = filled(store)
    with store.writing() as session:
        rules.remove_rule(session, 1)
        rules.add_rule(session, "||c.example^", now=1)
        groups.update_group(session, "kids", comment="other")
        wanted = {**before, "bundle": [BUNDLE]}
        assert dump.differences(session, wanted) == {
            "group": {"added": 0, "changed": 1, "removed": 0},
            "rule": {"added": 1, "changed": 0, "removed": 1},
            "bundle": {"added": 1, "changed": 0, "removed": 0},
        }
        dump.replace(session, wanted)
        session.commit()
        assert dump.differences(session, wanted) == {}
    assert all_of(store) == wanted


def test_numbers_go_on_where_they_were(store: Database) -> None:
    before = filled(store)
    before["rule"][0]["id"] = 40
    with store.writing() as session:
        dump.replace(session, before)
        assert rules.add_rule(session, "||new.example^", now=1).id == 41
        dump.replace(session, {**before, "rule": []})
        assert rules.add_rule(session, "||newer.example^", now=1).id == 42


def test_a_bundle_does_not_go_back(store: Database) -> None:
    rows = filled(store)
    with store.writing() as session:
        dump.replace(session, {**rows, "bundle": [{**BUNDLE, "highest": 9}]})
        dump.replace(session, {**rows, "bundle": [BUNDLE]})
        assert [row["highest"] for row in dump.read_table(session, "bundle")] == [9]


def test_every_table_is_in_a_backup_or_left_out_on_purpose() -> None:
    left_out = {"pause", "generation", "session", "secret", "audit", "idempotency"}
    assert {*dump.STATE, *dump.SECRETS, *left_out} == set(PolicyTable.metadata.tables)


def test_decoders_know_all_columns_and_no_others(store: Database) -> None:
    for table in (*dump.STATE, *dump.SECRETS):
        columns = {column["name"] for column in inspect(store.engine).get_columns(table)}
        assert set(dump.decoder(table).type.__struct_fields__) == columns


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"list_id": 1}', "missing required field"),
        (b"[]", "object"),
        (b'{"list_id": "1", "group": "g", "position": 1}', "int"),
        (b'{"list_id": 1, "group": "g", "position": 1, "more": 1}', "unknown field"),
        (b'{"list_id": 3000000000, "group": "g", "position": 1}', "int"),
        (b'{"list_id": 1, "group": "a\\u0000b", "position": 1}', "str"),
        (b'{"list_id": 1.5, "group": "g", "position": 1}', "int"),
    ],
)
def test_a_row_that_does_not_fit_is_refused(line: bytes, reason: str) -> None:
    with pytest.raises(msgspec.MsgspecError, match=reason):
        dump.decoder("list_group").decode(line)


def test_rows_of_before_get_the_defaults_of_later_columns() -> None:
    old = b'{"id":1,"text":"a","group":"g","comment":"","enabled":true,"created":1,"expires":0}'
    assert (dump.decoder("rule").decode(old).tags, dump.decoder("rule").decode(old).origin) == ("", "")


def test_rows_that_do_not_agree_are_refused(store: Database) -> None:
    rows = filled(store)
    for table, wrong, reason in (
        ("rule", {**rows["rule"][0], "id": 9}, "twice"),
        ("rule", {**rows["rule"][0], "text": "x"}, "id .* is there twice"),
        ("group", {**rows["group"][0]}, "twice"),
        ("rule", {**rows["rule"][0], "id": 9, "group": "nobody"}, "'nobody' is not in the backup"),
        ("list_group", {"list_id": 3, "group": "kids", "position": 1}, "list_id 3 is not in the backup"),
    ):
        with pytest.raises(UsageError, match=reason):
            dump.check_together({**rows, table: [*rows[table], wrong]})
    dump.check_together(rows)


def test_a_table_is_emptied(store: Database) -> None:
    filled(store)
    with store.writing() as session:
        dump.forget(session, "rule")
        assert rules.list_rules(session) == ()
