"""Do the rows of a backup make a box? What the tables cannot say themselves. Changes nothing."""

import base64
import json
import re
from collections.abc import Callable, Sequence

import msgspec

from gateway import schedule
from gateway.access import Scope
from gateway.errors import UsageError
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy import bundled, catalogue, sources
from gateway.policy.catalogue import CatalogueFault
from gateway.policy.matching.asker import key_of
from gateway.policy.state import EVERYONE
from gateway.policy.syntax import SYNTAXES, parse_rule
from gateway.store import dump
from gateway.store.dump import Row
from gateway.store.text import MAX_COMMENT, MAX_NAME, MAX_RULE, MAX_SOURCE, one_line

MAX_HASH_KB = 262_144  # four times what RFC 9106 §4 suggests where there is little memory
MAX_HASH_ROUNDS = 20
MAX_HASH_LANES = 16
_ARGON2 = re.compile(
    r"\$argon2id?\$v=19\$m=([0-9]{1,7}),t=([0-9]{1,3}),p=([0-9]{1,3})"
    r"\$[A-Za-z0-9+/]{1,100}\$[A-Za-z0-9+/]{1,200}"
)
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def check(rows: dict[str, list[Row]]) -> None:
    """All rows of all tables. Raises UsageError with the first that is not right."""
    dump.check_together(rows)
    if not any(row["name"] == EVERYONE for row in rows["group"]):
        raise UsageError(f"the backup lacks the group {EVERYONE}")
    for table, mine in rows.items():
        _each(table, mine, _CHECKS[table])


def _each(table: str, rows: Sequence[Row], look: Callable[[Row], None]) -> None:
    for number, row in enumerate(rows, 1):
        try:
            if isinstance(row.get("id", 1), int) and row.get("id", 1) < 1:
                raise UsageError("its number is none")
            look(row)
        except UsageError as fault:
            raise UsageError(f"the backup's {table}, row {number}: {fault}", hint=fault.hint) from None


def _group(row: Row) -> None:
    one_line(row["name"], "the name", MAX_NAME, empty=False)
    one_line(row["comment"], "the comment", MAX_COMMENT)
    _one_of(row["profile"], list(Profile))
    _one_of(row["mode"], list(Mode))
    _one_of(row["answer"], list(BlockedAnswer))
    if row["schedule"]:
        schedule.read(row["schedule"])


def _rule(row: Row) -> None:
    one_line(row["text"], "the rule", MAX_RULE, empty=False)
    one_line(row["comment"], "the comment", MAX_COMMENT)
    one_line(row["tags"], "the tags", MAX_RULE)
    one_line(row["origin"], "the origin", MAX_NAME + len(bundled.ORIGIN))
    if row["expires"] < 0:
        raise UsageError("it expires before all time")
    parse_rule(row["text"])


def _device(row: Row) -> None:
    if key_of(row["address"]) != row["address"]:
        raise UsageError(f"{row['address']!a:.60} is neither a MAC nor an IP address as they are stored")
    one_line(row["name"], "the name", MAX_NAME)
    one_line(row["kind"], "the kind", MAX_NAME)
    one_line(row["tags"], "the tags", MAX_RULE)


def _address(row: Row) -> None:
    for text in (row["address"], row["device_key"]):
        if key_of(text) != text:
            raise UsageError(f"{text!a:.60} is neither a MAC nor an IP address as they are stored")


def _list(row: Row) -> None:
    one_line(row["name"], "the name", MAX_NAME, empty=False)
    one_line(row["source"], "the source", MAX_SOURCE, empty=False)
    sources.check(row["source"])
    _one_of(row["syntax"], SYNTAXES)
    if row["version"] and (len(row["version"]) != 64 or row["version"].strip("0123456789abcdef")):
        raise UsageError("its version is no SHA-256")


def _bundle(row: Row) -> None:
    one_line(row["name"], "the name", MAX_NAME, empty=False)
    one_line(row["url"], "the address", MAX_SOURCE)
    if row["url"]:
        sources.check(row["url"], files=False)
    if row["content"] is None:
        return
    try:
        tables = msgspec.json.decode(base64.b64decode(row["content"]), type=bundled.Tables)
        bundled.check(bundled.read(row["name"], tables), catalogue.load())
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, CatalogueFault) as error:
        raise UsageError(f"what it adds to the catalogue cannot be read: {error}") from None


def _webhook(row: Row) -> None:
    one_line(row["url"], "the address", MAX_SOURCE, empty=False)
    if not row["url"].startswith(("http://", "https://")):
        raise UsageError("its address is no URL")
    one_line(row["secret"], "the secret", MAX_SOURCE)


def _account(row: Row) -> None:
    one_line(row["name"], "the name", MAX_NAME, empty=False)
    _password(row["password"])
    if row["totp"].strip(_BASE32) or len(row["totp"]) > MAX_NAME:
        raise UsageError("its second factor is no secret of one")
    try:
        codes = json.loads(row["recovery"])
    except (ValueError, RecursionError):
        codes = None
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise UsageError("its recovery codes are no list")


def _password(stored: str) -> None:
    """A hash that is checked in bounded time and memory: whoever logs in pays what stands in it."""
    found = _ARGON2.fullmatch(stored)
    if found is None:
        raise UsageError("its password is no hash")
    memory, rounds, lanes = map(int, found.groups())
    if memory > MAX_HASH_KB or rounds > MAX_HASH_ROUNDS or lanes > MAX_HASH_LANES:
        raise UsageError("its password's hash asks for more memory or time than a login may take")


def _token(row: Row) -> None:
    one_line(row["name"], "the name", MAX_NAME, empty=False)
    for scope in row["scopes"].split(","):
        _one_of(scope, list(Scope))


def _nothing(_: Row) -> None:
    """What the tables say of it is all there is."""


def _one_of(value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise UsageError(f"{value!a:.60} is none of {', '.join(known)}")


_CHECKS: dict[str, Callable[[Row], None]] = {
    "group": _group,
    "rule": _rule,
    "device": _device,
    "address": _address,
    "list": _list,
    "list_group": _nothing,
    "bundle_key": _nothing,
    "bundle": _bundle,
    "webhook": _webhook,
    "account": _account,
    "token": _token,
}
