"""Reads `blocklists/sources.toml`: public lists that a user may subscribe to. Fetches nothing."""

import tomllib
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Literal

import msgspec

import blocklists
from gateway.errors import OwnFault

_Text = Annotated[str, msgspec.Meta(min_length=1)]
_Url = Annotated[str, msgspec.Meta(pattern=r"^https://[a-z0-9.-]+/")]


class SourcesFault(OwnFault):
    """sources.toml says something that it must not; the message starts with the file."""


class KnownSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One public list."""

    name: _Text
    url: _Url
    syntax: Literal["hosts", "domains", "adblock", "dnsmasq", "rpz"]
    licence: _Text  # of the list, for the user to keep to
    about: _Text  # what it is for and what to beware of
    homepage: _Url
    rules: int = 0  # roughly; 0 where nobody counted


class _Page(msgspec.Struct, forbid_unknown_fields=True):
    source: tuple[KnownSource, ...]


def load(path: Path | None = None) -> tuple[KnownSource, ...]:
    """The lists that `path`, or the file that ships with Hushgate, names. Raises SourcesFault."""
    file: Traversable = path or blocklists.sources()
    try:
        sources = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _Page).source
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SourcesFault(f"{file.name}: {error}") from error
    for field in ("name", "url"):
        values = [getattr(source, field) for source in sources]
        if twice := [value for value in values if values.count(value) > 1]:
            raise SourcesFault(f"{file.name}: {field} {twice[0]!r} is there twice")
    return sources
