"""How a command tells what it has changed: in a sentence and where it is in force, or as one JSON object."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from gateway.commands import output
from gateway.policy.publish import Applied
from gateway.works import summary

MAX_WARNINGS = 5


def tell(
    options: Namespace, sentence: str, row: Mapping[str, Any], applied: Applied | None, *, about: str = ""
) -> int:
    """Print it; exit code 0. `about`: the rule whose warnings a person wants to see."""
    if options.json:
        output.json_line({**row, **(summary(applied) if applied else {})})
        return 0
    print(output.harmless(sentence))
    if applied is not None:
        print(in_force(applied), flush=True)
        _warn([text for text in applied.warnings if about and text.startswith(f"{about} ")])
    return 0


def in_force(applied: Applied) -> str:
    """ "In force: generation 42, 2 of 2 workers, 18 ms"."""
    if not applied.of:
        return (
            f"Stored as generation {applied.generation}; no worker runs now: start the box with `hushgate up`"
        )
    workers = f"{applied.workers} of {applied.of} workers"
    return f"In force: generation {applied.generation}, {workers}, {applied.ms:.0f} ms"


def _warn(warnings: list[str]) -> None:
    for text in warnings[:MAX_WARNINGS]:
        output.note(output.harmless(f"Beware: {text}"))
    if len(warnings) > MAX_WARNINGS:
        output.note(f"… and {len(warnings) - MAX_WARNINGS} more that phones need")
