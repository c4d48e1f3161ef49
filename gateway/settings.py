"""Settings: TOML file, then environment, then flags; the later wins. Frozen; unknown keys are refused.

What none of them names may be set by the panel (gateway/chosen.py); what nobody names is the default.
msgspec rather than pydantic: every DNS worker reads them, and pydantic costs each 13 MB.
"""

import ipaddress
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from gateway import names
from gateway.errors import SettingsError

ENVIRONMENT_PREFIX = "HUSHGATE_"
DEFAULT_FILE = Path("/etc/hushgate/hushgate.toml")
# Not settings of a section: where to find things, read by the command line.
OFF = "off"
Origin = Literal["file", "environment", "flag", "panel"]  # "default" has no entry
OTHER_VARIABLES = {"HUSHGATE_DATA", "HUSHGATE_CONFIG"}


class _Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the settings file."""


class Dns(_Section, frozen=True):
    """[dns]"""

    listen: tuple[str, ...] = ("0.0.0.0:53", "[::]:53")
    workers: int = 0  # 0: one for each processor
    upstreams: tuple[str, ...] = ()  # udp:// tcp:// tls:// https:// or "recursive"; none: the system's
    domains: dict[str, tuple[str, ...]] = {}  # domain → its own upstreams
    allow: tuple[str, ...] = ()  # networks answered besides private, link-local and VPN ranges
    rate_limit: int = 1000  # queries a second and client; 0: none
    edns_size: int = 1232  # DNS flag day 2020
    blocked_ttl: int = 10  # seconds; short, so that a phone soon sees an allowed name
    cache_mb: int = 16  # for each worker
    serve_stale: bool = True
    strip_ech: bool = False
    check_case: bool = True  # 0x20
    private_answers: tuple[str, ...] = ()  # public domains that may point to private addresses
    recursive_anchor: str = "/usr/share/dns/root.key"
    recursive_hints: str = "/usr/share/dns/root.hints"


class Panel(_Section, frozen=True):
    """[panel]"""

    listen: str = "0.0.0.0:8080"  # 0.0.0.0: IPv6 too; "off": neither panel nor API
    tls: Literal["off", "self-signed", "own"] = "off"
    certificate: str = ""  # PEM files, with tls = "own"
    key: str = ""
    hosts: tuple[str, ...] = ()  # names it may be asked by, besides the box's own
    allow: tuple[str, ...] = ()  # networks that may ask, besides private, link-local and VPN ranges
    adapters: tuple[Literal["adguardhome", "pihole"], ...] = ()  # whose API is offered as well
    private_webhooks: bool = False  # may a webhook go to loopback, private or link-local addresses?


class Firewall(_Section, frozen=True):
    """[firewall]"""

    mode: Literal["off", "router", "hotspot", "vpn"] = "off"
    lan: tuple[str, ...] = ()
    wan: str = ""
    fail: Literal["open", "closed"] = "open"


class Sinkhole(_Section, frozen=True):
    """[sinkhole]"""

    listen: tuple[str, ...] = ()
    answer: Literal["acknowledge", "refuse", "hold"] = "acknowledge"


class Store(_Section, frozen=True):
    """[store]"""

    url: str = ""  # "": SQLite in the data folder
    retention_days: int = 30
    max_mb: int = 2000  # the log's size at which the oldest days go


class Lists(_Section, frozen=True):
    """[lists]"""

    refresh_hours: int = 24
    max_mb: int = 64
    timeout_seconds: int = 60
    allow_private: bool = False  # may a list be fetched from loopback, private or link-local addresses?


class Settings(_Section, frozen=True):
    """All sections."""

    dns: Dns = Dns()
    panel: Panel = Panel()
    firewall: Firewall = Firewall()
    sinkhole: Sinkhole = Sinkhole()
    store: Store = Store()
    lists: Lists = Lists()
    origins: dict[str, Origin] = {}  # "dns.upstreams" → who set it: no section, and in no file


def load(
    file: Path | None,
    environment: Mapping[str, str] = os.environ,
    flags: Mapping[str, Any] | None = None,
    *,
    more_checks: Sequence[Callable[["Settings"], None]] = (),
) -> Settings:
    """The settings in force. `flags` is nested like the file: `{"dns": {"listen": [...]}}`.

    `more_checks`, for those who know what a key means, raise SettingsError as `check` does.
    Raises SettingsError: one line that names the file and line, variable or flag at fault.
    """
    layers: list[tuple[str, dict[str, Any]]] = []
    if file is not None:
        layers.append((str(file), _read(file)))
    layers.append(("environment", _from_environment(environment)))
    layers.append(("command line", dict(flags or {})))
    merged: dict[str, Any] = {}
    origins: dict[str, Origin] = {}
    for origin, layer in layers:
        _convert(layer, origin, file)  # each layer by itself, so that the blame falls on the right one
        for section, values in layer.items():
            merged[section] = {**merged.get(section, {}), **values}
            origins |= dict.fromkeys((f"{section}.{key}" for key in values), _ORIGINS.get(origin, "file"))
    settings = msgspec.structs.replace(_convert(merged, "settings", None), origins=origins)
    try:
        for each in (check, *more_checks):
            each(settings)
    except SettingsError as error:
        raise SettingsError(f"{_origin(layers, file, str(error))}: {error}", hint=error.hint) from None
    return settings


_ORIGINS: dict[str, Origin] = {"environment": "environment", "command line": "flag"}


def _origin(layers: list[tuple[str, dict[str, Any]]], file: Path | None, message: str) -> str:
    """Where the setting came from that a message of `check` begins with: "hushgate.toml:7"."""
    section, _, key = message.partition(":")[0].partition(".")
    for origin, layer in reversed(layers):
        if key in layer.get(section, {}):
            return (
                f"{origin}:{_line_of(file, f'{section}.{key}')}" if file and origin == str(file) else origin
            )
    return "defaults"


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SettingsError(
            f"{file}: cannot be read: {reason}", hint="check the path given with --config"
        ) from None
    if not text.strip():
        # A power cut leaves empty files. Silent defaults would send the household's questions elsewhere.
        raise SettingsError(f"{file}: the file is empty", hint="restore it, or delete it to run on defaults")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"at line (\d+)", str(error))
        where = line[1] if line else str(text.count("\n") + 1)
        raise SettingsError(f"{file}:{where}: not valid TOML: {error}") from None
    except (ValueError, RecursionError) as error:  # a number of 5000 digits, a thousand brackets
        raise SettingsError(f"{file}: not usable TOML: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """`HUSHGATE_DNS__BLOCKED_TTL=5` → {"dns": {"blocked_ttl": 5}}; lists are comma-separated."""
    found: dict[str, Any] = {}
    for variable, text in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX) or variable in OTHER_VARIABLES:
            continue
        section, _, key = variable.removeprefix(ENVIRONMENT_PREFIX).lower().partition("__")
        if not section or not key:
            raise SettingsError(f"{variable}: no such setting", hint="write HUSHGATE_SECTION__KEY=value")
        found.setdefault(section, {})[key] = _value(section, key, text)
    return found


def _value(section: str, key: str, text: str) -> Any:
    default = getattr(getattr(Settings(), section, None), key, None)
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, str) or default is None:
        return text
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, RecursionError):  # TOMLDecodeError is a ValueError
        return text  # msgspec will say which type was expected


def _convert(values: dict[str, Any], origin: str, file: Path | None) -> Settings:
    try:
        if "origins" in values:  # ours to say
            raise msgspec.ValidationError("unknown field `origins`")
        return msgspec.convert(values, Settings)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at `$")
        path = path.strip("`.")
        unknown = re.search(r"unknown field `(.+)`", message, re.DOTALL)
        if unknown:
            path = ".".join(part for part in (path, unknown[1]) if part)
            message = "unknown setting"
        where = f"{origin}:{_line_of(file, path)}" if file and origin == str(file) else origin
        message = _UNPRINTABLE.sub(_escape, f"{path}: {message[:1].lower() + message[1:]}")
        raise SettingsError(f"{where}: {message}") from None


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")  # a quoted key may hold anything


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def _line_of(file: Path, path: str) -> int:
    """The line of the setting `path` ("dns.listen[0]"), or of its section; 1 where neither is found."""
    section, _, key = re.sub(r"\[.*", "", path).partition(".")
    this_key = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]") if key else _NOTHING
    dotted_key = re.compile(rf"\s*{re.escape(section)}\s*\.{this_key.pattern}") if key else _NOTHING
    this_section = re.compile(rf"\s*[\"']?{re.escape(section)}[\"']?\s*[.=]")
    inside, found = "", 0
    # Not splitlines(): it also breaks at characters that TOML counts as part of a line.
    for number, line in enumerate(file.read_text(encoding="utf-8").split("\n"), 1):
        header = re.match(r"\s*\[+\s*([^\[\]]+?)\s*\]+\s*(?:#.*)?$", line)
        if header:
            inside = header[1].strip("\"' ")
            if key and inside == f"{section}.{key}":
                return number
            found = number if inside == section else found
        elif (inside == section and this_key.match(line)) or (not inside and dotted_key.match(line)):
            return number
        elif not inside and not found and this_section.match(line):
            found = number
    return found or 1


_NOTHING = re.compile(r"(?!)")


def check(settings: Settings) -> None:
    """What types cannot say: addresses, networks, ranges. Raises SettingsError, its message "key: what"."""
    for address in settings.dns.listen:
        endpoint(address, "dns.listen")
    if settings.panel.listen != OFF:
        endpoint(settings.panel.listen, "panel.listen")
    for key, networks in (("dns.allow", settings.dns.allow), ("panel.allow", settings.panel.allow)):
        for network in networks:
            try:
                ipaddress.ip_network(network)
            except ValueError as error:
                raise SettingsError(
                    f"{key}: {error}", hint='write a network such as "198.51.100.0/24"'
                ) from None
    for domain in settings.dns.private_answers:
        try:
            names.from_text(domain)
        except names.NameFault as error:
            raise SettingsError(
                f"dns.private_answers: {domain!r}: {error}", hint='write a domain such as "plex.direct"'
            ) from None
    for key, low, high in _RANGES:
        section, _, name = key.partition(".")
        value = getattr(getattr(settings, section), name)
        if not low <= value <= high:
            raise SettingsError(f"{key}: {value} is not between {low} and {high}")


_RANGES = (
    ("dns.workers", 0, 64),
    ("dns.rate_limit", 0, 1_000_000_000),
    ("dns.edns_size", 512, 4096),
    ("dns.blocked_ttl", 0, 86_400),
    ("dns.cache_mb", 1, 4096),
    ("store.retention_days", 1, 3650),
    ("store.max_mb", 10, 1_000_000),
    ("lists.refresh_hours", 1, 8760),
    ("lists.max_mb", 1, 4096),
    ("lists.timeout_seconds", 1, 3600),
)


def endpoint(text: str, key: str) -> tuple[str, int]:
    """`127.0.0.1:53` or `[::]:53` as (address, port). Raises SettingsError."""
    host, _, port = text.rpartition(":")
    inner = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    try:
        address = ipaddress.ip_address(inner)
        is_port = re.fullmatch(r"[0-9]{1,5}", port) and int(port) < 65536
        if (address.version == 6) != host.startswith("[") or not is_port:
            raise ValueError
    except ValueError:
        raise SettingsError(
            f"{key}: {text!r} is not an address and port", hint="write 192.0.2.1:53 or [2001:db8::1]:53"
        ) from None
    return str(address), int(port)
