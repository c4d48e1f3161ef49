"""May this machine pass packets on? The kernel's switches, turned on for as long as the box is a router."""

from pathlib import Path

from gateway.errors import OwnFault

SWITCHES = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")
_ROOT = Path("/proc/sys")
_ON = "1"


def turn_on(root: Path = _ROOT) -> dict[str, str]:
    """What each switch that had to be turned was before. Raises OwnFault: then none is turned."""
    before: dict[str, str] = {}
    try:
        for switch in SWITCHES:
            path = root / switch
            if not path.exists():
                continue  # a kernel without IPv6
            was = path.read_text().strip()
            if was != _ON:
                path.write_text(_ON)
                before[switch] = was
    except OSError as error:
        turn_back(before, root)
        raise OwnFault(
            f"packets cannot be passed on: {error.strerror}: {error.filename}",
            hint="run as root, or turn it on with `sysctl net.ipv4.ip_forward=1`",
        ) from None
    return before


def turn_back(before: dict[str, str], root: Path = _ROOT) -> None:
    """As they were. Raises OwnFault."""
    for switch, was in before.items():
        try:
            (root / switch).write_text(was)
        except OSError as error:
            raise OwnFault(f"{switch} cannot be turned back: {error.strerror}") from None
