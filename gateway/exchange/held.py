"""What the user holds, for an export: rules and the groups they name, or with everything lists and devices too."""

from gateway.exchange.values import GroupIn, Imported
from gateway.store import groups, own_rules
from gateway.store.engine import Session


def rules_of(session: Session, group: str | None = None) -> Imported:
    """The user's own rules, or those of one group, and the groups that they are for. Raises Missing."""
    if group is not None:
        groups.get_group(session, group)
    rules = own_rules.own_rules(session, group)
    named = {rule.group for rule in rules}
    made = tuple(
        GroupIn(
            one.name,
            one.profile,
            one.mode,
            one.answer,
            one.inherit,
            one.catalogue,
            one.comment,
            one.schedule,
        )
        for one in groups.list_groups(session)
        if one.name in named
    )
    return Imported(rules=rules, groups=made, format="json")
