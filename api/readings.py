"""What `/metrics` tells, gathered when it is asked for: from the roles, the log, the store and the policy."""

import re
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec

from api.box import ApiBox
from gateway import condition
from gateway.dns.links import pause
from gateway.errors import HushgateError
from gateway.journal import extent
from gateway.journal.statistics import dropped
from gateway.store import lists, rules, webhooks
from gateway.store.engine import Session
from gateway.store.lists import Subscription
from gateway.store.webhooks import Webhook

PATIENCE = 2.0  # seconds for a role to answer: Prometheus gives up after ten
HOUR = 3600

_RSS = re.compile(r"^VmRSS:\s+(\d+) kB", re.M)


class Counted:
    """Attempts by action since the panel started. Never falls: the roll-ups do, when hours grow old or are wiped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since = int(time.time()) // HOUR * HOUR
        self._hours: dict[int, Counter[str]] = {}
        self._closed: Counter[str] = Counter()

    def take(self, found: dict[int, Counter[str]]) -> Counter[str]:
        """The sums, with what the log says now of the hours from `since` on."""
        with self._lock:
            for hour, counts in found.items():
                if hour >= self._since:
                    self._hours[hour] = self._hours.get(hour, Counter()) | counts  # the greater of both
            for hour in sorted(self._hours)[:-2]:  # events of the hour before may still come
                self._closed += self._hours.pop(hour)
                self._since = hour + HOUR
            return sum(self._hours.values(), self._closed)

    @property
    def since(self) -> int:
        """From which hour on (Unix seconds) the log is to be asked."""
        return self._since


class Rules:
    """How many are switched on, counted once for each generation: there may be ten thousand."""

    def __init__(self) -> None:
        self._generation = -1
        self._number = 0

    def count(self, session: Session, generation: int) -> int:
        """In this generation; 0 for none that can be read, which is counted each time."""
        if generation != self._generation or not generation:
            self._number = sum(rule.enabled for rule in rules.list_rules(session))
            self._generation = generation
        return self._number


class Readings(msgspec.Struct, frozen=True):
    """What is told. Where a database is away, its numbers are left out."""

    roles: list[dict[str, Any]]
    generation: int
    memory: dict[str, int]  # role → bytes
    pauses: dict[str, int]  # scope → how many are in force
    journal_bytes: int
    actions: dict[str, int] | None = None
    rows: int = 0
    ever: int = 0
    dropped: int = 0
    devices: int = 0
    rules: int | None = None
    lists: tuple[Subscription, ...] = ()
    webhooks: tuple[Webhook, ...] = ()


def gather(box: ApiBox) -> Readings:
    """What the box says of itself now."""
    found = condition.ask(box.data, box.settings, timeout=PATIENCE)
    journal: dict[str, Any] = {}
    try:
        with box.journal() as database:
            counted = box.kept(Counted)
            journal = {
                "actions": dict(counted.take(extent.actions(database, counted.since))),
                "rows": extent.rows(database),
                "ever": extent.ever(database),
                "dropped": dropped(database),
                "devices": extent.devices(database),
            }
    except HushgateError:
        journal = {}  # hushgate_database_up tells it
    store: dict[str, Any] = {}
    generation, pauses = _policy(box)
    try:
        with box.works.reading() as session:
            store = {
                "rules": box.kept(Rules).count(session, generation),
                "lists": lists.list_lists(session),
                "webhooks": webhooks.list_webhooks(session),
            }
    except HushgateError:
        store = {}
    return Readings(
        roles=found,
        generation=generation,
        memory={one["role"]: memory for one in found if (memory := _memory(one.get("pid", 0)))},
        pauses=pauses,
        journal_bytes=condition.sizes(box.data)["journal"],
        **journal,
        **store,
    )


def _policy(box: ApiBox) -> tuple[int, dict[str, int]]:
    pauses = dict.fromkeys(("all", "group", "device"), 0)
    try:
        policy = box.policy()
    except HushgateError:
        return 0, pauses
    for one, holds in zip(policy.pauses, pause.holding(policy), strict=True):
        pauses[one.scope] = pauses.get(one.scope, 0) + holds
    return policy.generation, pauses


def _memory(pid: int) -> int:
    """Bytes that the process has in memory; 0 where that cannot be read."""
    try:
        found = _RSS.search(Path(f"/proc/{int(pid)}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
