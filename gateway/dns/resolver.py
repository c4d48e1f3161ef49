"""The role `resolver`: becomes Debian's unbound, for the upstream "recursive"."""

import contextlib
import os
import tempfile
import time
from pathlib import Path

from gateway.data import Data
from gateway.dns.upstream.recursive import Recursive, find_program, free_port
from gateway.dns.upstream.tls import clock_is_wrong
from gateway.errors import OwnFault
from gateway.settings import Settings

ROLE = "resolver"
USER = "unbound"  # Debian's package makes it
OF_DEBIAN = Path("/var/lib/unbound/hushgate")  # where the profile of Debian's package lets it write
PROFILES = Path("/sys/kernel/security/apparmor/profiles")
CONFINED = ("unbound", "/usr/sbin/unbound")


def wanted(settings: Settings) -> bool:
    """Does any upstream need it?"""
    urls = (*settings.dns.upstreams, *(url for urls in settings.dns.domains.values() for url in urls))
    return "recursive" in urls


def port(data: Data) -> int:
    """The loopback port that resolver and workers agree on: chosen by whoever comes first. Raises OwnFault."""
    noted = _noted(data)
    try:
        if not noted.exists():
            # Whole before it has its name: the others look for it at the same moment.
            with tempfile.NamedTemporaryFile("w", dir=data.run) as file:
                file.write(str(free_port()))
                file.flush()
                with contextlib.suppress(FileExistsError):
                    noted.hardlink_to(file.name)
        return int(noted.read_text())
    except (OSError, ValueError) as error:
        raise OwnFault(f"{noted} is unusable: {error}", hint="start the box again") from None


def forget_port(data: Data) -> None:
    """A box that starts chooses another one: meanwhile somebody else may have taken it."""
    _noted(data).unlink(missing_ok=True)


def _noted(data: Data) -> Path:
    return data.run / "resolver.port"


def become(data: Data, settings: Settings) -> None:
    """Replace this process by unbound. Raises SettingsError where it is not installed."""
    root = os.geteuid() == 0
    unbound = Recursive(
        directory=OF_DEBIAN if root and is_confined() else data.root / "resolver",
        port=port(data),
        anchor=Path(settings.dns.recursive_anchor),
        hints=Path(settings.dns.recursive_hints),
        program=find_program(),
        user=USER if root else "",  # on a high port of loopback it needs root for nothing
        ignore_dates=clock_is_wrong(time.time()),
    )
    argv = unbound.prepare()
    os.execv(argv[0], argv)


def is_confined(profiles: Path = PROFILES) -> bool:
    """Does AppArmor hold unbound to Debian's own folders? Then it could not read a file of ours elsewhere."""
    try:
        return any(line.split()[0] in CONFINED for line in profiles.read_text().splitlines() if line.strip())
    except OSError:  # no AppArmor in this kernel
        return False
