"""The role `resolver`: becomes Debian's unbound, for the upstream "recursive"."""

import os
from pathlib import Path

from gateway.data import Data
from gateway.dns.upstream.recursive import Recursive, find_program, free_port
from gateway.errors import OwnFault
from gateway.settings import Settings

ROLE = "resolver"


def wanted(settings: Settings) -> bool:
    """Does any upstream need it?"""
    urls = (*settings.dns.upstreams, *(url for urls in settings.dns.domains.values() for url in urls))
    return "recursive" in urls


def port(data: Data) -> int:
    """The loopback port that resolver and workers agree on: chosen by whoever comes first. Raises OwnFault."""
    noted = data.run / "resolver.port"
    try:
        with noted.open("x") as file:
            file.write(str(free_port()))
    except FileExistsError:
        pass
    except OSError as error:
        raise OwnFault(f"{noted}: {error.strerror}") from None
    try:
        return int(noted.read_text())
    except (OSError, ValueError) as error:
        raise OwnFault(f"{noted} is unusable: {error}", hint="delete it and start again") from None


def become(data: Data, settings: Settings) -> None:
    """Replace this process by unbound. Raises SettingsError where it is not installed."""
    unbound = Recursive(
        directory=data.root / "resolver",
        port=port(data),
        anchor=Path(settings.dns.recursive_anchor),
        hints=Path(settings.dns.recursive_hints),
        program=find_program(),
        # Bound to a high port on loopback and started by root: it needs root for nothing more.
        user="nobody" if os.geteuid() == 0 else "",
    )
    argv = unbound.prepare()
    os.execv(argv[0], argv)
