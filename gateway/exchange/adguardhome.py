"""AdGuard Home's settings, AdGuardHome.yaml of whatever schema: rules, lists, clients, rewrites.

YAML is read as plain texts, lists and maps: no tags, no aliases (which make bombs), no depth.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gateway.errors import UsageError
from gateway.exchange.gathering import Gathering, comment_of, group_of
from gateway.exchange.local_names import answered, device_address
from gateway.exchange.pihole import take_list
from gateway.exchange.values import DeviceIn, GroupIn, Imported
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import parse
from gateway.store.text import MAX_NAME

if TYPE_CHECKING:
    from yaml import Event

MAX_TEXT = 4 << 20  # bytes
MAX_DEPTH = 30  # real ones have 6
MAX_NODES = 400_000

_Map = Mapping[str, Any]


def read(content: bytes) -> Imported:
    """All that can be taken from it. Raises UsageError where it is no AdGuardHome.yaml, or too much."""
    settings = _loaded(content)
    if not isinstance(settings, dict) or not {"schema_version", "user_rules", "filters"} & settings.keys():
        raise UsageError("no settings of AdGuard Home's", hint="give its AdGuardHome.yaml")
    gathering = Gathering("adguardhome")
    gathering.found(parse(_texts(settings.get("user_rules")), "adblock"), (EVERYONE,))
    _rewrites(settings, gathering)
    _lists(settings, gathering)
    _clients(settings, gathering)
    _services(settings, gathering)
    return gathering.done()


def _loaded(content: bytes) -> Any:
    # Here, because the parser costs whoever imports it 2 MB, and nobody else needs one.
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    if len(content) > MAX_TEXT:
        raise UsageError(f"settings of more than {MAX_TEXT >> 20} MB")
    try:
        text = content.decode()
        _check(yaml.parse(text, Loader=loader))
        return yaml.load(text, Loader=loader)  # only texts, lists and maps: BaseLoader makes nothing else
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        line = str(error).splitlines()[0] if str(error) else "damaged"
        raise UsageError(f"no readable YAML: {line[:200]}") from None


def _check(events: "Iterator[Event]") -> None:
    """Nothing that grows when it is built, nothing that is built on the stack without end."""
    import yaml

    depth = 0
    for number, event in enumerate(events):
        if isinstance(event, yaml.AliasEvent):
            raise UsageError(
                "the YAML repeats parts of itself by aliases, which no settings of AdGuard Home's do"
            )
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH or number > MAX_NODES:
            raise UsageError("the YAML is too deep or too long for settings of AdGuard Home's")


def _rewrites(settings: _Map, into: Gathering) -> None:
    # Schema 27 moved them from `dns` to `filtering`.
    for section in ("filtering", "dns"):
        for number, one in enumerate(_maps(_map(settings.get(section)).get("rewrites")), 1):
            domain, answer = _text(one, "domain"), _text(one, "answer")
            if answer in ("A", "AAAA") or answer == domain:
                into.cannot(
                    f"{domain} → {answer}", "an exception from a rewrite: write @@|name^$dnsrewrite", number
                )
                continue
            enabled = _true(one, "enabled", default=True)
            into.found(answered(domain, answer, number), (EVERYONE,), comment="rewrite", enabled=enabled)


def _lists(settings: _Map, into: Gathering) -> None:
    for key in ("filters", "whitelist_filters"):
        for number, one in enumerate(_maps(settings.get(key)), 1):
            name = comment_of(_text(one, "name"))[:MAX_NAME].strip()
            enabled, allows = _true(one, "enabled"), key != "filters"
            take_list(into, _text(one, "url"), (EVERYONE,), number, name=name, enabled=enabled, allows=allows)


def _clients(settings: _Map, into: Gathering) -> None:
    found = settings.get("clients")
    # Before schema 14 the clients were the list itself.
    for number, one in enumerate(_maps(found.get("persistent") if isinstance(found, dict) else found), 1):
        name = comment_of(_text(one, "name"))[:MAX_NAME].strip()
        group = EVERYONE
        if not _true(one, "use_global_settings", default=True):
            group = f"{group_of(name, MAX_NAME - 9)} (own)".strip()
            filtered = _true(one, "filtering_enabled")
            comment = "" if filtered else "was not filtered"
            into.group(GroupIn(group, inherit=filtered, catalogue=filtered, comment=comment))
        if not _true(one, "use_global_blocked_services", default=True):
            into.cannot(name, "a client with blocked services of its own: block their names by rules", number)
        _devices(one, name, group, number, into)


def _devices(one: _Map, name: str, group: str, number: int, into: Gathering) -> None:
    ids = list(_texts(one.get("ids"))) or [_text(one, "ip"), _text(one, "mac")]  # before schema 6
    known = [address for text in ids if (address := device_address(text))]
    # Where a MAC is known it is the device; its addresses are found out.
    macs = [address for address in known if len(address) == 17 and address.count(":") == 5]
    tags = tuple(tag for tag in _texts(one.get("tags")) if tag.replace("_", "").isalnum() and tag.isascii())
    for address in macs or known:
        into.device(DeviceIn(address, name=name, group=group, tags=tags))
    for text in ids:
        if text and not device_address(text):
            into.cannot(f"{name}: {text}", "neither an IP address nor a MAC: no device here", number)


def _services(settings: _Map, into: Gathering) -> None:
    blocked = _map(settings.get("filtering")).get(
        "blocked_services", _map(settings.get("dns")).get("blocked_services")
    )
    for service in _texts(blocked.get("ids") if isinstance(blocked, dict) else blocked):
        into.cannot(service, "a blocked service: block its names by rules, or by a list")


def _map(value: object) -> _Map:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> Iterator[_Map]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())


def _texts(value: object) -> Iterator[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list) else iter(())


def _text(one: _Map, key: str) -> str:
    value = one.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _true(one: _Map, key: str, *, default: bool = False) -> bool:
    value = _text(one, key).lower()
    return value in ("true", "yes", "on") if value else default
