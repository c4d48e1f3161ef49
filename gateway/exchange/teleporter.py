"""Pi-hole's backups: the zip file of version 6 and the tar.gz of version 5."""

import re
import tomllib
from collections.abc import Iterator, Mapping

import msgspec

from gateway.archives import reading
from gateway.archives.checks import Limits
from gateway.errors import UsageError
from gateway.exchange import pihole
from gateway.exchange.gathering import Gathering
from gateway.exchange.local_names import answered
from gateway.exchange.values import Imported
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import hosts
from gateway.policy.syntax.lines import Stateless, read_line
from gateway.store.foreign import MAX_ROWS, TABLES, Gravity, Row, read_gravity, row_of

LIMITS = Limits(members=300, member_bytes=64 << 20, total_bytes=96 << 20)

_DATABASE = "etc/pihole/gravity.db"
_SETTINGS = "etc/pihole/pihole.toml"
_MAX_SETTINGS = 1 << 20
# A key of very many parts: the parser keeps all its beginnings, which is the square of it in memory.
_DEEP_KEY = re.compile(r"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){12}")
_STRING = re.compile(r"""\"(?:[^\"\\\n]++|\\.)*+\"|'[^'\n]*+'""")
_MAX_LOCAL = 10_000  # lines of local names

# Version 5: the file of each kind of domain, and what its rows say in the table that they come from.
_DOMAINS = {
    "whitelist.exact.json": 0,
    "blacklist.exact.json": 1,
    "whitelist.regex.json": 2,
    "blacklist.regex.json": 3,
}
_ALIASES = "dnsmasq.d/05-pihole-custom-cname.conf"


def read(content: bytes) -> Imported:
    """All of a backup. Raises UsageError: a hostile archive, no Pi-hole's, or too much in it."""
    files = reading.read(content, LIMITS)
    gathering = Gathering("pihole")
    if _DATABASE in files:
        pihole.gather(read_gravity(files[_DATABASE]), gathering)
        _settings(files.get(_SETTINGS, b""), gathering)
    elif files.keys() & {*_DOMAINS, "adlist.json", "group.json"}:
        pihole.gather(_gravity_of(files), gathering)
        _local_lines(_text(files.get("custom.list", b"")), gathering)
        aliases = (line.strip() for line in _text(files.get(_ALIASES, b"")))
        _aliases((line.removeprefix("cname=") for line in aliases if line.startswith("cname=")), gathering)
    else:
        raise UsageError(
            "the archive is no backup of a Pi-hole's",
            hint="make one with Settings → Teleporter, of version 5 or later",
        )
    return gathering.done()


def _gravity_of(files: Mapping[str, bytes]) -> Gravity:
    """The tables of version 5, a file each."""
    tables = {table: _table(files, f"{table}.json") for table in TABLES if table != "domainlist"}
    domains = tuple({**row, "type": kind} for name, kind in _DOMAINS.items() for row in _table(files, name))
    return Gravity(domainlist=domains, **tables)


def _table(files: Mapping[str, bytes], name: str) -> tuple[Row, ...]:
    if name not in files:
        return ()
    if files[name].count(b"{") > 2 * MAX_ROWS:  # before any of them is made
        raise UsageError(f"{name} in the archive holds more than {MAX_ROWS} rows")
    try:
        rows = msgspec.json.decode(files[name], type=list[dict[str, int | float | str | None]] | None)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UsageError(f"{name} in the archive cannot be read: {error}") from None
    if len(rows or ()) > MAX_ROWS:
        raise UsageError(f"{name} in the archive holds more than {MAX_ROWS} rows")
    # Its numbers come as texts from some versions of PHP's SQLite.
    return tuple({key: _number(value) for key, value in row_of(row).items()} for row in rows or ())


def _number(value: int | str) -> int | str:
    return (
        int(value)
        if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) < 10
        else value
    )


def _settings(content: bytes, into: Gathering) -> None:
    """Local names of version 6: `dns.hosts` and `dns.cnameRecords`."""
    if len(content) > _MAX_SETTINGS:
        into.cannot(_SETTINGS, "larger than 1 MB: its local names are left out")
        return
    try:
        text = content.decode()
        # Strings of several lines are none of Pi-hole's, and a key could hide behind them.
        if '"""' in text or "'''" in text or _DEEP_KEY.search(_STRING.sub("_", text)):
            raise ValueError("a key of too many parts")
        dns = tomllib.loads(text).get("dns", {})
    except (ValueError, RecursionError):  # TOMLDecodeError and UnicodeDecodeError are ValueErrors
        into.cannot(_SETTINGS, "not usable TOML: its local names are left out")
        return
    if isinstance(dns, dict):
        _local_lines(_strings(dns.get("hosts")), into)
        _aliases(_strings(dns.get("cnameRecords")), into)


def _strings(value: object) -> Iterator[str]:
    return (one for one in value if isinstance(one, str)) if isinstance(value, list) else iter(())


def _text(content: bytes) -> Iterator[str]:
    return iter(content[:_MAX_SETTINGS].decode("utf-8", "surrogateescape").split("\n"))


def _local_lines(lines: Iterator[str], into: Gathering) -> None:
    """`192.0.2.1 name`, as in a hosts file."""
    for number, line in zip(range(1, _MAX_LOCAL), lines, strict=False):
        into.found(read_line(Stateless(hosts.read), line, number), (EVERYONE,), comment="local name")


def _aliases(lines: Iterator[str], into: Gathering) -> None:
    """`alias,target` and, behind, a TTL that we do not keep."""
    for number, line in zip(range(1, _MAX_LOCAL), lines, strict=False):
        names = [part.strip() for part in line.split(",")]
        if len(names) > 2 and names[-1].isdecimal():
            names.pop()
        if len(names) < 2:
            into.cannot(line, "no alias: a name and what it stands for are needed", number)
        for alias in names[:-1]:
            into.found(answered(alias, names[-1], number), (EVERYONE,), comment="local name")
