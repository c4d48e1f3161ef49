"""Debian's PostgreSQL, started on a Unix socket of its own in a temporary folder and gone with this process."""

import atexit
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg

_START_SECONDS = 30
_counter = itertools.count(1)


def binaries() -> Path | None:
    """Where the newest installed server's programs are; None if there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


def missing() -> str:
    """Why PostgreSQL cannot be started here; "" if it can."""
    if binaries() is None:
        return "PostgreSQL is not installed (apt-get install postgresql)"
    if shutil.which("setpriv") is None:
        return "setpriv is not installed (apt-get install util-linux)"
    return ""


class Postgres:
    """A server. It ends with the thread that started it, whatever ends that (setpriv --pdeathsig)."""

    def __init__(self) -> None:
        programs = binaries()
        if programs is None:
            raise RuntimeError(missing())
        self._folder = Path(tempfile.mkdtemp(prefix="hushgate-pg-"))
        self._as = ["setpriv", "--pdeathsig", "INT"]  # SIGINT: PostgreSQL's fast shutdown
        if os.geteuid() == 0:
            # The server refuses to run as root.
            user = _unprivileged()
            os.chown(self._folder, user.pw_uid, user.pw_gid)
            self._as += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
        data = self._folder / "data"
        subprocess.run(
            [
                *(*self._as, str(programs / "initdb"), "-D", str(data), "-U", "hushgate", "-A", "trust"),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            timeout=60,
            cwd="/",
        )
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self._folder),
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": "40",
        }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        self._log = (self._folder / "log").open("wb")
        self._server = subprocess.Popen(
            [*self._as, str(programs / "postgres"), "-D", str(data), *settings],
            stdout=self._log,
            stderr=self._log,
            cwd="/",
        )
        self._wait()

    def url(self, database: str = "postgres") -> str:
        """The address of one of its databases, for Hushgate's settings."""
        return f"postgresql://hushgate@/{database}?host={self._folder}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """An empty database of its own; its address."""
        name = f"test_{os.getpid()}_{next(_counter)}"
        self._run(f'CREATE DATABASE "{name}"')
        try:
            yield self.url(name)
        finally:
            self._run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """End the server and remove its files. Safe twice."""
        if self._server.poll() is None:
            self._server.terminate()
            try:
                self._server.wait(20)
            except subprocess.TimeoutExpired:
                self._server.kill()
                self._server.wait(5)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _wait(self) -> None:
        end = time.monotonic() + _START_SECONDS
        while True:
            try:
                self._run("SELECT 1")
            except psycopg.OperationalError:
                if self._server.poll() is not None or time.monotonic() > end:
                    said = (self._folder / "log").read_text(errors="replace")
                    self.stop()
                    raise RuntimeError(f"PostgreSQL did not start:\n{said}") from None
                time.sleep(0.02)  # the server says nowhere else that it is ready
            else:
                return


@cache
def shared() -> Postgres:
    """One server for all tests of this process."""
    server = Postgres()
    atexit.register(server.stop)
    return server


def _unprivileged() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
