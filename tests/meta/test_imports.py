"""Imports point one way, and what is dangerous or slow to have is imported in one place only."""

import ast
import re
from collections.abc import Collection
from pathlib import PurePosixPath

import pytest

from tests.meta import tree

# Library → the only files or folders of gateway/ that may import it.
HOMES: dict[str, tuple[str, ...]] = {
    "dnslib": ("gateway/dns/wire.py",),
    "sqlmodel": ("gateway/store", "gateway/journal"),
    "sqlalchemy": ("gateway/store", "gateway/journal"),
    "alembic": ("gateway/store", "gateway/journal"),
    "sqlite3": ("gateway/store", "gateway/journal"),
    "psycopg": ("gateway/store", "gateway/journal"),
    "pyarrow": ("gateway/journal/export/columns.py",),  # 60 MB: only in a process of its own
    "re2": ("gateway/policy",),
    "yaml": ("gateway/exchange/adguardhome.py",),
    "subprocess": ("gateway/firewall/nft.py",),  # nft, which alone writes the kernel's rules
    "multiprocessing": (),  # a forked interpreter shares what our processes must not
}
# File → the program it runs by the calls below, past `subprocess`.
PROGRAM_CALLS = re.compile(r"system|popen|exec\w+|spawn\w+|posix_spawnp?|fork(pty)?|create_subprocess_\w+")
PROGRAMS: dict[str, str] = {
    "gateway/policy/interpreter.py": "our own compiler and fetcher, as processes whose memory goes with them",
    "gateway/journal/export/parquet.py": "our own exporter, as a process whose memory goes with it",
    "gateway/keeper.py": "our own command line: lists are refreshed in a process whose memory goes with it",
    "gateway/apart.py": "a part of the start, as a fork whose memory goes with it",
    "gateway/supervisor.py": "the roles, as forks that share its memory",
    "gateway/dns/resolver.py": "unbound, in place of the role's own process",
}

# A room that is handed everything it needs → what it must not reach for itself.
OUTSIDE = ("socket", "asyncio", "time", "datetime", "select", "httpx", "http", "urllib.request", "threading")
SEALED: dict[str, tuple[str, ...]] = {
    "gateway/policy": OUTSIDE,
    "gateway/bundles/minisign.py": OUTSIDE,
    "gateway/bundles/format.py": OUTSIDE,
    "gateway/bundles/verifying.py": OUTSIDE,
    "gateway/inspect": OUTSIDE,
    "gateway/evidence/decoders": OUTSIDE,
}
# File → what it may import all the same, and why.
PERMITTED: dict[str, tuple[tuple[str, ...], str]] = {
    "gateway/policy/interpreter.py": (("select",), "waits for a process of ours, with a deadline"),
    "gateway/policy/fetching/dial.py": (
        ("socket", "threading", "time"),
        "connects for subscribed lists, and only to addresses that a list may be fetched from",
    ),
    "gateway/policy/publish.py": (("threading",), "one change at a time"),
    "gateway/bundles/format.py": (("datetime",), "a bundle says when it was issued and when it expires"),
}

# Parts of a room that those below may hold: they only send to it.
PORCHES = ("gateway.journal.sender",)

# Lower rooms know nothing of those above: room → what it must not import.
ABOVE: dict[str, tuple[str, ...]] = {
    "gateway": ("api",),
    "gateway/policy": (
        "gateway.dns",
        "gateway.journal",
        "gateway.store",
        "gateway.supervisor",
        "gateway.cli",
    ),
    "gateway/bundles": ("gateway.dns", "gateway.supervisor", "gateway.cli"),
    "gateway/devices": ("gateway.dns", "gateway.journal", "gateway.supervisor", "gateway.cli"),
    "gateway/inspect": ("gateway.dns", "gateway.policy", "gateway.journal", "gateway.store", "gateway.cli"),
    "gateway/firewall": ("gateway.dns", "gateway.store", "gateway.supervisor", "gateway.cli"),
    "gateway/dns": ("gateway.journal", "gateway.store", "gateway.supervisor", "gateway.cli"),
    "gateway/store": ("gateway.dns", "gateway.supervisor", "gateway.cli"),
    "gateway/journal": ("gateway.dns.server", "gateway.dns.chain", "gateway.supervisor", "gateway.cli"),
    "gateway/names.py": ("gateway",),
    "gateway/errors.py": ("gateway",),
}


def _inside(path: PurePosixPath, room: str) -> bool:
    return str(path) == room or PurePosixPath(room) in path.parents


def _offences(paths: Collection[PurePosixPath], forbidden: Collection[str]) -> list[str]:
    return sorted(
        {
            f"{path}:{line} imports {name}"
            for path in paths
            for name, line in tree.imports(path)
            if any(tree.is_part_of(name, package) for package in forbidden)
            and not any(tree.is_part_of(name, porch) for porch in PORCHES)
        }
    )


@pytest.mark.parametrize("library", HOMES)
def test_library_is_imported_only_at_home(library: str) -> None:
    abroad = [
        path for path in tree.sources("gateway") if not any(_inside(path, home) for home in HOMES[library])
    ]
    assert not _offences(abroad, [library])


def test_programs_are_run_only_by_rooms_that_say_which() -> None:
    runners = {
        str(path)
        for path in tree.sources("gateway")
        for node in ast.walk(ast.parse((tree.ROOT / path).read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("os", "asyncio")
        and PROGRAM_CALLS.fullmatch(node.attr)
    }
    assert runners == set(PROGRAMS)


@pytest.mark.parametrize("room", SEALED)
def test_sealed_room_reaches_for_no_socket_and_no_clock(room: str) -> None:
    offences = []
    for path in tree.sources("gateway"):
        if _inside(path, room):
            allowed, _reason = PERMITTED.get(str(path), ((), ""))
            offences += _offences([path], [name for name in SEALED[room] if name not in allowed])
    assert not offences


@pytest.mark.parametrize("room", ABOVE)
def test_room_imports_nothing_from_above(room: str) -> None:
    inside = [path for path in tree.sources("gateway", "blocklists") if _inside(path, room)]
    assert not _offences(inside, ABOVE[room])


def test_product_imports_nothing_from_the_tests() -> None:
    assert not _offences(tree.sources("gateway", "blocklists", "api"), ["tests", "pytest", "hypothesis"])


def test_every_exception_is_still_needed() -> None:
    """A permission that nobody uses would one day be used by mistake."""
    known = {str(path) for path in tree.files()}
    unused = [path for path in (*PERMITTED, *PROGRAMS) if path not in known]
    for path, (allowed, _reason) in PERMITTED.items():
        unused += [f"{path}: {name}" for name in allowed if not _offences([PurePosixPath(path)], [name])]
    for library, homes in HOMES.items():
        rooms = [home for home in homes if home.endswith(".py")]
        unused += [f"{home}: {library}" for home in rooms if not _offences([PurePosixPath(home)], [library])]
    assert not unused


def test_relative_imports_are_not_used() -> None:
    relative = [
        f"{path}:{line}"
        for path in tree.sources("gateway", "blocklists", "api", "tests")
        for name, line in tree.imports(path)
        if name.startswith(".")
    ]
    assert not relative
