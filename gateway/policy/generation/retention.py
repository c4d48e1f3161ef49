"""Which files of the policy's folder may go: those of generations that nobody will want back."""

import re
from pathlib import Path

from gateway.errors import OwnFault
from gateway.policy.manifest import CURRENT, Manifest, read

KEPT = 5  # generations, the one in force included
PART = ".new"  # how the name of an unfinished file ends

_NUMBERED = re.compile(rf"(?:base|overlay|{CURRENT})-(\d+)")


def last_number(directory: Path) -> int:
    """The highest number that any generation here ever got; 0 if none did."""
    found = (_NUMBERED.fullmatch(path.name) for path in directory.iterdir())
    return max((int(match[1]) for match in found if match), default=0)


def kept(directory: Path) -> list[Manifest]:
    """The generations whose manifests are here and whole, newest first."""
    manifests: list[Manifest] = []
    for path in directory.glob(f"{CURRENT}-*"):
        if _NUMBERED.fullmatch(path.name):
            try:
                manifests.append(read(path))
            except OwnFault:
                continue  # it names nothing that could be opened; `remove_old` takes it away
    return sorted(manifests, key=lambda manifest: -manifest.generation)


def remove_old(directory: Path, in_force: Manifest) -> None:
    """Remove what neither `in_force` nor the generations before it, KEPT in all, name. Raises OSError."""
    staying = [in_force]
    staying += [found for found in kept(directory) if found.generation < in_force.generation][: KEPT - 1]
    named = {CURRENT, *(name for one in staying for name in (one.base, one.overlay, one.kept_as))}
    for path in directory.iterdir():
        if _NUMBERED.fullmatch(path.name) and path.name not in named:
            path.unlink(missing_ok=True)


def remove_parts(directory: Path) -> None:
    """Remove unfinished bases. Only for who holds the compiler's lock. Raises OSError."""
    for path in directory.glob(f"base*{PART}"):
        path.unlink(missing_ok=True)
