"""Policies made of a few lines, and what they say in one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from gateway.model import Verdict
from gateway.names import from_text
from gateway.policy.catalogue import Catalogue, Row, Vendor
from gateway.policy.decide import Policy
from gateway.policy.state import (
    EVERYONE,
    DeviceState,
    GroupState,
    ListState,
    PauseState,
    PolicyState,
    UserRule,
)
from gateway.policy.trial import policy_in_memory

PHONE = "192.0.2.7"


def row(pattern: str, profile: str = "balanced", match: str = "exact", line: int = 1) -> Row:
    """A row of a catalogue, Xiaomi's."""
    return Row(
        pattern=pattern,
        match=match,  # type: ignore[arg-type] # one of the three literals, checked by nobody in a test
        company="Xiaomi",
        purposes=("analytics",),
        country="SG",
        breakage="none reported",
        profile=profile,  # type: ignore[arg-type] # as above
        confidence="high",
        evidence=("a capture",),
        file="xiaomi.toml",
        line=line,
    )


def catalogue(*rows: Row, domains: tuple[str, ...] = ("xiaomi.com",)) -> Catalogue:
    """These rows, in lines 1, 2, 3 …, and one vendor."""
    numbered = tuple(row(one.pattern, one.profile, one.match, line) for line, one in enumerate(rows, 1))
    return Catalogue((Vendor(company="Xiaomi", country="CN", domains=domains),), numbered, ())


def write_lists(folder: Path, lists: Mapping[str, str]) -> tuple[ListState, ...]:
    """Copies of these texts, with ids 1, 2, 3 …"""
    states = []
    for number, (name, text) in enumerate(lists.items(), 1):
        path = folder / f"{name}.txt"
        path.write_text(text)
        states.append(ListState(number, name, str(path), ""))
    return tuple(states)


def state_of(
    folder: Path,
    rules: Sequence[str | UserRule] = (),
    lists: Mapping[str, str] | None = None,
    groups: Sequence[GroupState] | None = None,
    devices: Sequence[DeviceState] = (),
    pauses: Sequence[PauseState] = (),
) -> PolicyState:
    """A state in which `everyone` has all the lists, unless groups are given."""
    written = write_lists(folder, lists or {})
    everyone = GroupState(EVERYONE, lists=tuple(entry.id for entry in written))
    return PolicyState(
        rules=tuple(
            UserRule(number, rule) if isinstance(rule, str) else rule for number, rule in enumerate(rules, 1)
        ),
        groups=tuple(groups) if groups is not None else (everyone,),
        devices=tuple(devices),
        pauses=tuple(pauses),
        lists=written,
    )


def policy_of(state: PolicyState, catalogue: Catalogue | None = None, now: float = 0) -> Policy:
    return policy_in_memory(state, catalogue, now)[0]


def decided(policy: Policy, name: str, address: str = PHONE, qtype: int = 1) -> Verdict:
    return policy.decide(policy.asker(address), from_text(name), qtype)


def said(policy: Policy, name: str, address: str = PHONE, qtype: int = 1) -> str:
    """The verdict in a line: `blocked: lists ads 3 ||name^`."""
    verdict = decided(policy, name, address, qtype)
    if (rule := verdict.rule) is None:
        return verdict.action.value
    return f"{verdict.action}: {rule.layer} {rule.list} {rule.line} {policy.text_of(rule)}"
