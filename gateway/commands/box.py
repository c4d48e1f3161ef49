"""`up`, `run`: the box itself."""

import contextlib
import os
from argparse import Namespace
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Any

import msgspec

from gateway import listening, panel_address, pointing, roles, settings
from gateway.apart import do_apart
from gateway.commands import output
from gateway.data import Data, existing
from gateway.dns import resolver
from gateway.dns.upstream import build, system
from gateway.dns.upstream.recursive import find_program
from gateway.errors import HushgateError, OwnFault, SettingsError, UsageError
from gateway.firewall import script
from gateway.interfaces import reachable
from gateway.settings import Settings, endpoint
from gateway.supervisor import Claim, Supervisor


def up(options: Namespace) -> int:
    """Run the box until it is told to stop."""
    data = Data(options.data.absolute())
    chosen = _with_the_panels(data, settings_of(options))
    build.check(chosen.dns)
    if resolver.wanted(chosen):
        find_program()
    data.prepare()
    claim = Claim(data)
    place = listening.find(chosen.dns, chosen=chosen.dns.listen != settings.Dns().listen)
    panel, panel_remark = panel_address.find(
        chosen.panel, chosen=chosen.panel.listen != settings.Panel().listen
    )
    in_force = msgspec.structs.replace(listening.at(chosen, place.listen), panel=panel)
    try:
        data.write_settings(in_force)
    except OwnFault as fault:  # DNS comes first
        output.note(f"{fault} ({fault.hint}): commands go by the settings of the last start.")
    resolver.end_orphan(data)
    resolver.forget_port(data)
    _ensure_policy(data, in_force)
    return Supervisor(data, in_force, claim, _listeners(in_force)).run(
        lambda: _greeting(data, in_force, place.remark, panel_remark)
    )


def _with_the_panels(data: Data, named: Settings) -> Settings:
    """With what the panel has set. Raises SettingsError where that cannot be known: defaults would be a guess."""
    try:
        return data.in_force(named)
    except SettingsError as fault:
        found = data.as_last(named)
        output.note(f"{fault} ({fault.hint}). What the panel set last is known all the same, and counts.")
        return found


def _listeners(in_force: Settings) -> list[socket]:
    """The panel's sockets; none where it is off, or cannot have them now: then the role goes on trying."""
    if in_force.panel.listen == settings.OFF:
        return []
    try:
        return panel_address.listen(in_force.panel)
    except OwnFault:
        return []  # `panel_address.find` has said so


def settings_of(options: Namespace) -> Settings:
    """Settings from file, environment and the flags of `up`. Raises SettingsError."""
    flags: dict[str, Any] = {}
    if getattr(options, "dns", None):
        flags.setdefault("dns", {})["listen"] = options.dns
    if getattr(options, "upstream", None):
        flags.setdefault("dns", {})["upstreams"] = options.upstream
    if getattr(options, "panel", None):
        flags["panel"] = {"listen": options.panel}
    if getattr(options, "no_firewall", False):
        flags["firewall"] = {"mode": "off"}
    checks = (lambda made: build.check(made.dns), _check_firewall, _check_certificate)
    return settings.load(settings_file(options), os.environ, flags, more_checks=checks)


def _check_firewall(made: Settings) -> None:
    if made.firewall.mode != settings.OFF:
        script.plan(made)


def _check_certificate(made: Settings) -> None:
    """By name: what serves the panel is none of the gateway's rooms."""
    if made.panel.tls == "own" and made.panel.listen != settings.OFF:
        import_module("api.tls").check(made.panel)


def settings_file(options: Namespace) -> Path | None:
    """The one named by flag or environment, else the system's where it is there."""
    named = options.config or os.environ.get("HUSHGATE_CONFIG")
    if named:
        return Path(named)
    return settings.DEFAULT_FILE if settings.DEFAULT_FILE.is_file() else None


def _ensure_policy(data: Data, in_force: Settings) -> None:
    """The workers need a generation to start with; the keeper brings it up to date afterwards."""
    from gateway.policy.decide import Policy
    from gateway.policy.generation import retention

    try:
        Policy.open(data.policy)
    except HushgateError as error:
        if any(data.policy.iterdir()):
            output.note(f"The last policy cannot be used ({error}): making it anew.")
        try:
            do_apart(lambda: _first_policy(data, in_force))  # else every role had the database's libraries
        except HushgateError as fault:
            if not retention.kept(data.policy):
                raise
            older, _ = Policy.open_latest(data.policy)
            output.note(f"It cannot be made anew now ({fault}): generation {older.generation} decides.")


def _first_policy(data: Data, in_force: Settings) -> str:
    from gateway import changes, repair
    from gateway.store.engine import open_journal

    repair.store(data, in_force)
    with contextlib.suppress(HushgateError):  # a damaged log is the keeper's to mend, and to tell
        open_journal(data.root, in_force.store.url).close()  # makes its tables here: Alembic costs 11 MB
    return str(changes.republish(data, in_force, "first start").generation)


def _greeting(data: Data, in_force: Settings, remark: str, panel_remark: str = "") -> str:
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
    server = pointing.find(dns.listen, reachable(lasting=True)).best
    if server:
        lines += [
            "",
            f"To point a phone at it, make {server.address} its DNS server:",
            "  Android, MIUI, HyperOS: Settings > Wi-Fi > your network > IP settings: Static > DNS 1",
            "  and Settings > Connection & sharing > Private DNS: Off",
            "  iOS: Settings > Wi-Fi > (i) > Configure DNS > Manual",
            "  or, for all phones at once, set it as the DNS server in your router's DHCP settings.",
        ]
        lines += [
            f"  Step by step, on the phone itself: {page}point" for page in _for_phones(in_force.panel)[:1]
        ]
    lines += _panel_lines(in_force.panel, panel_remark)
    lines += [
        "",
        f"To watch what phones try:  {output.command('log --follow', data.root)}",
        f"No phone at hand?          {output.command('demo', data.root)}",
        "To stop: Ctrl-C",
    ]
    return "\n".join(lines)


def _for_phones(panel: settings.Panel) -> tuple[str, ...]:
    """Where a phone can open the panel."""
    return () if panel.listen == settings.OFF else pointing.pages(panel_address.urls(panel))


def _panel_lines(panel: settings.Panel, remark: str) -> list[str]:
    """Where panel and API are. The panel itself prints the link by which the first password is set."""
    if panel.listen == settings.OFF:
        return []
    address = panel_address.urls(panel)[0]
    lines = ["", f"Panel and API: {address}/  (documentation: {address}/docs)"]
    if remark:
        lines.append(remark)
    if panel.tls == "off" and panel_address.is_everywhere(panel):
        lines.append(
            "It is plain HTTP, for this network alone: whoever listens in here can read along. "
            'For HTTPS: [panel] tls = "self-signed"'
        )
    return lines


def run(options: Namespace) -> int:
    """Live as one role. Raises UsageError for one that this box does not have."""
    data = existing(options.data.absolute())
    in_force = data.read_settings()
    known = roles.names(in_force)
    if options.role not in known:
        raise UsageError(f"this box has no role {options.role!r}", hint=f"there are: {', '.join(known)}")
    return roles.run(options.role, data, in_force)
