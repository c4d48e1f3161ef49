"""What a token or a person may do."""

from enum import StrEnum


class Scope(StrEnum):
    """One right. Whoever has `admin` has all of them."""

    READ = "read"  # look at everything but the secrets and the evidence
    RULES = "rules"  # rules, lists, groups, bundles, generations
    DEVICES = "devices"  # devices and pauses
    EVIDENCE = "evidence"  # what was in a transmission
    ADMIN = "admin"  # tokens, accounts, backup, webhooks, wiping


def allowed(held: frozenset[Scope], any_of: frozenset[Scope]) -> bool:
    """Is one of `any_of` among them?"""
    return Scope.ADMIN in held or not held.isdisjoint(any_of)
