"""A bundle is in force whole or not at all, and nobody but its publisher decides what is in it."""

from pathlib import Path

import msgspec
import pytest

from gateway import changes
from gateway.bundles import applying
from gateway.bundles.applying import Done, Result
from gateway.bundles.format import BundleList, BundleRule
from gateway.data import Data
from gateway.errors import Conflict, Missing, OwnFault, UsageError
from gateway.policy.bundled import Tables
from gateway.store import audit, bundle_keys, groups, lists, rules
from gateway.works import Outcome
from tests.fakes import idle_box
from tests.fakes.changing import add
from tests.fakes.ears import lagging, listening
from tests.fakes.idle_box import says
from tests.fakes.list_server import serving, text
from tests.fakes.publisher import ROW, Publisher, apply, held, in_force, made

ACME = Publisher()
ROGUE = Publisher(9)


@pytest.fixture
def data(data_dir: Path, url: str) -> Data:
    """A box that trusts Acme, on SQLite and on PostgreSQL."""
    made = idle_box.made(data_dir, store_url=url)
    ACME.trusted_by(made)
    return made


@pytest.fixture
def plain(data_dir: Path) -> Data:
    """The same on SQLite, where it makes no difference."""
    made = idle_box.made(data_dir)
    ACME.trusted_by(made)
    return made


def remove(data: Data, name: str = "acme") -> Outcome[Done]:
    with changes.works(data) as works:
        return works.change_lists(f"bundle {name} removed", applying.removing(name))


def test_all_that_a_bundle_brings_is_in_force_at_once_and_gone_with_it(data: Data) -> None:
    before = in_force(data)
    with serving({"/ads": text(b"listed.example\n")}) as server:
        parcel = ACME.parcel(
            "||ruled.example^",
            lists=(BundleList(f"http://127.0.0.1:{server.port}/ads", "Ads"),),
            catalogue=Tables(hosts=(ROW,)),
        )
        outcome = apply(data, parcel)
    assert in_force(data) == before + 1
    assert outcome.applied is not None
    done = outcome.result
    assert (done.result, done.rules.added, done.lists.added, done.rows) == (Result.APPLIED, 1, 1, 1)
    assert says(data, "ruled.example").startswith("blocked: rules everyone ")
    assert says(data, "listed.example") == "blocked: lists Ads 1 listed.example"
    assert says(data, "log.phones.example.com").startswith("blocked: catalogue bundle:acme 1")
    with changes.reading(data) as session:
        (entry, *_) = audit.list_entries(session)
        assert entry.action == "bundle acme version 1 applied"
        assert rules.list_rules(session)[0].origin == lists.list_lists(session)[0].origin == "bundle:acme"
    remove(data)
    assert held(data) == ([], [], [])
    for name in ("ruled.example", "listed.example", "log.phones.example.com"):
        assert says(data, name) == "allowed"
    assert in_force(data) == before + 2


def test_a_new_version_keeps_numbers_and_what_the_user_has_switched_off(data: Data) -> None:
    apply(data, ACME.parcel("||a.example^", "||b.example^"))
    with changes.change(data, "off") as change:
        first, second = (rule.id for rule in rules.list_rules(change.session))
        rules.update_rule(change.session, first, enabled=False)
    done = apply(data, ACME.parcel("||b.example^", "||a.example^", "||c.example^", version=2)).result
    assert (done.rules.added, done.rules.removed, done.rules.kept) == (1, 0, 2)
    with changes.reading(data) as session:
        assert [(rule.id, rule.text, rule.enabled) for rule in rules.list_rules(session)][:2] == [
            (first, "||a.example^", False),
            (second, "||b.example^", True),
        ]
    assert says(data, "a.example") == "allowed"
    done = apply(data, ACME.parcel("||c.example^", version=3)).result
    assert done.rules.removed == 2
    assert held(data)[0] == ["||c.example^"]


def test_what_is_the_users_own_stays_the_users(plain: Data) -> None:
    add(plain, "||a.example^")
    with serving({"/ads": text(b"listed.example\n")}) as server:
        url = f"http://127.0.0.1:{server.port}/ads"
        changes.change_lists(plain, "mine", lambda session: lists.add_list(session, url, name="Ads"))
        apply(plain, ACME.parcel("||a.example^", lists=(BundleList(url, "Ads"),)))
    texts, names, _ = held(plain)
    assert texts == ["||a.example^", "||a.example^"]
    assert names == ["Ads", "Ads of acme"]
    with changes.change(plain, "mine is gone") as change:
        rules.remove_rule(change.session, 1)
    assert says(plain, "a.example").startswith("blocked")  # the bundle's still counts
    add(plain, "||a.example^")
    remove(plain)
    assert held(plain)[:2] == (["||a.example^"], ["Ads"])
    assert says(plain, "a.example").startswith("blocked")


def test_what_a_bundle_brought_is_not_the_users_to_change(plain: Data) -> None:
    with serving({"/ads": text(b"listed.example\n")}) as server:
        apply(
            plain,
            ACME.parcel("||a.example^", lists=(BundleList(f"http://127.0.0.1:{server.port}/ads", "A"),)),
        )
    with changes.change(plain, "tries") as change:
        for forbidden in ({"text": "||b.example^"}, {"group": "everyone"}, {"comment": "x"}, {"expires": 5}):
            with pytest.raises(Conflict, match="belongs to the bundle acme") as caught:
                rules.update_rule(change.session, 1, **forbidden)
            assert caught.value.hint
        for act in (
            lambda: rules.remove_rule(change.session, 1),
            lambda: lists.remove_list(change.session, "A"),
            lambda: lists.update_list(change.session, "A", syntax="hosts"),
            lambda: lists.update_list(change.session, "A", for_groups=()),
        ):
            with pytest.raises(Conflict, match="belongs to the bundle acme"):
                act()


