"""Rules IN, of whatever format: which it is, and who reads it."""

import re

from msgspec import structs

from gateway.archives.reading import is_archive
from gateway.errors import UsageError
from gateway.exchange import adguardhome, lines, ours, teleporter
from gateway.exchange.values import Imported
from gateway.policy.state import EVERYONE

FORMATS = ("auto", "adblock", "hosts", "domains", "rpz", "json", "pihole", "adguardhome")
MAX_BYTES = 16 << 20  # of any file

_TEXTS = ("auto", "adblock", "hosts", "domains", "rpz")
_YAML = re.compile(rb"^(?:schema_version|user_rules|filters):", re.M)


def read(content: bytes, form: str = "auto", *, group: str = EVERYONE) -> Imported:
    """What a file holds; rules of plain lists are for `group`. Raises UsageError, and nothing else."""
    if form not in FORMATS:
        raise UsageError(f"unknown format {form!a}", hint=f"known are {', '.join(FORMATS)}")
    if len(content) > MAX_BYTES:
        raise UsageError(f"a file of more than {MAX_BYTES >> 20} MB")
    form = detected(content) if form == "auto" else form
    found = _read(content, form, group)
    if found.refused and not (found.rules or found.lists or found.groups or found.devices):
        first = found.refused[0]
        raise UsageError(
            f"nothing of it can be taken: line {first.line}: {first.reason}",
            hint=f"what can be read: {', '.join(FORMATS[1:])}",
        )
    return found


def _read(content: bytes, form: str, group: str) -> Imported:
    match form:
        case "pihole":
            return teleporter.read(content)
        case "adguardhome":
            return adguardhome.read(content)
        case "json":
            return ours.decode(content)
    return structs.replace(lines.read(content, form, group), format=form)


def detected(content: bytes) -> str:
    """The format of a file; "auto" for a list, whose lines are told one by one."""
    if is_archive(content[:512]):
        return "pihole"
    if content[:100].lstrip().startswith(b"{"):
        return "json"
    return "adguardhome" if len(_YAML.findall(content)) > 1 else "auto"
