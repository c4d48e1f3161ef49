"""How the layers stand to each other, and what a verdict carries."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.model import Action, BlockedAnswer, Layer, Mode, Profile, RuleRef
from gateway.names import ROOT, from_text
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.policy.state import EVERYONE, DeviceState, GroupState, PauseState, UserRule
from tests.fakes.policies import PHONE, catalogue, decided, policy_of, row, said, state_of

CATALOGUE = catalogue(
    row("sure.xiaomi.com", "essential"),
    row("usual.xiaomi.com", "balanced"),
    row("may.xiaomi.com", "strict"),
    row("needed.xiaomi.com", "keep"),
    row("ad.xiaomi.com", "balanced", "suffix"),
    row("needed.ad.xiaomi.com", "keep"),
    row("a-*.ad-sdk.xiaomi.com", "essential", "glob"),
)

# users' rules | lines of a list | question | what decides: layer and line
LAYERS = """
                        |                                  | usual.xiaomi.com         | blocked: catalogue 2
@@||usual.xiaomi.com^   |                                  | usual.xiaomi.com         | allowed: rules 1
                        | @@||usual.xiaomi.com^            | usual.xiaomi.com         | allowed: lists 1
                        | ||usual.xiaomi.com^              | usual.xiaomi.com         | blocked: catalogue 2
                        |                                  | needed.xiaomi.com        | allowed: keep 4
                        | ||needed.xiaomi.com^$important   | needed.xiaomi.com        | allowed: keep 4
||needed.xiaomi.com^    |                                  | needed.xiaomi.com        | blocked: rules 1
                        | ||xiaomi.com^                    | may.xiaomi.com           | blocked: lists 1
||ok.test^              | @@||ok.test^$important           | ok.test                  | blocked: rules 1
@@||ok.test^            | ||ok.test^$important             | ok.test                  | allowed: rules 1
                        |                                  | x.ad.xiaomi.com          | blocked: catalogue 5
                        |                                  | needed.ad.xiaomi.com     | allowed: keep 6
                        |                                  | a-7.ad-sdk.xiaomi.com    | blocked: catalogue 7
                        |                                  | a-7.b.ad-sdk.xiaomi.com  | allowed
                        |                                  | x.usual.xiaomi.com       | allowed
