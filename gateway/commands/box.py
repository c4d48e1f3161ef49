"""`up`, `run`, `status`: the box itself."""

import os
import sys
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

import msgspec

from gateway import control, listening, roles, settings
from gateway.commands import output
from gateway.commands.times import ago
from gateway.data import Data, existing
from gateway.dns import resolver
from gateway.dns.upstream import build, system
from gateway.dns.upstream.recursive import find_program
from gateway.errors import HushgateError
from gateway.interfaces import reachable
from gateway.settings import Settings, endpoint
from gateway.supervisor import Claim, Supervisor


def up(options: Namespace) -> int:
    """Run the box until it is told to stop."""
    chosen = settings_of(options)
    if resolver.wanted(chosen):
        find_program()
    data = Data(options.data.absolute())
    data.prepare()
    claim = Claim(data)
    place = listening.find(chosen.dns, chosen=chosen.dns.listen != settings.Dns().listen)
    in_force = listening.at(chosen, place.listen)
    data.write_settings(in_force)
    _ensure_policy(data, in_force)
    return Supervisor(data, in_force, claim).run(lambda: _greet(data, in_force, place.remark))


def settings_of(options: Namespace) -> Settings:
    """Settings from file, environment and the flags of `up`. Raises SettingsError."""
    file = options.config or (
        Path(os.environ["HUSHGATE_CONFIG"]) if "HUSHGATE_CONFIG" in os.environ else None
    )
    if file is None and settings.DEFAULT_FILE.is_file():
        file = settings.DEFAULT_FILE
    flags: dict[str, Any] = {}
    if getattr(options, "dns", None):
        flags.setdefault("dns", {})["listen"] = options.dns
    if getattr(options, "upstream", None):
        flags.setdefault("dns", {})["upstreams"] = options.upstream
    if getattr(options, "panel", None):
        flags["panel"] = {"listen": options.panel}
    if getattr(options, "no_firewall", False):
        flags["firewall"] = {"mode": "off"}
    loaded = settings.load(file, os.environ, flags)
    build.check(loaded.dns)
    return loaded


def _ensure_policy(data: Data, in_force: Settings) -> None:
    """The workers need a generation to start with; the keeper brings it up to date afterwards."""
    from gateway.policy.decide import Policy

    try:
        Policy.open(data.policy)
    except HushgateError as error:
        from gateway import changes

        if any(data.policy.iterdir()):
            output.note(f"The last policy cannot be used ({error}): making it anew.")
        changes.republish(data, in_force, "first start")


def _greet(data: Data, in_force: Settings, remark: str) -> None:
    """Where it listens, how to point a phone at it, how to watch."""
    dns = in_force.dns
    lines = ["", f"Hushgate answers DNS on {', '.join(dns.listen)} (UDP and TCP)."]
    if remark:
        lines.append(remark)
    if not dns.upstreams:
        own = [endpoint(text, "dns.listen") for text in dns.listen]
        found = ", ".join(url.removeprefix("udp://") for url in system.found(own)) or "it has none just now"
        lines.append(
            f"No upstream is set: it asks this machine's own resolvers ({found}). To choose: --upstream URL"
        )
    port = endpoint(dns.listen[0], "dns.listen")[1]
    reached = [str(address) for address in reachable()]
    if reached and port == 53:
        lines += [
            "",
            f"To point a phone at it, make {reached[0]} its DNS server:",
            "  Android, MIUI, HyperOS: Settings > Wi-Fi > your network > IP settings: Static > DNS 1",
            "  and Settings > Connection & sharing > Private DNS: Off",
            "  iOS: Settings > Wi-Fi > (i) > Configure DNS > Manual",
            "  or, for all phones at once, set it as the DNS server in your router's DHCP settings.",
        ]
    where = f"--data {data.root}" if str(data.root) != "/var/lib/hushgate" else ""
    lines += [
        "",
        f"To watch what phones try:  {_command()} log --follow {where}".rstrip(),
        f"No phone at hand?          {_command()} demo {where}".rstrip(),
        "To stop: Ctrl-C",
    ]
    print("\n".join(lines), flush=True)


def _command() -> str:
    """How this person can call us again."""
    called = Path(sys.argv[0])
    if called.name != "hushgate":
        return "hushgate"
    try:
        return str(called.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(called)


def run(options: Namespace) -> int:
    """Live as one role."""
    data = existing(options.data.absolute())
    return roles.run(options.role, data, data.read_settings())


def status(options: Namespace) -> int:
    """Each role: alive, how long, what it has done. Exit code 1 where one that should run does not."""
    data = existing(options.data.absolute())
    expected = [role for role in roles.names(data.read_settings()) if role != resolver.ROLE]
    found = [_role_status(data, role) for role in expected]
    if options.json:
        for one in found:
            output.json_line(one)
    else:
        output.rows(
            [_summary(one) for one in found],
            ["role", "state", "up", "generation", "packets", "waiting_events", "lost_events"],
            as_json=False,
            empty="nothing runs",
        )
        _show_upstreams(found)
    return 0 if all(one["state"] == "up" for one in found) else 1


def _role_status(data: Data, role: str) -> dict[str, Any]:
    try:
        return {"state": "up", **control.call(data.run, role, "status")}
    except HushgateError as error:
        return {"role": role, "state": "down", "reason": str(error)}


def _summary(one: dict[str, Any]) -> dict[str, Any]:
    events = one.get("events", {})
    return {
        "role": one["role"],
        "state": one["state"],
        "up": ago(one["since"], time.time()) if "since" in one else None,
        "generation": one.get("generation"),
        "packets": one.get("counts", {}).get("packets"),
        "waiting_events": events.get("waiting"),
        "lost_events": events.get("dropped"),
    }


def _show_upstreams(found: list[dict[str, Any]]) -> None:
    """One line for each upstream, of the workers together."""
    merged: dict[tuple[str, str], dict[str, Any]] = {}
    for upstream in (each for one in found for each in one.get("upstreams", ())):
        row = merged.setdefault((upstream["url"], upstream["domain"]), {**upstream, "sent": 0, "failed": 0})
        row["sent"] += upstream["sent"]
        row["failed"] += upstream["failed"]
    if merged:
        print()
        columns = ["url", "domain", "state", "sent", "failed", "latency_ms", "last_error"]
        output.rows(merged.values(), columns, as_json=False, empty="")


def as_row(value: msgspec.Struct) -> dict[str, Any]:
    """A value as a row to print."""
    row: dict[str, Any] = msgspec.to_builtins(value)
    return row
