"""Makes a bundle of a publisher's files: rules as text, lists and catalogue as TOML.

    *.txt    a rule a line, for everyone; lines that begin with `!` or `#` are comments
    *.toml   [[rule]] text, group, comment; [[list]] source, name, group, syntax;
             [vendor], [[host]], [[bypass]] as in blocklists/catalogue

Reads the files that it is given; what they say is judged as any bundle is (format.py).
"""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from gateway.bundles import format as formats
from gateway.bundles.format import MAX_BYTES, Bundle, BundleFault, BundleList, BundleRule
from gateway.errors import UsageError
from gateway.policy.bundled import Tables
from gateway.policy.catalogue import Catalogue
from gateway.policy.syntax import parse_rule

_COMMENTS = ("!", "#")
_TABLES = {"rule", "list", "vendor", "host", "bypass"}


def build(
    paths: Sequence[Path], *, name: str, version: int, issued: int, expires: int, shipped: Catalogue
) -> bytes:
    """The bundle's file; `issued` and `expires` are Unix seconds. Raises BundleFault, with file and line."""
    rules: list[BundleRule] = []
    lists: list[BundleList] = []
    vendors: list[dict[str, Any]] = []
    hosts: list[dict[str, Any]] = []
    bypass: list[dict[str, Any]] = []
    for path in _files(paths):
        text = _text(path)
        if path.suffix == ".txt":
            rules += _rules(path, text)
            continue
        page = _page(path, text)
        rules += _tables(path, page, "rule", BundleRule)
        lists += _tables(path, page, "list", BundleList)
        vendor = page.get("vendor")
        company = {"company": vendor["company"]} if isinstance(vendor, dict) and "company" in vendor else {}
        vendors += [vendor] if isinstance(vendor, dict) else []
        hosts += [company | host for host in _dicts(path, page, "host")]
        bypass += [company | host for host in _dicts(path, page, "bypass")]
    try:
        bundle = msgspec.convert(
            {
                "hushgate_bundle": 1,
                "name": name,
                "version": version,
                "issued": datetime.fromtimestamp(issued, UTC),
                "expires": datetime.fromtimestamp(expires, UTC),
                "rules": rules,
                "lists": lists,
                "catalogue": Tables(tuple(vendors), tuple(hosts), tuple(bypass)),
            },
            Bundle,
        )
        data = formats.encode(bundle)
    except (msgspec.ValidationError, TypeError, ValueError, OverflowError) as error:  # a date in a table, say
        raise BundleFault(
            f"no bundle can be made of this: {error}", hint="hushgate bundle build --help"
        ) from None
    formats.decode(data, shipped)  # so as whoever applies it will
    return data


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files, and those in the folders, in the order of their names."""
    for path in paths:
        if path.is_dir():
            found = sorted(one for one in path.rglob("*") if one.suffix in (".txt", ".toml"))
            if not found:
                raise BundleFault(f"{path}: no .txt and no .toml in this folder", hint=_HINT)
            yield from found
        elif path.suffix in (".txt", ".toml"):
            yield path
        else:
            raise BundleFault(f"{path}: neither .txt nor .toml", hint=_HINT)


_HINT = "rules go into .txt, lists and catalogue into .toml: see hushgate bundle build --help"


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise BundleFault(f"{path}: larger than a bundle may be")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise BundleFault(
            f"{path}: {error.strerror or error}", hint="give files or folders that can be read"
        ) from None
    except UnicodeDecodeError as error:
        raise BundleFault(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from None


def _rules(path: Path, text: str) -> Iterator[BundleRule]:
    for number, line in enumerate(text.splitlines(), 1):
        rule = line.strip()
        if not rule or rule.startswith(_COMMENTS):
            continue
        try:
            parse_rule(rule)
        except UsageError as error:
            raise BundleFault(f"{path}:{number}: {error}", hint=error.hint) from None
        yield BundleRule(rule)


def _page(path: Path, text: str) -> dict[str, Any]:
    try:
        page = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise BundleFault(f"{path}: {error}") from None
    if strange := sorted(set(page) - _TABLES):
        raise BundleFault(
            f"{path}: unknown table {strange[0]!r}", hint=f"known are {', '.join(sorted(_TABLES))}"
        )
    return page


def _dicts(path: Path, page: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    found = page.get(kind, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise BundleFault(f"{path}: write [[{kind}]] before each {kind}")
    return found


def _tables(path: Path, page: dict[str, Any], kind: str, as_type: type[Any]) -> Iterator[Any]:
    for number, table in enumerate(_dicts(path, page, kind), 1):
        try:
            yield msgspec.convert(table, as_type)
        except msgspec.ValidationError as error:
            raise BundleFault(f"{path}: {kind} {number}: {error}") from None
