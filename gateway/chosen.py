"""What the panel has set: kept in a file of its own, between the defaults and everything that a person wrote down.

The settings file, the environment and the flags of `up` win over it, so a box that is configured from outside stays
as it is configured. What wins over a value leaves it in the file: without the flag it counts again.
"""

import os
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import OwnFault, SettingsError
from gateway.policy.manifest import place, sync_directory
from gateway.settings import Dns, Origin, Settings, check

# What workers take up while they serve (gateway/dns/network.py); all of them are of [dns].
KEYS = (
    "dns.upstreams",
    "dns.domains",
    "dns.blocked_ttl",
    "dns.serve_stale",
    "dns.strip_ech",
    "dns.check_case",
    "dns.private_answers",
)
HINT = "restore it from a backup, or delete it: then the defaults count"


class Chosen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Values by key, and who set them last."""

    serial: int = 0  # counts the changes
    time: int = 0  # Unix seconds
    who: str = ""
    whence: str = ""  # the author's address
    values: dict[str, Any] = {}


def read(path: Path) -> Chosen:
    """An empty one where nothing was ever set. Raises SettingsError for a damaged file: defaults would be a guess."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Chosen)
    except FileNotFoundError:
        return Chosen()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: {error}", hint=HINT) from None


def write(path: Path, chosen: Chosen) -> None:
    """Durable when it returns. Raises OwnFault, and then the old ones are still there."""
    try:
        beside = path.with_name(path.name + ".new")
        beside.unlink(missing_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL, 0o600))  # an upstream's URL may hold a secret
        place(path, msgspec.json.format(msgspec.json.encode(chosen), indent=1))
        sync_directory(path.parent)
    except OSError as error:
        raise OwnFault(f"{path} cannot be written: {error.strerror}", hint="make room on the disk") from None


def is_free(settings: Settings, key: str) -> bool:
    """May the panel set it, or has a file, the environment or a flag?"""
    return key in KEYS and settings.origins.get(key, "panel") == "panel"


def over(settings: Settings, chosen: Chosen) -> Settings:
    """`settings` with what was chosen, where nobody else has a say. Twice is as once.

    Raises SettingsError, its message "key: what".
    """
    defaults = Dns()
    values: dict[str, Any] = {}
    origins: dict[str, Origin] = {key: by for key, by in settings.origins.items() if by != "panel"}
    for key in KEYS:
        name = key.removeprefix("dns.")
        if not is_free(settings, key):
            continue
        if key in chosen.values:
            values[name] = _converted(key, name, chosen.values[key])
            origins[key] = "panel"
        elif key in settings.origins:  # by an older choice, which has been taken back
            values[name] = getattr(defaults, name)
    unknown = chosen.values.keys() - set(KEYS)
    if unknown:
        raise SettingsError(f"{min(unknown)}: the panel cannot set this", hint=HINT)
    dns = msgspec.structs.replace(settings.dns, **values)
    made = msgspec.structs.replace(settings, dns=dns, origins=origins)
    check(made)
    return made


def _converted(key: str, name: str, value: Any) -> Any:
    try:
        return getattr(msgspec.convert({name: value}, Dns), name)
    except msgspec.ValidationError as error:
        message = str(error).partition(" - at `$")[0]
        raise SettingsError(f"{key}: {message[:1].lower() + message[1:]}") from None
