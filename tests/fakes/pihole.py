"""Backups as Pi-hole makes them: the zip of version 6 with its gravity.db, the tar.gz of version 5."""

import json
import sqlite3
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.fakes.archives import tarred, zipped

_NOW = "INTEGER NOT NULL DEFAULT (cast(strftime('%s', 'now') as int))"
_ID = "id INTEGER PRIMARY KEY AUTOINCREMENT"
_ON = "enabled BOOLEAN NOT NULL DEFAULT 1"
_DATES = f"date_added {_NOW}, date_modified {_NOW}"


def _pairs(table: str) -> str:
    columns = f"{table}_id INTEGER NOT NULL, group_id INTEGER NOT NULL"
    return f"CREATE TABLE {table}_by_group ({columns}, PRIMARY KEY ({table}_id, group_id));"


SCHEMA = f"""
CREATE TABLE "group" ({_ID}, {_ON}, name TEXT UNIQUE NOT NULL, {_DATES}, description TEXT);
INSERT INTO "group" (id, enabled, name, description) VALUES (0, 1, 'Default', 'The default group');
CREATE TABLE domainlist ({_ID}, type INTEGER NOT NULL DEFAULT 0, domain TEXT NOT NULL, {_ON}, {_DATES}, comment TEXT,
  UNIQUE(domain, type));
CREATE TABLE adlist ({_ID}, address TEXT NOT NULL, {_ON}, {_DATES}, comment TEXT, type INTEGER NOT NULL DEFAULT 0);
CREATE TABLE client ({_ID}, ip TEXT NOT NULL UNIQUE, {_DATES}, comment TEXT);
{_pairs("domainlist")} {_pairs("adlist")} {_pairs("client")}
CREATE VIEW vw_gravity AS SELECT domain FROM domainlist;
"""

TOML = """
[dns]
  hosts = ["192.0.2.53 printer.lan printer", "2001:db8::5 box.lan"]
  cnameRecords = ["www.lan,box.lan", "old.lan,older.lan,box.lan,300"]
"""


def gravity(*statements: str, schema: str = SCHEMA) -> bytes:
    """The bytes of a gravity.db that these statements filled."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "gravity.db"
        connection = sqlite3.connect(path)
        connection.executescript(schema + ";\n".join(statements))
        connection.close()
        return path.read_bytes()


def domains(*rows: tuple[int, int, str, int, str, tuple[int, ...]]) -> Iterable[str]:
    """Statements for (id, type, domain, enabled, comment, groups)."""
    for number, kind, domain, enabled, comment, groups in rows:
        quoted = [value.replace("'", "''") for value in (domain, comment)]
        yield (
            "INSERT INTO domainlist (id, type, domain, enabled, comment) "
            f"VALUES ({number}, {kind}, '{quoted[0]}', {enabled}, '{quoted[1]}')"
        )
        yield from (f"INSERT INTO domainlist_by_group VALUES ({number}, {group})" for group in groups)


def v6(database: bytes, toml: str = TOML) -> bytes:
    """The teleporter of version 6."""
    return zipped(
        {"etc/pihole/pihole.toml": toml.encode(), "etc/pihole/gravity.db": database, "etc/hosts": b""}
    )


def v5(**tables: list[dict[str, Any]]) -> bytes:
    """The teleporter of version 5: `blacklist_exact=[…]` is `blacklist.exact.json`."""
    files = {}
    for name, rows in tables.items():
        file = name.replace("_exact", ".exact").replace("_regex", ".regex")
        files[f"{file}.json"] = json.dumps(rows).encode()
    files["custom.list"] = b"192.0.2.53 printer.lan\n"
    files["dnsmasq.d/05-pihole-custom-cname.conf"] = b"cname=www.lan,printer.lan\n"
    files["setupVars.conf"] = b"PIHOLE_INTERFACE=eth0\n"
    return tarred(files)
