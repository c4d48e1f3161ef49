"""The role `resolver`: becomes Debian's unbound, for the upstream "recursive"."""

import contextlib
import hashlib
import os
import select
import signal
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
# The user's home, and the one place where Debian's AppArmor profile lets it write. DATA may be in a folder that
# only root may pass through.
HOME = Path("/var/lib/unbound")
END_WAIT = 2.0  # seconds


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


def has_started(data: Data) -> bool:
    """Has this box, as it runs now, a resolver?"""
    return _noted(data).exists()


def forget_port(data: Data) -> None:
    """A box that starts chooses another one: meanwhile somebody else may have taken it."""
    _noted(data).unlink(missing_ok=True)


def _noted(data: Data) -> Path:
    return data.run / "resolver.port"


def become(data: Data, settings: Settings) -> None:
    """Replace this process by unbound. Raises SettingsError where it is not installed."""
    root = os.geteuid() == 0
    unbound = Recursive(
        directory=_folder(data, root=root),
        port=port(data),
        anchor=Path(settings.dns.recursive_anchor),
        hints=Path(settings.dns.recursive_hints),
        program=find_program(),
        user=USER if root else "",  # on a high port of loopback it needs root for nothing
        ignore_dates=clock_is_wrong(time.time()),
    )
    argv = unbound.prepare()
    _process(data).write_text(f"{os.getpid()} {unbound.config}")
    os.execv(argv[0], argv)


def _folder(data: Data, *, root: bool) -> Path:
    """Where unbound has its files: one for each box."""
    if root and HOME.is_dir():
        return HOME / f"hushgate-{hashlib.sha256(bytes(data.root)).hexdigest()[:8]}"
    return data.root / "resolver"


def _process(data: Data) -> Path:
    return data.run / "resolver.pid"


def end_orphan(data: Data) -> None:
    """End the unbound of a supervisor that was killed: changing its user, it has lost what ties it to us."""
    try:
        pid, config = _process(data).read_text().split(maxsplit=1)
        handle = os.pidfd_open(int(pid))
    except (OSError, ValueError):  # there was none, or it has gone
        return
    try:
        # The number may be another program's by now.
        if config.encode() in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
            signal.pidfd_send_signal(handle, signal.SIGTERM)
            select.select([handle], [], [], END_WAIT)
    except OSError:  # it has gone meanwhile
        return
    finally:
        os.close(handle)
