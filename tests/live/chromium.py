"""A real browser on a machine of the small internet, without the calls home that it makes by itself."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.network import Namespace

PROGRAM = Path("/usr/bin/chromium")
QUIET = (
    "--headless=new",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-pings",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    # The page is to be loaded as its address says, and nothing is to be looked up in advance.
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,OptimizationHints,MediaRouter,DnsOverHttps",
)


def why_not() -> str:
    """Why there is no browser here; empty if there is."""
    return "" if os.access(PROGRAM, os.X_OK) else "Debian's package chromium is not installed"


@dataclass(frozen=True)
class Visit:
    """What came of opening a page."""

    dom: str
    console: list[str]  # what the browser complained of
    asked: set[str]  # addresses that the page had loaded


def visit(url: str, profile: Path) -> Visit:
    """Open a page on this machine, without looking at what the browser does by itself."""
    profile.mkdir()
    home = {
        **os.environ,
        "HOME": str(profile),
        "XDG_CONFIG_HOME": str(profile),
        "XDG_CACHE_HOME": str(profile),
    }
    call = (
        str(PROGRAM),
        *QUIET,
        f"--user-data-dir={profile}/data",
        f"--log-net-log={profile}/net.json",
        "--enable-logging=stderr",
        "--virtual-time-budget=15000",
        "--timeout=20000",
        "--dump-dom",
        url,
    )
    done = subprocess.run(call, env=home, capture_output=True, text=True, timeout=90, check=True)
    console = [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    log = json.loads((profile / "net.json").read_text())
    origin = "/".join(url.split("/")[:3])
    params = [event.get("params", {}) for event in log["events"]]
    asked = {one["url"] for one in params if one.get("initiator") == origin and "url" in one}
    return Visit(done.stdout, console, asked)


def document(machine: Namespace, url: str, profile: Path) -> str:
    """The page's elements once everything on it has loaded or failed."""
    profile.mkdir()
    home = ("env", f"HOME={profile}", f"XDG_CONFIG_HOME={profile}", f"XDG_CACHE_HOME={profile}")
    call = (
        *home,
        str(PROGRAM),
        *QUIET,
        f"--user-data-dir={profile}/data",
        "--timeout=20000",
        "--dump-dom",
        url,
    )
    return machine.run(*call, timeout=90).stdout