""".strip("\n").splitlines()


@pytest.mark.parametrize("line", LAYERS)
def test_layers_win_in_the_order_of_the_design(line: str, tmp_path: Path) -> None:
    rules, listed, question, expected = (part.strip() for part in line.split(" | "))
    state = state_of(tmp_path, rules=[rules] if rules else [], lists={"ads": listed})
    verdict = decided(policy_of(state, CATALOGUE), question)
    rule = f": {verdict.rule.layer} {verdict.rule.line}" if verdict.rule else ""
    assert verdict.action + rule == expected


@pytest.mark.parametrize(
    ("profile", "blocked"),
    [
        (Profile.ESSENTIAL, ["sure"]),
        (Profile.BALANCED, ["sure", "usual"]),
        (Profile.STRICT, ["sure", "usual", "may"]),
    ],
)
def test_each_profile_blocks_what_the_one_before_blocks_and_more(
    profile: Profile, blocked: list[str], tmp_path: Path
) -> None:
    policy = policy_of(state_of(tmp_path, groups=[GroupState(EVERYONE, profile=profile)]), CATALOGUE)
    hosts = ["sure", "usual", "may", "needed"]
    actions = {host: decided(policy, f"{host}.xiaomi.com").action for host in hosts}
    assert [host for host in hosts if actions[host] is Action.BLOCKED] == blocked


def test_a_groups_own_rules_go_before_those_of_everyone(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE), GroupState("kids"), GroupState("alone", inherit=False)]
    devices = [DeviceState("192.0.2.1", group="kids"), DeviceState("192.0.2.2", group="alone")]
    rules = [
        UserRule(1, "||game.test^$important", EVERYONE),
        UserRule(2, "@@||game.test^", "kids"),
    ]
    policy = policy_of(state_of(tmp_path, rules=rules, groups=groups, devices=devices))
    assert said(policy, "game.test") == "blocked: rules everyone 1 ||game.test^$important"
    assert said(policy, "game.test", "192.0.2.1") == "allowed: rules kids 2 @@||game.test^"
    assert said(policy, "game.test", "192.0.2.2") == "allowed"


def test_a_list_counts_for_the_groups_that_chose_it_and_those_that_inherit(tmp_path: Path) -> None:
    groups = [
        GroupState(EVERYONE, lists=(1,)),
        GroupState("kids", lists=(2,)),
        GroupState("alone", lists=(2,), inherit=False),
    ]
    devices = [DeviceState("192.0.2.1", group="kids"), DeviceState("192.0.2.2", group="alone")]
    policy = policy_of(
        state_of(
            tmp_path, lists={"ads": "||ad.test^\n", "games": "||game.test^\n"}, groups=groups, devices=devices
        )
    )
    addresses = {EVERYONE: PHONE, "kids": "192.0.2.1", "alone": "192.0.2.2"}
    blocked = {
        (group, name)
        for group, address in addresses.items()
        for name in ("ad.test", "game.test")
        if decided(policy, name, address).action is Action.BLOCKED
    }
    assert blocked == {
        (EVERYONE, "ad.test"), ("kids", "ad.test"), ("kids", "game.test"), ("alone", "game.test"),
    }  # fmt: skip


def test_an_observing_group_blocks_nothing_but_keeps_the_rule(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE, mode=Mode.OBSERVE, lists=(1,))]
    policy = policy_of(
        state_of(
            tmp_path,
            rules=["||own.test^", "||nas.test^$dnsrewrite=192.0.2.1"],
            lists={"ads": "||ad.test^\n192.0.2.9 moved.test\n"},
            groups=groups,
        ),
        CATALOGUE,
    )
    assert said(policy, "own.test") == "observed: rules everyone 1 ||own.test^"
    assert said(policy, "ad.test") == "observed: lists ads 1 ||ad.test^"
    assert said(policy, "usual.xiaomi.com") == "observed: catalogue xiaomi.toml 2 usual.xiaomi.com"
    assert said(policy, "moved.test") == "observed: lists ads 2 192.0.2.9 moved.test"
    assert decided(policy, "moved.test").rewrite is None
    assert decided(policy, "nas.test").action is Action.REWRITTEN  # the user's own wish, not a block


def test_a_group_without_the_catalogue_still_hears_whose_a_host_is(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path, groups=[GroupState(EVERYONE, catalogue=False)]), CATALOGUE)
    verdict = decided(policy, "usual.xiaomi.com")
    assert (verdict.action, verdict.rule) == (Action.ALLOWED, None)
    assert verdict.facts is not None
    assert (verdict.facts.purpose, verdict.facts.evidence) == ("analytics", "a capture")


def test_every_name_of_a_vendor_carries_its_company(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path, rules=["||any.xiaomi.com^"]), CATALOGUE)
    for name in ("any.xiaomi.com", "other.xiaomi.com", "xiaomi.com"):
        facts = decided(policy, name).facts
        assert facts is not None
        assert (facts.company, facts.country, facts.purpose) == ("Xiaomi", "CN", "")
    assert decided(policy, "xiaomi.example").facts is None
    assert policy.facts(from_text("usual.xiaomi.com")) == decided(policy, "usual.xiaomi.com").facts


def test_a_verdict_carries_its_groups_way_of_answering_and_the_generation(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE, answer=BlockedAnswer.NXDOMAIN)]
    verdict = decided(policy_of(state_of(tmp_path, rules=["||a.test^"], groups=groups)), "a.test")
    assert (verdict.answer, verdict.generation) == (BlockedAnswer.NXDOMAIN, 0)


def test_clients_are_met_by_address_network_and_name_and_devices_by_tag(tmp_path: Path) -> None:
    rules = [
        "||address.test^$client=192.0.2.7",
        "||network.test^$client=192.0.2.0/28",
        "||name.test^$client='redmi note'",
        "||not.test^$client=~192.0.2.7",
        "||tag.test^$ctag=device_phone",
    ]
    devices = [DeviceState(PHONE, "Redmi Note", tags=("device_phone",))]
    policy = policy_of(state_of(tmp_path, rules=rules, devices=devices))
    names = ("address", "network", "name", "not", "tag")

    def blocked(address: str) -> list[str]:
        return [name for name in names if decided(policy, f"{name}.test", address).action is Action.BLOCKED]

    assert blocked(PHONE) == ["address", "network", "name", "tag"]
    assert blocked(f"::ffff:{PHONE}") == blocked(PHONE)
    assert blocked("192.0.2.8") == ["network", "not"]
    assert blocked("198.51.100.1") == ["not"]


def test_a_schedule_blocks_all_but_the_users_exceptions_and_what_the_catalogue_keeps(tmp_path: Path) -> None:
    night = GroupState(EVERYONE, lists=(1,), block_all=True, scheduled="by the schedule until 06:30")
    known = catalogue(row("ads.xiaomi.com"), row("account.xiaomi.com", "keep"))

    def policy(group: GroupState) -> Policy:
        lists = {"list": "@@||listed.test^\n"}
        return policy_of(state_of(tmp_path, rules=["@@||clock.test^"], lists=lists, groups=[group]), known)

    names = ("clock.test", "account.xiaomi.com", "ads.xiaomi.com", "listed.test", "any.test")
    asleep = policy(night)
    assert [decided(asleep, name).action for name in names] == [Action.ALLOWED] * 2 + [Action.BLOCKED] * 3
    verdict = decided(asleep, "any.test")
    assert verdict.rule == RuleRef(
        Layer.SCHEDULE, EVERYONE, 0, "everything is blocked by the schedule until 06:30"
    )
    assert asleep.scheduled(EVERYONE) == "by the schedule until 06:30"
    watching = policy(msgspec.structs.replace(night, mode=Mode.OBSERVE))
    assert decided(watching, "any.test").action is Action.OBSERVED
    bare = policy(msgspec.structs.replace(night, catalogue=False))
    assert decided(bare, "account.xiaomi.com").action is Action.BLOCKED


def test_a_schedule_that_pauses_goes_before_all(tmp_path: Path) -> None:
    free = GroupState(EVERYONE, paused=True, scheduled="by the schedule until 14:00")
    policy = policy_of(state_of(tmp_path, rules=["||a.test^$important"], groups=[free]))
    verdict = decided(policy, "a.test")
    assert (verdict.action, verdict.rule) == (
        Action.ALLOWED,
        RuleRef(Layer.PAUSE, "schedule", 0, "nothing is blocked by the schedule until 14:00"),
    )
    assert policy.scheduled("gone") == ""


def test_an_asker_may_be_named_by_device_name_or_be_unknown(tmp_path: Path) -> None:
    devices = [DeviceState("2001:DB8::7", "Redmi", "kids", ("t",))]
    groups = [GroupState(EVERYONE), GroupState("kids")]
    policy = policy_of(state_of(tmp_path, groups=groups, devices=devices))
    assert policy.asker("2001:db8:0::7") == policy.asker_named("redmi") == policy.asker_named("2001:db8::7")
    assert policy.asker("2001:db8::7").group == "kids"
    assert policy.asker("198.51.100.1").group == EVERYONE
    assert policy.asker_named("tablet") == Asker("", name="tablet")


def test_an_asker_of_a_group_that_is_gone_is_in_everyone(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path, rules=["||a.test^"]))
    assert policy.decide(Asker(PHONE, group="gone"), from_text("a.test"), 1).action is Action.BLOCKED


def test_the_root_and_the_longest_name_are_decided_like_any_other(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path, rules=["/^x/"], lists={"ads": "||a.test^\n"}), CATALOGUE)
    longest = b"\x01a" * 126 + b"\x01a" + ROOT
    assert policy.decide(policy.asker(PHONE), ROOT, 2).action is Action.ALLOWED
    assert policy.decide(policy.asker(PHONE), longest[2:], 1).action is Action.ALLOWED


def test_verdicts_of_allowed_names_are_shared(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path), CATALOGUE)
    assert decided(policy, "a.test") is decided(policy, "b.test")
    assert decided(policy, "a.xiaomi.com") is decided(policy, "b.xiaomi.com")
    assert decided(policy, "a.test") is not decided(policy, "a.xiaomi.com")


def test_a_pause_holds_for_whom_it_names(tmp_path: Path) -> None:
    pauses = [PauseState("device", PHONE, until=2000, boot_until=200.0, boot_id="b")]
    policy = policy_of(state_of(tmp_path, pauses=pauses), now=1900)
    assert policy.paused(policy.asker(PHONE), 1900, 100.0, "b")
    assert not policy.paused(policy.asker("192.0.2.8"), 1900, 100.0, "b")
    assert policy.pauses == tuple(pauses)


def test_a_users_badfilter_disables_the_rule_of_a_list_but_not_a_hosts_line(tmp_path: Path) -> None:
    lists = {"ads": "||a.test^\n0.0.0.0 b.test\n/^ads[0-9]/\n||c.test^$dnstype=A\n"}
    rules = [
        "||a.test^$badfilter", "||b.test^$badfilter", "/^ads[0-9]/$badfilter", "||c.test^$dnstype=A,badfilter",
    ]  # fmt: skip
    policy = policy_of(state_of(tmp_path, rules=rules, lists=lists))
    assert said(policy, "a.test") == "allowed"
    assert said(policy, "b.test") == "blocked: lists ads 2 0.0.0.0 b.test"
    assert said(policy, "ads1.example") == "allowed"
    assert said(policy, "c.test") == "allowed"


def test_a_badfilter_of_one_group_leaves_the_others_rules_alone(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE, lists=(1,)), GroupState("kids")]
    rules = [
        UserRule(1, "||own.test^"),
        UserRule(2, "||own.test^$badfilter", "kids"),
        UserRule(3, "||ad.test^$badfilter", "kids"),
    ]
    devices = [DeviceState("192.0.2.1", group="kids")]
    policy = policy_of(
        state_of(tmp_path, rules=rules, lists={"ads": "||ad.test^\n"}, groups=groups, devices=devices)
    )
    for name in ("own.test", "ad.test"):
        assert decided(policy, name).action is Action.BLOCKED
        assert decided(policy, name, "192.0.2.1").action is Action.ALLOWED


def test_a_badfilter_in_one_list_disables_rules_of_lists_that_a_group_has_beside_it(tmp_path: Path) -> None:
    groups = [GroupState(EVERYONE, lists=(1,)), GroupState("both", lists=(2,))]
    lists = {"ads": "||a.test^\n/^ads[0-9]/\n", "fixes": "||a.test^$badfilter\n/^ads[0-9]/$badfilter\n"}
    devices = [DeviceState("192.0.2.1", group="both")]
    policy = policy_of(state_of(tmp_path, lists=lists, groups=groups, devices=devices))
    for name in ("a.test", "ads1.example"):
        assert decided(policy, name).action is Action.BLOCKED
        assert decided(policy, name, "192.0.2.1").action is Action.ALLOWED


LABELS = st.sampled_from(["a", "b", "ads1", "test", "example"])
NAMES = st.lists(LABELS, min_size=1, max_size=4).map(".".join)


def test_a_device_is_the_same_at_each_of_its_addresses(tmp_path: Path) -> None:
    mac = "00:9e:c8:00:00:07"
    device = DeviceState(mac, "Anna", "kids", ("user_child",), ("192.0.2.7", "2001:db8::7", "fe80::7"))
    rules = [
        UserRule(1, "||kids.example^", "kids"),
        UserRule(2, "||client.example^$client=192.0.2.7"),
        UserRule(3, f"||mac.example^$client={mac.upper()}"),
        UserRule(4, "||name.example^$client=anna"),
    ]
    policy = policy_of(
        state_of(tmp_path, rules=rules, groups=[GroupState("everyone"), GroupState("kids")], devices=[device])
    )
    askers = [policy.asker(one) for one in (*device.addresses, mac, mac.upper(), "::ffff:192.0.2.7")]
    assert askers == [policy.asker_named("ANNA")] * 6
    assert (askers[0].address, len(askers[0].ips)) == (mac, 3)
    for name in ("kids.example", "client.example", "mac.example", "name.example"):
        assert said(policy, name, "fe80::7").startswith("blocked"), name
        assert said(policy, name, "192.0.2.8") == "allowed", name
    assert policy.asker("00:9e:c8:00:00:08").ips == ()


@st.composite
def simple_rules(draw: st.DrawFn) -> str:
    name = draw(st.lists(LABELS, min_size=2, max_size=4).map(".".join))
    form = draw(st.sampled_from(["||{}^", "|{}^", "*.{}"]))
    return draw(st.sampled_from(["", "@@"])) + form.format(name) + draw(st.sampled_from(["", "$important"]))


def covers(rule: str, name: str) -> bool:
    body = rule.removeprefix("@@").removesuffix("$important")
    wanted = body.strip("|^").removeprefix("*.")
    below = name.endswith("." + wanted)
    if body.startswith("||"):
        return below or name == wanted
    return below if body.startswith("*.") else name == wanted


def model(rules: list[str], name: str) -> Action:
    """The order of victory by brute force."""
    ranks = [rule.startswith("@@") + 2 * rule.endswith("$important") for rule in rules if covers(rule, name)]
    return Action.BLOCKED if ranks and max(ranks) % 2 == 0 else Action.ALLOWED


@settings(max_examples=60, deadline=None)
@given(
    own=st.lists(simple_rules(), max_size=6),
    listed=st.lists(simple_rules(), max_size=12),
    names=st.lists(NAMES),
)
def test_any_rules_decide_as_brute_force_does(
    own: list[str], listed: list[str], names: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("any")
    policy = policy_of(state_of(folder, rules=own, lists={"ads": "\n".join(listed)}))
    for name in names:
        decides = own if any(covers(rule, name) for rule in own) else listed
        verdict = decided(policy, name)
        assert verdict.action is model(decides, name)
        if verdict.rule and verdict.rule.layer is Layer.LISTS:
            assert covers(policy.text_of(verdict.rule), name)
