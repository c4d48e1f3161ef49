"""May this machine pass packets on? The kernel's switches, turned on for as long as the box is a router.

How they were is kept in a file: whoever follows a guard that was killed turns back what that one had turned.
"""

import logging
from pathlib import Path

import msgspec

from gateway.errors import OwnFault

SWITCHES = ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding")
_ROOT = Path("/proc/sys")
_ON = "1"
_log = logging.getLogger(__name__)


def turn_on(kept: Path, root: Path = _ROOT) -> None:
    """`kept`: the file with how they were. Raises OwnFault: then all are as they were."""
    before = _read(kept)
    try:
        for switch in SWITCHES:
            path = root / switch
            if not path.exists():
                continue  # a kernel without IPv6
            was = path.read_text().strip()
            if was != _ON:
                path.write_text(_ON)
                before.setdefault(switch, was)
    except OSError as error:
        _put(before, root)
        raise OwnFault(
            f"packets cannot be passed on: {error.strerror}: {error.filename}",
            hint="run as root, or turn it on with `sysctl net.ipv4.ip_forward=1`",
        ) from None
    try:
        kept.write_bytes(msgspec.json.encode(before))
    except OSError as error:  # a full disk: no reason to leave the phones without a network
        _log.warning("how forwarding was before is not kept: %s", error.strerror)


def turn_back(kept: Path, root: Path = _ROOT) -> None:
    """As they were. Raises OwnFault."""
    _put(_read(kept), root)
    kept.unlink(missing_ok=True)


def _read(kept: Path) -> dict[str, str]:
    try:
        return msgspec.json.decode(kept.read_bytes(), type=dict[str, str])
    except (OSError, msgspec.MsgspecError):  # none yet, or cut off: then they stay as they are
        return {}


def _put(before: dict[str, str], root: Path) -> None:
    for switch, was in before.items():
        if switch not in SWITCHES:
            continue  # a file that somebody else has written
        try:
            (root / switch).write_text(was)
        except OSError as error:
            raise OwnFault(f"{switch} cannot be turned back: {error.strerror}") from None
