"""Which rule changes what became of a row of the log, whatever other rules there are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import acting, changes
from gateway.acting import Reach, Whom, Wish
from gateway.errors import UsageError
from gateway.model import Action
from gateway.names import from_labels, to_text
from gateway.policy.decide import Policy
from gateway.policy.state import EVERYONE, DeviceState, GroupState, UserRule
from gateway.settings import Settings
from gateway.store import groups, rules
from tests.fakes import idle_box
from tests.fakes.policies import PHONE, decided, policy_of, state_of

MAC = "aa:bb:cc:00:00:01"
GROUPS = (GroupState(EVERYONE), GroupState("kids"), GroupState("guests", inherit=False))


def policy(folder: Path, *written: UserRule, group: str = "kids", key: str = PHONE) -> Policy:
    anna = DeviceState(key, "Anna", group, addresses=(PHONE, "2001:db8::7"))
    return policy_of(state_of(folder, rules=written, groups=GROUPS, devices=[anna]))


def wish(
    found: Policy,
    *,
    allow: bool,
    scope: Whom = Whom.DEVICE,
    reach: Reach = Reach.DOMAIN,
    device: str = PHONE,
    name: str = "a.example",
) -> Wish:
    return acting.wish(found, Settings(), device, name, "A", allow=allow, scope=scope, reach=reach)


def test_a_device_known_by_its_mac_is_meant_at_all_of_its_addresses(tmp_path: Path) -> None:
    wished = wish(policy(tmp_path, key=MAC), allow=False, device=MAC)
    assert (wished.text, wished.group) == (f"||a.example^$client={MAC}", EVERYONE)
    after = policy(tmp_path, UserRule(1, wished.text), key=MAC)
    for address in (PHONE, "2001:db8::7", MAC):
        assert decided(after, "a.example", address).action is Action.BLOCKED
    assert decided(after, "a.example", "192.0.2.8").action is Action.ALLOWED


@pytest.mark.parametrize("device", [PHONE, "2001:db8::7", "198.51.100.9"])
def test_a_device_known_by_its_address_too(tmp_path: Path, device: str) -> None:
    wished = wish(policy(tmp_path), allow=False, device=device)
    after = policy(tmp_path, UserRule(1, wished.text))
    assert decided(after, "www.a.example", device).action is Action.BLOCKED


@pytest.mark.parametrize(
    "there",
    [
        UserRule(7, "||a.example^"),
        UserRule(7, "||a.example^$important"),
        UserRule(7, "/a[.]example$/"),
        UserRule(7, "||a.example^", "kids"),
        UserRule(7, "||example^$important", "kids"),
        UserRule(7, "@@||a.example^"),
        UserRule(7, "@@||example^", "kids"),
    ],
)
@pytest.mark.parametrize("allow", [True, False])
@pytest.mark.parametrize("scope", [Whom.DEVICE, Whom.GROUP])
def test_it_decides_whatever_rule_is_there(tmp_path: Path, there: UserRule, allow: bool, scope: Whom) -> None:
    wished = wish(policy(tmp_path, there), allow=allow, scope=scope)
    assert wished.note == ""
    left = [] if there.text in wished.against and there.group == wished.group else [there]
    after = policy(tmp_path, *left, UserRule(8, wished.text, wished.group))
    assert decided(after, "a.example").action is (Action.ALLOWED if allow else Action.BLOCKED)


def test_a_group_that_goes_without_everyones_rules_gets_its_own(tmp_path: Path) -> None:
    apart = policy(tmp_path, group="guests")
    assert wish(apart, allow=False).group == "guests"
    wished = wish(apart, allow=False, scope=Whom.EVERYONE)
    assert (wished.group, wished.note) == (EVERYONE, "the group guests goes without the rules of everyone")


def test_what_it_cannot_overrule_is_said(tmp_path: Path) -> None:
    own = policy(tmp_path, UserRule(7, "@@||a.example^", "kids"))
    assert "rule 7 of kids" in wish(own, allow=False, scope=Whom.EVERYONE).note
    strongest = policy(tmp_path, UserRule(7, "@@||example^$important"))
    assert "rule 7 of everyone" in wish(strongest, allow=False).note
    rewriting = policy(tmp_path, UserRule(7, "||a.example^$dnsrewrite=192.0.2.1"))
    assert "rule 7 of everyone" in wish(rewriting, allow=False).note


def test_the_name_alone_or_all_below_it(tmp_path: Path) -> None:
    wished = wish(policy(tmp_path), allow=False, scope=Whom.EVERYONE, reach=Reach.NAME)
    assert wished.text == "|a.example^"
    after = policy(tmp_path, UserRule(1, wished.text))
    assert decided(after, "a.example").action is Action.BLOCKED
    assert decided(after, "www.a.example").action is Action.ALLOWED


def test_a_row_without_name_or_device_cannot_be_acted_upon(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no name"):
        wish(policy(tmp_path), allow=True, name="")
    with pytest.raises(UsageError, match="no device"):
        wish(policy(tmp_path), allow=True, device="")


def test_what_no_rule_is_asked_about_is_said(tmp_path: Path) -> None:
    assert wish(policy(tmp_path), allow=False, name="localhost").note == (
        "answered by the box itself, before any rule"
    )


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=4))
def test_any_name_gets_a_rule_that_means_it_or_none(labels: list[bytes]) -> None:
    name = to_text(from_labels(labels))
    empty = policy_of(state_of(Path()))
    try:
        wished = wish(empty, allow=False, name=name)
    except UsageError:
        return
    after = policy_of(state_of(Path(), rules=[wished.text]))
    assert decided(after, name).action is Action.BLOCKED


def test_the_very_opposite_is_laid_aside_and_told(data_dir: Path) -> None:
    with changes.change(idle_box.made(data_dir), "acting") as change:
        session = change.session
        groups.add_group(session, "kids")
        old = rules.add_rule(session, "||a.example^", now=1, group="kids")
        other = rules.add_rule(session, "||a.example^", now=1)
        wished = Wish("@@||a.example^", "kids", ("||a.example^", "||a.example^$important"))
        done = acting.act(session, wished, comment="mine", expires=99)
        assert done.laid_aside == (old.id,)
        assert (done.rule.text, done.rule.comment, done.rule.expires) == ("@@||a.example^", "mine", 99)
        assert not rules.get_rule(session, old.id).enabled
        assert rules.get_rule(session, other.id).enabled
