"""People who change rules and lists of a box, here or as a process: `python -m tests.fakes.changing DATA WHO N`."""

import hashlib
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from gateway import changes
from gateway.data import Data
from gateway.policy.fetching import copies
from gateway.store import lists, rules
from gateway.store.engine import Session
from gateway.store.lists import Subscription
from tests.fakes.idle_box import says

NOW = 1_700_000_000
ROOT = Path(__file__).parents[2]
LISTS = "list"  # who subscribes to lists instead of adding rules


def add(data: Data, text: str, **more: Any) -> int:
    """Add a rule; the generation that has it."""
    with changes.change(data, f"rule added: {text}") as change:
        rules.add_rule(change.session, text, now=NOW, **more)
    assert change.applied is not None
    return change.applied.generation


def subscribe(data: Data, session: Session, name: str, text: str) -> Subscription:
    """A list with this text, as if it had been fetched."""
    version = hashlib.sha256(text.encode()).hexdigest()
    if not copies.path_of(data.lists, version).exists():  # fetched once, noted as often as is tried
        part = data.lists / f"{name}.part"
        part.write_text(text)
        copies.take(part, data.lists)
    made = lists.add_list(session, f"https://lists.example/{name}", name=name)
    return lists.fetched_list(session, made.id, now=NOW, version=version, rules=1, refused=0)


def somebody(data: Data, who: str, number: int) -> "subprocess.Popen[str]":
    """A process that makes so many changes: it blocks `who0.example`, `who1.example` …"""
    call = [sys.executable, "-m", "tests.fakes.changing", str(data.root), who, str(number)]
    return subprocess.Popen(call, cwd=ROOT, stderr=subprocess.PIPE, text=True)


def _subscribe(data: Data, name: str, session: Session) -> Subscription:
    return subscribe(data, session, name, name)


def _make(data: Data, who: str, number: int) -> None:
    for i in range(number):
        name = f"{who}{i}.example"
        if who == LISTS:
            changes.change_lists(data, name, partial(_subscribe, data, name))
        else:
            add(data, f"||{name}^")
        said = says(data, name)
        if not said.startswith("blocked"):
            sys.exit(f"{name} was acknowledged, and then {said}")


if __name__ == "__main__":
    _make(Data(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3]))
