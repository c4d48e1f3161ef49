"""Runs `nft`: the only one who writes the kernel's rules. A script is in force whole or not at all."""

import json
import shutil
import subprocess
from typing import Any

from gateway.errors import OwnFault
from gateway.firewall.script import TABLE

PATIENCE = 10.0  # seconds; a table of ours takes milliseconds
_SAID = 300  # characters of what it complains of


def apply(script: str) -> None:
    """Put `script` in force in one transaction. Raises OwnFault, and then all is as it was."""
    _run(["--file", "-"], script)


def remove() -> None:
    """Take our table away; nothing is said where there is none. Raises OwnFault."""
    _run(["--file", "-"], f"table {TABLE}\ndelete table {TABLE}\n")


def is_in_force() -> bool:
    """Is our table there? Raises OwnFault."""
    listed: dict[str, Any] = json.loads(_run(["--json", "list", "tables"], ""))
    ours = dict(zip(("family", "name"), TABLE.split(), strict=True))
    return any(ours.items() <= one["table"].items() for one in listed["nftables"] if "table" in one)


def counters() -> dict[str, int]:
    """Packets by the names of our table's counters. Raises OwnFault."""
    listed: dict[str, Any] = json.loads(_run(["--json", "list", "counters", "table", *TABLE.split()], ""))
    found = [one["counter"] for one in listed["nftables"] if "counter" in one]
    return {one["name"]: one["packets"] for one in found}


def _run(arguments: list[str], script: str) -> str:
    program = shutil.which("nft")
    if program is None:
        raise OwnFault("nft is not installed", hint="apt-get install nftables")
    try:
        done = subprocess.run(
            [program, *arguments], input=script, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OwnFault(f"nft does not run: {error}") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        refused = "Operation not permitted" in done.stderr
        raise OwnFault(
            f"nft refuses: {lines[0][:_SAID]}", hint="run as root, or with CAP_NET_ADMIN" if refused else ""
        )
    return done.stdout
