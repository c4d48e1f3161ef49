"""Debian's unbound as our validating resolver: its configuration as pure text, and what to run.

No third party sees the questions. The supervisor runs it; this room starts nothing.
"""

import shutil
import socket
from pathlib import Path

import msgspec

from gateway.errors import OwnFault, SettingsError

PROGRAM = "unbound"
PLACES = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"  # sbin is not in every user's PATH
HINT = "install it: apt install unbound dns-root-data (and: systemctl disable --now unbound)"


class Recursive(msgspec.Struct, frozen=True):
    """One unbound on loopback. All files are below `directory`."""

    directory: Path
    port: int
    anchor: Path  # root key as Debian's dns-root-data has it; copied, because unbound keeps it up to date
    hints: Path
    program: str = PROGRAM
    user: str = ""  # whom unbound becomes; "" to stay who we are
    ignore_dates: bool = False  # clock certainly wrong: signatures count whatever their dates say
    extra: tuple[str, ...] = ()  # more lines for the end of the file

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"udp://127.0.0.1:{self.port}"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.directory / "unbound.conf"

    @property
    def argv(self) -> list[str]:
        """What to run; in the foreground, its log on stderr. SIGTERM ends it."""
        return [self.program, "-d", "-p", "-c", str(self.config)]

    def text(self) -> str:
        """unbound.conf(5)."""
        lines = [
            "# Written by Hushgate at each start; changes are lost.",
            "server:",
            f"    interface: 127.0.0.1@{self.port}",
            "    access-control: 127.0.0.0/8 allow",
            f'    directory: "{self.directory}"',
            '    chroot: ""',
            f'    username: "{self.user}"',
            '    pidfile: ""',
            "    do-daemonize: no",
            "    use-syslog: no",
            '    logfile: ""',
            "    verbosity: 0",
            "    num-threads: 1",
            "    outgoing-range: 450",  # below the usual limit of 1024 open files
            "    num-queries-per-thread: 400",
            # Small: our own cache is in front of it, and answers are kept there.
            "    msg-cache-size: 2m",
            "    rrset-cache-size: 4m",
            "    key-cache-size: 2m",
            "    neg-cache-size: 512k",
            "    infra-cache-numhosts: 2000",
            "    cache-max-ttl: 86400",
            "    prefetch-key: yes",
            "    edns-buffer-size: 1232",
            f'    root-hints: "{self.hints}"',
            f'    auto-trust-anchor-file: "{self.directory / "root.key"}"',
            # `iterator` alone would not validate.
            '    module-config: "validator iterator"',
            "    qname-minimisation: yes",
            "    aggressive-nsec: yes",
            "    hide-identity: yes",
            "    hide-version: yes",
            "    hide-trustanchor: yes",
            "    harden-glue: yes",
            "    harden-dnssec-stripped: yes",
            "    harden-below-nxdomain: yes",
            "    harden-algo-downgrade: yes",
            "    harden-large-queries: yes",
            "    harden-short-bufsize: yes",
            "    use-caps-for-id: no",  # costs answers from odd servers; validation covers more
            "    minimal-responses: yes",
            "    ede: yes",
            "    val-clean-additional: yes",
            *(["    val-override-date: -1"] if self.ignore_dates else []),
            "remote-control:",
            "    control-enable: no",
            *self.extra,
        ]
        return "\n".join(lines) + "\n"

    def prepare(self) -> list[str]:
        """Write what unbound needs and return its argv. Raises SettingsError, OwnFault.

        A trust anchor that unbound has kept up to date (RFC 5011) is left alone.
        """
        for what, path in (("trust anchor", self.anchor), ("root hints", self.hints)):
            if not path.is_file():
                raise SettingsError(
                    f"recursive: no {what} at {path}", hint="install it: apt install dns-root-data"
                )
        for path in (self.directory, self.hints):
            if any(char in str(path) for char in '"\n\r\\'):
                raise SettingsError(f"recursive: unusable character in {str(path)!r}")
        key = self.directory / "root.key"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            if not key.is_file() or not key.stat().st_size:
                key.write_bytes(self.anchor.read_bytes())
            self.config.write_text(self.text(), encoding="utf-8")
            if self.user:
                for path in (self.directory, key):
                    shutil.chown(path, user=self.user)
        except (OSError, LookupError) as error:
            raise OwnFault(f"recursive: cannot prepare {self.directory}: {error}") from None
        return self.argv


def find_program(path: str | None = None) -> str:
    """Where unbound is. Raises SettingsError with the remedy."""
    found = shutil.which(PROGRAM, path=path) or (shutil.which(PROGRAM, path=PLACES) if path is None else None)
    if found is None:
        raise SettingsError('upstream "recursive" needs unbound, which is not installed', hint=HINT)
    return found


def free_port() -> int:
    """A loopback port that is free now for UDP and TCP. Raises OwnFault."""
    for _ in range(20):
        with (
            socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        ):
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue  # another program's UDP socket: the next port
            return port
    raise OwnFault("no free port on loopback")
