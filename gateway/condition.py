"""How the box is: what each role says of itself, and whether the whole is fit to serve. Changes nothing."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from gateway import control, roles
from gateway.data import Data
from gateway.dns import resolver
from gateway.dns.upstream.address import without_password as without_password
from gateway.errors import HushgateError
from gateway.policy import manifest
from gateway.settings import Settings

PATIENCE = 5.0  # seconds for a role to say how it is
STARTING = 10  # seconds after another role's start in which one that does not answer yet is not called down

Said = dict[str, Any]  # a role's own words, with "role" and "state": "up", "starting" or "down"


class Part(msgspec.Struct, frozen=True):
    """One thing that the box needs."""

    name: str  # "dns", "keeper", "policy", "database"
    ready: bool
    why: str = ""  # it is not


def expected(settings: Settings) -> list[str]:
    """The roles that should answer."""
    # The resolver is unbound: it has no control socket, and the workers tell how it answers.
    return [role for role in roles.names(settings) if role != resolver.ROLE]


def ask(data: Data, settings: Settings, *, timeout: float = PATIENCE) -> list[Said]:
    """What each role says, all asked at once; one that does not answer is down, with the reason."""
    wanted = expected(settings)
    with ThreadPoolExecutor(len(wanted)) as pool:
        found = list(pool.map(lambda role: _ask(data, role, timeout), wanted))
    began = max((one.get("since", 0) for one in found), default=0)
    if time.time() - began < STARTING:
        # The box has just been started: keeper and panel take a second longer than DNS.
        for one in found:
            if one["state"] == "down" and not one["role"].startswith("dns-"):
                one["state"] = "starting"
    return found


def _ask(data: Data, role: str, timeout: float) -> Said:
    try:
        return {"state": "up", "role": role, **control.call(data.run, role, "status", timeout=timeout)}
    except HushgateError as error:
        return {"role": role, "state": "down", "reason": str(error)}


def upstreams(found: list[Said]) -> list[Said]:
    """Each upstream once, of the workers together."""
    merged: dict[tuple[str, str], Said] = {}
    for upstream in (each for one in found for each in one.get("upstreams", ())):
        same = (upstream["url"], upstream["domain"])
        row = merged.setdefault(same, {**upstream, "sent": 0, "failed": 0, "wrong": 0})
        if upstream["sent"]:  # a worker that has not asked it yet knows nothing of it
            row |= {key: upstream[key] for key in ("state", "latency_ms", "last_error") if upstream[key]}
        for count in ("sent", "failed", "wrong"):
            row[count] += upstream.get(count, 0)
    return list(merged.values())


def parts(data: Data, found: list[Said]) -> list[Part]:
    """Is the box fit to serve? From what `ask` has found. (The database is for those who hold it open.)"""
    down = [one for one in found if one["state"] != "up"]
    named = {one["role"] for one in down}
    workers = [one for one in found if one["role"].startswith("dns-")]
    try:
        generation = manifest.current(data.policy).generation
        behind = [one["role"] for one in workers if one.get("generation", generation) != generation]
        policy = Part("policy", not behind, f"{', '.join(behind)}: an older generation" if behind else "")
    except HushgateError:
        policy = Part("policy", False, "no generation in force can be read")
    dns_down = [one["role"] for one in workers if one["role"] in named]
    return [
        Part("dns", bool(workers) and not dns_down, f"{', '.join(dns_down)}: no answer" if dns_down else ""),
        policy,
        Part(
            control.KEEPER,
            control.KEEPER not in named,
            "no answer" if control.KEEPER in named else "",
        ),
    ]


def sizes(data: Data) -> dict[str, int]:
    """Bytes on the disk of what the box keeps; a database on a server is not counted."""
    # Here, because `hushgate status` has no use for the databases' libraries.
    from gateway.store.engine import JOURNAL_FILE, STORE_FILE

    return {
        "policy_database": _with_companions(data.root / STORE_FILE),
        "journal": _with_companions(data.root / JOURNAL_FILE),
        "generations": _under(data.policy),
        "lists": _under(data.lists),
    }


def _with_companions(path: Path) -> int:
    return sum(_size(path.with_name(path.name + end)) for end in ("", "-wal", "-shm"))


def _under(folder: Path) -> int:
    return sum(_size(path) for path in folder.rglob("*") if not path.is_symlink())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # deleted while we looked
        return 0


def shown(settings: Settings) -> dict[str, Any]:
    """The settings in force, without passwords."""
    found: dict[str, Any] = msgspec.to_builtins(settings)
    found["store"]["url"] = without_password(settings.store.url)
    found["dns"]["upstreams"] = [without_password(url) for url in settings.dns.upstreams]
    found["dns"]["domains"] = {
        domain: [without_password(url) for url in urls] for domain, urls in settings.dns.domains.items()
    }
    return found
