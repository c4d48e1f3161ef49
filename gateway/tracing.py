"""A question walked through the chain of a living worker, as the API tells it. Neither logged nor counted."""

from pathlib import Path
from typing import Any

from gateway import asking, iana, names, workers
from gateway.names import Name
from gateway.policy.decide import Policy
from gateway.policy.matching.asker import Asker
from gateway.settings import Settings

WAIT = 8.0  # seconds for a worker; its upstreams have four


def trace(
    run: Path, settings: Settings, policy: Policy, asker: Asker, name: Name, qtype: int
) -> dict[str, Any]:
    """What each link of a worker's chain did, the answer, and the verdict as `why` tells it. Raises OwnFault.

    Where the answer led to another verdict than the name, that is the one.
    """
    asked = {"name": names.to_text(name), "type": iana.name_of(qtype)}
    told = workers.ask_one(run, "trace", timeout=WAIT, device=asker.address, **asked)
    verdict = asking.why(settings, policy, asker, name, qtype)
    action, rule = told.pop("action"), told.pop("rule")
    if action and (action, _place(rule)) != (verdict["action"], _place(verdict["rule"])):
        verdict |= {"action": action, "rule": rule, "generation": told["generation"]}
    return {**asked, "device": verdict["device"], **told, "verdict": verdict}


def _place(rule: dict[str, Any] | None) -> tuple[str, str, int] | None:
    """Without its text, which the policy writes out and a special name has other words for."""
    return (rule["layer"], rule["list"], rule["line"]) if rule else None
