"""Our verdicts in AdGuard Home's words."""

from collections.abc import Mapping

from gateway.model import Action, Layer

# Which are the words of a log that only shows one kind: `response_status=blocked`.
STATUSES = {
    "all": (),
    "filtered": (Action.BLOCKED, Action.REWRITTEN),
    "blocked": (Action.BLOCKED,),
    "rewritten": (Action.REWRITTEN,),
    "processed": (Action.ALLOWED, Action.OBSERVED, Action.REFUSED),
    "whitelisted": (),
    "blocked_safebrowsing": None,  # we have nothing of the kind
    "blocked_parental": None,
    "safe_search": None,
}


def reason_of(action: str, layer: str) -> str:
    """`FilteredBlackList` and its like. `layer` "" for no rule."""
    match action:
        case Action.BLOCKED:
            return "FilteredBlackList"
        case Action.REWRITTEN:
            return "RewriteEtcHosts" if layer == Layer.SPECIAL else "RewriteRule"
        case Action.REFUSED:
            return "NotFilteredError"
    return "NotFilteredWhiteList" if layer and action == Action.ALLOWED else "NotFilteredNotFound"


def list_id(layer: str, name: str, numbers: Mapping[str, int]) -> int:
    """The number of a rule's list; 0 for the user's own rules, -1 for what AdGuard Home has nothing like."""
    if layer == Layer.RULES:
        return 0
    return numbers.get(name, -1) if layer == Layer.LISTS else -1
