"""A little DNS of its own, signed: a root and three zones below it, served by Debian's nsd on loopback.

www.good.    192.0.2.1, its signatures are right
www.bogus.   192.0.2.2, changed after it was signed
www.old.     192.0.2.3, its signatures ended in 2001
"""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# On port 53, where resolvers look for zones; away from 127.0.0.1, and each test run has its own.
ADDRESS = f"127.53.{os.getpid() >> 8 & 0xFF}.{os.getpid() & 0xFF}"
TOOLS = ("nsd", "ldns-keygen", "ldns-signzone", "unbound", "unbound-checkconf")
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_ALGORITHM = "ECDSAP256SHA256"
_APEX = "@ 60 IN SOA ns root 1 3600 600 86400 60\n@ 60 IN NS ns.root-servers.test.\n"


def why_not() -> str:
    """Why it cannot run here, or ""."""
    missing = [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]
    if missing:
        return f"not installed: {', '.join(missing)} (Debian: nsd ldnsutils unbound)"
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_INET, kind) as sock:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                sock.bind((ADDRESS, 53))
            except OSError as error:
                return f"port 53 of {ADDRESS} cannot be had: {error.strerror}"
    return ""


@dataclass(frozen=True)
class SignedRoot:
    """What a resolver needs to know of it."""

    anchor: Path
    hints: Path


@contextmanager
def running(folder: Path) -> Iterator[SignedRoot]:
    """The zones, served until the end of the block. Its files are in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    delegations = []
    for zone, number, dates in (
        ("good", 1, ()),
        ("bogus", 2, ()),
        ("old", 3, ("-i", "20010101", "-e", "20010201")),
    ):
        key = _key(folder, zone)
        delegations += [f"{zone}. 60 IN NS ns.root-servers.test.", (folder / f"{key}.ds").read_text()]
        _sign(folder, zone, key, f"{_APEX}www 60 IN A 192.0.2.{number}\n", *dates)
    bogus = folder / "bogus.signed"
    bogus.write_text(bogus.read_text().replace("192.0.2.2", "192.0.2.66"))
    root_key = _key(folder, ".")
    glue = f"ns.root-servers.test. 60 IN A {ADDRESS}\n"
    _sign(folder, ".", root_key, _APEX + glue + "\n".join(delegations))
    anchor, hints = folder / f"{root_key}.key", folder / "root.hints"
    hints.write_text(f". 3600000 NS ns.root-servers.test.\nns.root-servers.test. 3600000 A {ADDRESS}\n")
    config = folder / "nsd.conf"
    config.write_text(_config(folder))
    with (folder / "nsd.log").open("wb") as log:
        server = subprocess.Popen(
            [_tool("nsd"), "-d", "-c", str(config)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
        )
    try:
        yield SignedRoot(anchor, hints)
    finally:
        server.terminate()
        server.wait(10)


def _tool(name: str) -> str:
    found = shutil.which(name, path=PATH)
    assert found is not None
    return found


def _run(folder: Path, *argv: str) -> str:
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{argv[0]}: {done.stderr}{done.stdout}"
    return done.stdout.strip()


def _key(folder: Path, zone: str) -> str:
    return _run(folder, _tool("ldns-keygen"), "-a", _ALGORITHM, "-k", zone)


def _sign(folder: Path, zone: str, key: str, text: str, *dates: str) -> None:
    name = "root" if zone == "." else zone
    origin = "." if zone == "." else f"{zone}."
    path = folder / f"{name}.zone"
    path.write_text(f"$ORIGIN {origin}\n{text}\n")
    _run(
        folder,
        _tool("ldns-signzone"),
        *dates,
        "-o",
        origin,
        "-f",
        str(folder / f"{name}.signed"),
        str(path),
        key,
    )


def _config(folder: Path) -> str:
    zones = "".join(
        f'zone:\n    name: "{zone}"\n    zonefile: "{folder / file}.signed"\n'
        for zone, file in ((".", "root"), ("good", "good"), ("bogus", "bogus"), ("old", "old"))
    )
    return f"""server:
    ip-address: {ADDRESS}@53
    server-count: 1
    username: ""
    chroot: ""
    database: ""
    zonesdir: "{folder}"
    pidfile: "{folder / "nsd.pid"}"
    xfrdfile: "{folder / "xfrd.state"}"
    zonelistfile: "{folder / "zone.list"}"
    xfrdir: "{folder}"
remote-control:
    control-enable: no
{zones}"""
