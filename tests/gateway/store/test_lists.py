"""Subscribed lists."""

import pytest

from gateway.errors import UsageError
from gateway.store import groups, lists
from gateway.store.engine import Database

NOW = 1_700_000_000
SOURCE = "https://lists.example/blocklists/big.txt?x=1"


def test_list_is_named_after_its_source_and_counts_for_everyone(store: Database) -> None:
    with store.writing() as session:
        added = lists.add_list(session, SOURCE)
    assert (added.name, added.groups, added.version, added.fetched) == ("big.txt", ("everyone",), "", 0)


def test_same_source_again_gains_the_group_only(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        first = lists.add_list(session, SOURCE)
        again = lists.add_list(session, SOURCE, for_groups=("children",))
        assert again.id == first.id
        assert again.groups == ("children", "everyone")
        assert len(lists.list_lists(session)) == 1


def test_names_do_not_collide(store: Database) -> None:
    with store.writing() as session:
        lists.add_list(session, "https://a.example/hosts")
        assert lists.add_list(session, "https://b.example/hosts").name == "hosts 2"
        with pytest.raises(UsageError, match="already"):
            lists.add_list(session, "https://c.example/hosts", name="hosts")


def test_failed_fetch_keeps_what_was_good(store: Database) -> None:
    with store.writing() as session:
        number = lists.add_list(session, SOURCE).id
        good = lists.fetched_list(
            session, number, now=NOW, version="ab" * 32, rules=10, refused=1, etag='"x"'
        )
        failed = lists.failed_list(session, number, "404 Not\0 Found")
        assert (failed.version, failed.rules, failed.etag, failed.fetched) == (good.version, 10, '"x"', NOW)
        assert failed.error == "404 Not� Found"
        assert (
            lists.fetched_list(session, number, now=NOW, version="ab" * 32, rules=10, refused=1).error == ""
        )


def test_list_is_found_by_number_name_and_source(store: Database) -> None:
    with store.writing() as session:
        added = lists.add_list(session, SOURCE)
        for which in (added.id, str(added.id), "big.txt", SOURCE):
            assert lists.get_list(session, which) == added
        for which in (0, "", "99", "9" * 40, "a\0b", "%", "big_txt"):
            with pytest.raises(UsageError):
                lists.get_list(session, which)


def test_groups_of_a_list_are_replaced(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        added = lists.add_list(session, SOURCE)
        changed = lists.update_list(session, added.id, enabled=False, for_groups=("children",))
        assert (changed.enabled, changed.groups) == (False, ("children",))


def test_removed_list_is_gone_and_its_number_with_it(store: Database) -> None:
    with store.writing() as session:
        first = lists.add_list(session, SOURCE)
        lists.remove_list(session, first.id)
        assert lists.list_lists(session) == ()
        assert lists.add_list(session, SOURCE).id > first.id


def test_a_group_chooses_its_lists_in_its_order(store: Database) -> None:
    with store.writing() as session:
        groups.add_group(session, "children")
        one, two, three = (
            lists.add_list(session, f"https://lists.example/{name}", for_groups=("everyone",)).id
            for name in ("one", "two", "three")
        )
        lists.choose_lists(session, "children", (three, one, three))
        assert lists.lists_of_groups(session) == {"everyone": (one, two, three), "children": (three, one)}
        lists.choose_lists(session, "children", ())
        assert "children" not in lists.lists_of_groups(session)
        with pytest.raises(UsageError, match="no list 99"):
            lists.choose_lists(session, "children", (99,))
        with pytest.raises(UsageError, match="no group nobody"):
            lists.choose_lists(session, "nobody", (one,))


def test_what_a_bundle_gave_a_group_stays_its_own(store: Database) -> None:
    with store.writing() as session:
        own = lists.add_list(session, "https://lists.example/own").id
        brought = lists.add_list(session, "https://lists.example/b", origin="bundle:acme").id
        lists.choose_lists(session, "everyone", (brought, own))
        with pytest.raises(UsageError, match="bundle acme"):
            lists.choose_lists(session, "everyone", (own,))
        assert lists.lists_of_groups(session) == {"everyone": (brought, own)}


def test_a_list_is_renamed_to_what_is_free(store: Database) -> None:
    with store.writing() as session:
        one = lists.add_list(session, "https://lists.example/one", name="one")
        lists.add_list(session, "https://lists.example/two", name="two")
        assert lists.update_list(session, one.id, name=" first ").name == "first"
        assert lists.update_list(session, one.id, name="first").name == "first"
        with pytest.raises(UsageError, match="already"):
            lists.update_list(session, one.id, name="two")
        with pytest.raises(UsageError, match="empty"):
            lists.update_list(session, one.id, name=" ")