def test_two_bundles_with_the_same_rule_do_not_take_it_from_each_other(plain: Data) -> None:
    apply(plain, ACME.parcel("||a.example^"))
    apply(plain, ACME.parcel("||a.example^", name="other"))
    remove(plain, "acme")
    assert says(plain, "a.example").startswith("blocked")
    remove(plain, "other")
    assert says(plain, "a.example") == "allowed"


def test_the_same_file_again_changes_nothing(plain: Data) -> None:
    parcel = ACME.parcel("||a.example^")
    apply(plain, parcel)
    before = in_force(plain)
    outcome = apply(plain, parcel)
    assert (outcome.result.result, outcome.applied, in_force(plain)) == (Result.UNCHANGED, None, before)


def test_a_dry_run_says_what_would_be_and_does_nothing(data: Data) -> None:
    before = in_force(data)
    outcome = apply(data, ACME.parcel("||a.example^", catalogue=Tables(hosts=(ROW,))), dry_run=True)
    assert outcome.trial is not None
    assert (outcome.applied, outcome.result.rules.added) == (None, 1)
    assert [rule.text for rule in outcome.trial.state_after.rules] == ["||a.example^"]
    assert (held(data), in_force(data)) == (([], [], []), before)
    assert says(data, "log.phones.example.com") == "allowed"


def test_no_version_goes_back_though_it_was_removed(plain: Data) -> None:
    old, new = ACME.parcel("||a.example^"), ACME.parcel("||b.example^", version=2)
    apply(plain, new)
    remove(plain)
    with pytest.raises(Conflict, match="older than 2"):
        apply(plain, old)
    apply(plain, new)  # the highest itself may come back
    assert held(plain)[2] == [("acme", 2)]


def test_a_name_belongs_to_the_key_that_used_it_first(plain: Data) -> None:
    apply(plain, ACME.parcel("||a.example^"))
    ROGUE.trusted_by(plain)  # for bundles of its own
    with pytest.raises(Conflict, match=ROGUE.key.id):
        apply(plain, ROGUE.parcel("||evil.example^", version=9))
    with changes.noting(plain) as session:
        bundle_keys.remove_key(session, ACME.key.id)
    apply(plain, ROGUE.parcel("||b.example^", version=9))  # the publisher has a new key
    assert held(plain)[0] == ["||b.example^"]


def test_without_its_key_nothing_new_comes_and_nothing_old_goes(plain: Data) -> None:
    apply(plain, ACME.parcel("||a.example^"))
    with changes.noting(plain) as session:
        bundle_keys.remove_key(session, "Acme")
    with pytest.raises(UsageError, match="not among the trusted"):
        apply(plain, ACME.parcel("||b.example^", version=2))
    assert says(plain, "a.example").startswith("blocked")


def test_a_group_of_the_users_may_be_named(plain: Data) -> None:
    with changes.change(plain, "a group") as change:
        groups.add_group(change.session, "kids")
    data = made().replace(b'"expires"', b'"rules": [{"text": "||a.example^", "group": "kids"}], "expires"')
    apply(plain, ACME.sign(data))
    with changes.reading(plain) as session:
        assert rules.list_rules(session)[0].group == "kids"


def test_a_list_that_fails_later_keeps_its_last_good_copy(plain: Data) -> None:
    with serving({"/ads": text(b"listed.example\n")}) as server:
        one = BundleList(f"http://127.0.0.1:{server.port}/ads", "Ads")
        apply(plain, ACME.parcel("||a.example^", lists=(one,)))
        del server.pages["/ads"]
        apply(plain, ACME.parcel("||b.example^", version=2, lists=(one,)))
    assert says(plain, "listed.example").startswith("blocked")
    with changes.reading(plain) as session:
        assert "404" in lists.get_list(session, "Ads").error


def test_a_list_goes_to_another_group_with_its_bundle(plain: Data) -> None:
    with changes.change(plain, "a group") as change:
        groups.add_group(change.session, "kids")
    with serving({"/ads": text(b"listed.example\n")}) as server:
        one = BundleList(f"http://127.0.0.1:{server.port}/ads", "Ads")
        apply(plain, ACME.parcel("||a.example^", lists=(one,)))
        moved = msgspec.structs.replace(one, group="kids")
        apply(plain, ACME.parcel("||a.example^", version=2, lists=(moved,)))
    with changes.reading(plain) as session:
        assert lists.get_list(session, "Ads").groups == ("kids",)
    assert says(plain, "listed.example") == "allowed"


def test_what_a_worker_does_not_take_up_is_not_there(plain: Data) -> None:
    with listening(plain.run, "dns-0", lagging), pytest.raises(OwnFault, match="no memory"):
        apply(plain, ACME.parcel("||a.example^", catalogue=Tables(hosts=(ROW,))))
    assert held(plain) == ([], [], [])
    assert says(plain, "a.example") == says(plain, "log.phones.example.com") == "allowed"


def test_a_bundle_that_is_not_there_cannot_be_removed(plain: Data) -> None:
    with pytest.raises(Missing, match="no bundle acme"):
        remove(plain)


def test_rules_are_as_the_bundle_has_them(plain: Data) -> None:
    bundle = made().replace(b'"expires"', b'"rules": [{"text": "||a.example^", "comment": "why"}], "expires"')
    apply(plain, ACME.sign(bundle))
    with changes.reading(plain) as session:
        (rule,) = rules.list_rules(session)
    assert BundleRule(rule.text, rule.group, rule.comment) == BundleRule("||a.example^", "everyone", "why")
