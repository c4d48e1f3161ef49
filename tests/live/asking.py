"""Somebody who asks at a steady rate from many ports and remembers what became of each query."""

import contextlib
import itertools
import os
import selectors
import socket
import struct
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

SOURCES = 32  # ports: the kernel spreads them over all workers
RETRY = 0.7  # seconds until a query is sent once more, where that is allowed
LOST = 5.0  # seconds after which nobody waits for an answer any more


@dataclass(slots=True)
class Fate:
    """One query. Times are monotonic seconds."""

    name: str
    packet: bytes
    sock: socket.socket
    sent: float
    last_sent: float
    sends: int = 1
    answered: float = 0.0  # 0: never
    told: str = ""  # as `told` has it


class Steady:
    """The asker: its thread and its notes."""

    def __init__(self, port: int, names: Iterable[str], rate: float, source: str, sends: int) -> None:
        self.fates: list[Fate] = []
        self._names = iter(names)
        self._rate = rate  # queries a second
        self._sends = sends  # how often one query is sent at most
        self._pending: dict[tuple[int, bytes], Fate] = {}
        self._stopping = False
        self._socks = [self._connected(source, port) for _ in range(SOURCES)]
        self._turns = itertools.cycle(self._socks)

    @staticmethod
    def _connected(source: str, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((source, 0))
        sock.connect(("127.0.0.1", port))
        return sock

    def lost(self) -> list[Fate]:
        """Queries that were never answered."""
        return [fate for fate in self.fates if not fate.answered]

    def repeated(self) -> list[Fate]:
        """Queries that were sent more than once."""
        return [fate for fate in self.fates if fate.sends > 1]

    def told(self, name: str, *, since: float = 0.0, until: float = float("inf")) -> set[str]:
        """All that was answered to queries for `name` sent in that time."""
        return {fate.told for fate in self.fates if fate.name == name and since < fate.sent < until}

    def more(self, count: int) -> None:
        """Wait until `count` further queries have been sent."""
        goal = len(self.fates) + count
        deadline = time.monotonic() + count / self._rate + 20
        while len(self.fates) < goal:
            assert time.monotonic() < deadline, "the asker does not get on"
            time.sleep(0.01)  # between two looks

    def run(self) -> None:
        """The thread's life: until `stop`, and then until everything is answered or lost."""
        due, end = time.monotonic(), 0.0
        with selectors.DefaultSelector() as selector:
            for sock in self._socks:
                selector.register(sock, selectors.EVENT_READ)
            while not self._stopping or (self._pending and time.monotonic() < end):
                now = time.monotonic()
                if not self._stopping and now >= due:
                    self._ask(now)
                    due += 1 / self._rate
                    end = now + LOST
                wait = 0.05 if self._stopping else max(min(due - time.monotonic(), 0.05), 0.0)
                for key, _ in selector.select(wait):
                    self._read(key.fileobj)
                if self._sends > 1:
                    self._ask_again(now)  # of a moment ago: what had come by then has been read
        for sock in self._socks:
            sock.close()

    def stop(self) -> None:
        """Ask no more."""
        self._stopping = True

    def _ask(self, now: float) -> None:
        name, sock = next(self._names), next(self._turns)
        fate = Fate(name, question(name, len(self.fates) & 0xFFFF), sock, now, now)
        self._pending[sock.fileno(), fate.packet[:2]] = fate
        _send(fate)
        self.fates.append(fate)

    def _ask_again(self, now: float) -> None:
        for fate in self._pending.values():
            if fate.sends < self._sends and now - fate.last_sent > RETRY:
                fate.sends += 1
                fate.last_sent = now
                _send(fate)

    def _read(self, sock: object) -> None:
        assert isinstance(sock, socket.socket)
        with contextlib.suppress(OSError):  # BlockingIOError: all is read; ConnectionRefusedError: see _send
            while reply := sock.recv(4096):
                fate = self._pending.pop((sock.fileno(), reply[:2]), None)
                if fate is not None:
                    fate.answered = time.monotonic()
                    fate.told = told(reply, len(fate.packet))


def _send(fate: Fate) -> None:
    with contextlib.suppress(OSError):  # nobody listens just now: then the query counts as lost
        fate.sock.send(fate.packet)


@contextlib.contextmanager
def asking(
    port: int, names: Iterable[str], *, rate: float = 300, source: str = "127.0.0.1", sends: int = 1
) -> Iterator[Steady]:
    """Ask for each of the names in turn, from before the body until after it."""
    steady = Steady(port, names, rate, source, sends)
    thread = threading.Thread(target=steady.run, name="steady asker", daemon=True)
    thread.start()
    try:
        steady.more(int(rate / 4))
        yield steady
        steady.more(int(rate / 4))
    finally:
        steady.stop()
        thread.join(LOST + 5)


def question(name: str, ident: int | None = None, qtype: int = 1) -> bytes:
    """A query for `name` as bytes."""
    number = int.from_bytes(os.urandom(2), "big") if ident is None else ident
    labels = b"".join(bytes((len(part),)) + part.encode() for part in name.split("."))
    return struct.pack(">6H", number, 0x0100, 1, 0, 0, 0) + labels + struct.pack(">BHH", 0, qtype, 1)


def told(reply: bytes, size: int) -> str:
    """The first A record's address, or "rcode 3", or "nothing"; the question had `size` bytes."""
    if reply[3] & 15:
        return f"rcode {reply[3] & 15}"
    at = reply.find(b"\0\1\0\1", size)  # type A, class IN; then TTL, length, address
    return socket.inet_ntoa(reply[at + 10 : at + 14]) if at >= 0 else "nothing"
