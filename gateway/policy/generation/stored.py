"""A rule as the policy's files hold it: msgpack in, msgpack out, no text.

The files are written by the publisher and read by workers of the same version; VERSION in snapshot.py and
overlay.py goes up with any change here.
"""

from ipaddress import ip_network

import msgspec

from gateway.model import Rewrite
from gateway.names import Name
from gateway.policy.rule import ClientIs, Conditions, Rule


class StoredConditions(msgspec.Struct, frozen=True, array_like=True):
    """gateway.policy.rule.Conditions with the networks as text: (negated, network, name)."""

    clients: tuple[tuple[bool, str, str], ...]
    tags: tuple[str, ...]
    types: tuple[int, ...]
    not_types: tuple[int, ...]
    deny_allow: tuple[Name, ...]


class StoredRewrite(msgspec.Struct, frozen=True, array_like=True):
    """gateway.model.Rewrite."""

    rcode: int
    cname: Name | None
    records: tuple[tuple[int, bytes], ...]


class StoredRule(msgspec.Struct, frozen=True, array_like=True):
    """One rule. `origin` is the list's place in the base, or the user's rule's id in the overlay."""

    origin: int
    line: int
    match: int
    name: Name
    regex: str
    allow: bool
    important: bool
    conditions: StoredConditions | None = None
    rewrite: StoredRewrite | None = None
    disabled_by: tuple[int, ...] = ()  # lists (by place in the base) that hold a $badfilter against it


def pack(rule: Rule, origin: int, disabled_by: tuple[int, ...] = ()) -> StoredRule:
    """`rule` in its stored form."""
    return StoredRule(
        origin=origin,
        line=rule.line,
        match=int(rule.match),
        name=rule.name,
        regex=rule.regex,
        allow=rule.allow,
        important=rule.important,
        conditions=_pack_conditions(rule.conditions) if rule.conditions else None,
        rewrite=_pack_rewrite(rule.rewrite) if rule.rewrite else None,
        disabled_by=disabled_by,
    )


def _pack_conditions(conditions: Conditions) -> StoredConditions:
    return StoredConditions(
        clients=tuple(
            (client.negated, str(client.network) if client.network else "", client.name)
            for client in conditions.clients
        ),
        tags=conditions.tags,
        types=conditions.types,
        not_types=conditions.not_types,
        deny_allow=conditions.deny_allow,
    )


def _pack_rewrite(rewrite: Rewrite) -> StoredRewrite:
    return StoredRewrite(rewrite.rcode, rewrite.cname, rewrite.records)


def conditions_of(stored: StoredRule) -> Conditions | None:
    """The conditions under which the rule counts; None for always."""
    if (packed := stored.conditions) is None:
        return None
    return Conditions(
        clients=tuple(
            ClientIs(negated=negated, network=ip_network(network) if network else None, name=name)
            for negated, network, name in packed.clients
        ),
        tags=packed.tags,
        types=packed.types,
        not_types=packed.not_types,
        deny_allow=packed.deny_allow,
    )


def rewrite_of(stored: StoredRule) -> Rewrite | None:
    """What the rule answers instead of blocking, if it does."""
    if (packed := stored.rewrite) is None:
        return None
    return Rewrite(packed.rcode, packed.cname, packed.records)
