"""A real browser on a machine of the small internet, without the calls home that it makes by itself."""

import os
from pathlib import Path

from tests.fakes.network import Namespace

PROGRAM = Path("/usr/bin/chromium")
_QUIET = (
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


def document(machine: Namespace, url: str, profile: Path) -> str:
    """The page's elements once everything on it has loaded or failed."""
    profile.mkdir()
    home = ("env", f"HOME={profile}", f"XDG_CONFIG_HOME={profile}", f"XDG_CACHE_HOME={profile}")
    call = (
        *home,
        str(PROGRAM),
        *_QUIET,
        f"--user-data-dir={profile}/data",
        "--timeout=20000",
        "--dump-dom",
        url,
    )
    return machine.run(*call, timeout=90).stdout
