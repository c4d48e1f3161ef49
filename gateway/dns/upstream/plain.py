"""DNS over UDP, hard to forge: fresh socket, port and id for each query, 0x20, TCP when in doubt."""

import asyncio
import secrets
import socket

from gateway.dns import answers
from gateway.dns.upstream.address import UpstreamAddress
from gateway.dns.upstream.exchange import Host, LookUp, within
from gateway.dns.upstream.stream import Stream
from gateway.dns.wire import Answer, Question, decode_reply, encode_query
from gateway.errors import UpstreamFault, WireError
from gateway.names import Name

UDP_SIZE = 1232  # DNS flag day 2020: fits every path without fragments, which could be forged
MAX_WRONG = 16  # wrong packets for one query: somebody is guessing (birthday burst), so TCP
GRACE = 0.25  # seconds that the right packet may come after a first wrong one
PATIENCE = 2.0
PATIENCE_LOOPBACK = 4.0  # nothing is lost on loopback, and a resolver of ours may need this long


def random_case(name: Name, bits: int) -> bytes:
    """`name` with letter i in upper case where bit i of `bits` is set (0x20).

    Length octets are below 64 and so never taken for letters.
    """
    return bytes(
        byte ^ 0x20 if 0x61 <= byte <= 0x7A and bits >> at & 1 else byte for at, byte in enumerate(name)
    )


class Udp:
    """A plain upstream: UDP, and TCP for what is truncated or doubtful."""

    def __init__(
        self,
        address: UpstreamAddress,
        *,
        look_up: LookUp | None = None,
        check_case: bool = True,
        udp_size: int = UDP_SIZE,
        validates: bool = False,
    ) -> None:
        self.address = address
        self.trusted = address.is_loopback
        self.validates = validates
        self.loses_packets = not address.is_loopback
        self.patience = PATIENCE_LOOPBACK if address.is_loopback else PATIENCE
        self._host = Host(address.host, look_up)
        self._check_case = check_case
        self._udp_size = udp_size
        self._tcp = Stream(address, self._host)
        self._wrong = 0

    def refused_packets(self) -> int:
        """Wrong id, question or case, unreadable, too large."""
        return self._wrong + self._tcp.refused_packets()

    async def exchange(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, timeout: float
    ) -> Answer:
        """Raises UpstreamFault."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        async with within(timeout, "no answer over UDP"):
            answer = await self._over_udp(question, dnssec_ok, checking_disabled)
        if answer is not None:
            return answer
        return await self._tcp.exchange(
            question,
            dnssec_ok=dnssec_ok,
            checking_disabled=checking_disabled,
            timeout=max(deadline - loop.time(), 0.0),
        )

    async def _over_udp(self, question: Question, dnssec_ok: bool, checking_disabled: bool) -> Answer | None:
        """The answer; None when it has to be asked for over TCP."""
        ident = secrets.randbits(16)
        spelled = question.name
        if self._check_case:
            spelled = random_case(spelled, secrets.randbits(8 * len(spelled)))
        query = encode_query(
            spelled,
            question.type,
            ident,
            dnssec_ok=dnssec_ok,
            checking_disabled=checking_disabled,
            udp_size=self._udp_size,
        )
        address = await self._host.address()
        loop = asyncio.get_running_loop()
        with _connected(address, self.address.port) as sock:
            try:
                sock.send(query)
                wrong = 0
                while True:
                    async with asyncio.timeout(GRACE if wrong else None):
                        data = await loop.sock_recv(sock, self._udp_size + 1)
                    reason = self._refusal(data, ident, question, spelled)
                    if isinstance(reason, Answer):
                        return reason
                    if reason is None:
                        return None
                    wrong += 1
                    self._wrong += 1
                    if wrong >= MAX_WRONG:
                        return None
            except TimeoutError:
                return None  # only wrong packets came: over TCP nobody can guess
            except OSError as error:
                self._host.failed(address)
                raise UpstreamFault(error.strerror or str(error)) from None

    def _refusal(self, data: bytes, ident: int, question: Question, spelled: bytes) -> Answer | str | None:
        """The answer, None for a truncated one, or why the packet is not taken."""
        if len(data) > self._udp_size:
            return "larger than allowed"
        try:
            reply = decode_reply(data)
        except WireError as error:
            return str(error)
        wrong = answers.mismatch(reply, ident, question, spelled)
        if wrong:
            return wrong
        return None if reply.truncated else reply.answer

    async def stop(self) -> None:
        """Safe twice."""
        await self._tcp.stop()


def _connected(address: str, port: int) -> socket.socket:
    """A fresh socket that takes packets from there only; the kernel picks its port at random."""
    family, kind, protocol, _, where = socket.getaddrinfo(
        address, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    sock: socket.socket | None = None
    try:
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        sock.connect(where)
    except OSError as error:
        if sock is not None:
            sock.close()
        raise UpstreamFault(error.strerror or str(error)) from None
    return sock
