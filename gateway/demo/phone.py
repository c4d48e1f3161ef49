"""The demo phone's questions: over a real socket, to the box and to nobody else."""

import contextlib
import secrets
import socket
import threading
import time
from enum import StrEnum
from ipaddress import ip_address
from typing import NamedTuple

from gateway.dns import wire
from gateway.errors import OwnFault, WireError
from gateway.iana import AAAA, EDE_BLOCKED, HTTPS, A
from gateway.names import from_text
from gateway.settings import Dns, endpoint

BOX_NAME = "hushgate.home.arpa"
LOOPBACK = "127.77.0.8"  # each address of 127/8 can be a device of its own
ANDROID = (A, AAAA, HTTPS)  # what it asks of each name, in this order
WAIT = 3.0  # seconds for one answer
_SLICE = 0.2  # seconds after which it looks whether it is to end
_HINT = "is it running? hushgate status"


class Outcome(StrEnum):
    """What became of one name."""

    BLOCKED = "blocked"
    ANSWERED = "answered"
    FAILED = "failed"  # there is no such name, or the upstream is away
    SILENT = "silent"  # no answer came


class Way(NamedTuple):
    """Where to ask, and as which address."""

    server: tuple[str, int]
    source: str


class Question(NamedTuple):
    """One that was answered."""

    name: str
    type: int
    time: int  # Unix seconds, of the moment before


def way(dns: Dns) -> Way:
    """How the phone reaches a box that listens there."""
    listening = [endpoint(text, "dns.listen") for text in dns.listen]
    for address, port in listening:
        if ip_address(address).version == 4:
            return Way(("127.0.0.1" if address == "0.0.0.0" else address, port), LOOPBACK)
    address, port = listening[0]
    own = "::1" if address == "::" else address
    return Way((own, port), own)


class Phone:
    """Asks one question at a time."""

    def __init__(self, way: Way, ending: threading.Event) -> None:
        """Once `ending` is set, no answer is waited for. Raises OwnFault."""
        self._ending = ending
        self.last: Question | None = None
        family = socket.AF_INET6 if ":" in way.source else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.bind((way.source, 0))
            self._socket.connect(way.server)
        except OSError as error:
            self._socket.close()
            raise OwnFault(f"the box cannot be asked as {way.source}: {error.strerror}", hint=_HINT) from None

    def close(self) -> None:
        """Ask no more. Safe twice."""
        self._socket.close()

    def find_box(self) -> None:
        """Raises OwnFault where nobody answers."""
        if self._one(BOX_NAME, A) is None and not self._ending.is_set():
            raise OwnFault("the box does not answer DNS", hint=_HINT)

    def ask(self, name: str) -> Outcome:
        """Ask as Android does: A, AAAA and HTTPS. Raises OwnFault where there is nobody to ask."""
        found: Outcome | None = None
        for qtype in ANDROID:
            answer = self._one(name, qtype)
            if answer is None:
                break
            found = found or _outcome(answer)
        return found or Outcome.SILENT

    def say_goodbye(self) -> None:
        """A question that was never asked before, though the phone is to end: what is logged up to it is all."""
        self._ending = threading.Event()
        self._one(f"{secrets.token_hex(8)}.{BOX_NAME}", A)  # home.arpa never leaves the box (RFC 8375)

    def _one(self, name: str, qtype: int) -> wire.Answer | None:
        """None where no answer came in time."""
        ident = secrets.randbelow(1 << 16)
        asked, until = int(time.time()), time.monotonic() + WAIT
        query = wire.encode_query(from_text(name), qtype, ident, dnssec_ok=False, checking_disabled=False)
        try:
            self._socket.send(query)
            while (left := until - time.monotonic()) > 0 and not self._ending.is_set():
                self._socket.settimeout(min(left, _SLICE))
                with contextlib.suppress(WireError, TimeoutError):  # not an answer to us, or none yet
                    reply = wire.decode_reply(self._socket.recv(4096))
                    if reply.id == ident:
                        self.last = Question(name, qtype, asked)
                        return reply.answer
        except OSError as error:
            raise OwnFault(f"the box does not answer DNS: {error.strerror}", hint=_HINT) from None
        return None


def _outcome(answer: wire.Answer) -> Outcome:
    if any(code == EDE_BLOCKED for code, _ in answer.extended):
        return Outcome.BLOCKED
    return Outcome.FAILED if answer.rcode else Outcome.ANSWERED
