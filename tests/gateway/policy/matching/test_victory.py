"""The order of victory inside one layer, as a table; decide.py's tests have the order of the layers."""

from pathlib import Path

import pytest

from gateway.names import from_text
from tests.fakes.policies import decided, policy_of, said, state_of

# rules of one layer | question | what decides
TABLE = """
||a.test^  | x.a.test | blocked   ||a.test^
||a.test^  @@||a.test^  | x.a.test | allowed   @@||a.test^
@@||a.test^  ||a.test^  | x.a.test | allowed   @@||a.test^
||x.a.test^  @@||a.test^  | x.a.test | allowed   @@||a.test^
@@||a.test^  ||a.test^$important  | x.a.test | blocked   ||a.test^$important
||a.test^$important  @@||a.test^$important  | x.a.test | allowed   @@||a.test^$important
||a.test^$important  @@||a.test^$important  | b.test | allowed
||a.test^$dnsrewrite=192.0.2.1  ||a.test^  | x.a.test | rewritten ||a.test^$dnsrewrite=192.0.2.1
||a.test^$dnsrewrite=192.0.2.1  @@||a.test^  | x.a.test | rewritten ||a.test^$dnsrewrite=192.0.2.1
||a.test^$dnsrewrite=192.0.2.1  @@||a.test^$important | x.a.test | rewritten ||a.test^$dnsrewrite=192.0.2.1
||a.test^$dnsrewrite=192.0.2.1  @@||a.test^$dnsrewrite | x.a.test | allowed
||a.test^$dnsrewrite=192.0.2.1  @@||a.test^$dnsrewrite  ||a.test^ | x.a.test | blocked   ||a.test^
||a.test^$dnsrewrite=192.0.2.1  @@||a.test^$dnsrewrite=192.0.2.9 | x.a.test | rewritten ||a.test^$dnsrewrite=192.0.2.1
||a.test^$dnsrewrite=192.0.2.1  ||x.a.test^$dnsrewrite=::2 | x.a.test | rewritten ||x.a.test^$dnsrewrite=::2
||a.test^$dnsrewrite=192.0.2.1  |a.test^$dnsrewrite=192.0.2.2  | a.test | rewritten |a.test^$dnsrewrite=192.0.2.2
||a.test^  ||a.test^$badfilter  | x.a.test | allowed
||a.test^$badfilter  ||a.test^  | x.a.test | allowed
||a.test^$important  ||a.test^$badfilter  | x.a.test | blocked   ||a.test^$important
a.test  | a.test | blocked   a.test
a.test  | x.a.test | allowed
a.test  ||a.test^$badfilter  | a.test | blocked   a.test
*.a.test  | a.test | allowed
*.a.test  | x.a.test | blocked   *.a.test
||a.test^  | xa.test | allowed
/^ads[0-9]/  | ads1.test | blocked   /^ads[0-9]/
/^ads[0-9]/  @@||ads1.test^$dnsrewrite  | ads1.test | blocked   /^ads[0-9]/
/^ads[0-9]/  @@||ads1.test^  | ads1.test | allowed   @@||ads1.test^
||ads1.test^  @@/^ads[0-9]/  | ads1.test | allowed   @@/^ads[0-9]/
||ads1.test^$important  @@/^ads[0-9]/  | ads1.test | blocked   ||ads1.test^$important
||ads1.test^$important  @@/^ads[0-9]/$important  | ads1.test | allowed   @@/^ads[0-9]/$important
||ads*.a.test^  | ads7.a.test | blocked   ||ads*.a.test^
||ads*.a.test^  | ads7.b.test | allowed
||a.test^$denyallow=ok.a.test  | x.a.test | blocked   ||a.test^$denyallow=ok.a.test
||a.test^$denyallow=ok.a.test  | x.ok.a.test | allowed
||a.test^$dnstype=AAAA  | x.a.test | allowed
||a.test^$dnstype=~AAAA  | x.a.test | blocked   ||a.test^$dnstype=~AAAA
""".strip().splitlines()


@pytest.mark.parametrize("layer", ["rules", "lists"])
@pytest.mark.parametrize("line", TABLE)
def test_the_order_of_victory_is_the_same_in_users_rules_and_in_lists(
    line: str, layer: str, tmp_path: Path
) -> None:
    rules, question, expected = (part.strip() for part in line.split(" | "))
    texts = rules.split("  ")
    if layer == "rules":
        policy = policy_of(state_of(tmp_path, rules=texts))
    else:
        policy = policy_of(state_of(tmp_path, lists={"ads": "\n".join(texts)}))
    action, _colon, rule = said(policy, question).partition(": ")
    assert [action, *rule.split(" ", 3)[3:]] == expected.split(maxsplit=1)


def test_an_ipv4_and_an_ipv6_address_of_one_name_are_answered_together(tmp_path: Path) -> None:
    policy = policy_of(state_of(tmp_path, lists={"hosts": "192.0.2.1 nas.test\n2001:db8::1 nas.test\n"}))
    rewrite = decided(policy, "nas.test").rewrite
    assert rewrite is not None
    assert rewrite.records == (
        (1, bytes((192, 0, 2, 1))),
        (28, bytes.fromhex("20010db8") + bytes(11) + b"\1"),
    )


def test_records_of_a_wider_pattern_are_not_mixed_in(tmp_path: Path) -> None:
    rules = ["||test^$dnsrewrite=192.0.2.1", "||nas.test^$dnsrewrite=192.0.2.2"]
    rewrite = decided(policy_of(state_of(tmp_path, rules=rules)), "nas.test").rewrite
    assert rewrite is not None
    assert rewrite.records == ((1, bytes((192, 0, 2, 2))),)


def test_an_alias_leaves_no_room_for_records(tmp_path: Path) -> None:
    rules = ["||a.test^$dnsrewrite=192.0.2.1", "||a.test^$dnsrewrite=b.test"]
    rewrite = decided(policy_of(state_of(tmp_path, rules=rules)), "a.test").rewrite
    assert rewrite is not None
    assert (rewrite.cname, rewrite.records) == (from_text("b.test"), ())


def test_an_exception_of_the_user_disables_a_rewrite_of_a_list(tmp_path: Path) -> None:
    lists = {"ads": "||a.test^$dnsrewrite=192.0.2.1\n"}
    policy = policy_of(state_of(tmp_path, rules=["@@||a.test^$dnsrewrite"], lists=lists))
    assert said(policy, "a.test") == "allowed"
