"""One question to a server and what came back, read by dnslib alone."""

import secrets
import socket
from dataclasses import dataclass
from functools import cached_property

from dnslib import CLASS, EDNS0, QTYPE, DNSHeader, DNSQuestion, DNSRecord


@dataclass
class Reply:
    """The answer, as bytes and as read."""

    data: bytes

    @cached_property
    def message(self) -> DNSRecord:
        """Raises what dnslib raises."""
        return DNSRecord.parse(self.data)

    @property
    def rcode(self) -> int:
        """0 to 15."""
        return int(self.message.header.rcode)

    @property
    def records(self) -> list[str]:
        """The data of each record in the answer section."""
        return [str(record.rdata) for record in self.message.rr]

    @property
    def text(self) -> bytes:
        """Reasons among the EDNS options (RFC 8914), as sent."""
        options = [
            option for record in self.message.ar if record.rtype == QTYPE.OPT for option in record.rdata
        ]
        return b" ".join(bytes(option.data[2:]) for option in options if option.code == 15)


def dig(
    port: int,
    name: str | bytes,
    rtype: str = "A",
    *,
    dnssec_ok: bool = False,
    checking_disabled: bool = False,
    tcp: bool = False,
    address: str = "127.0.0.1",
    timeout: float = 8,
) -> Reply:
    """Asks 127.0.0.1 with EDNS, as `address`. `name` as bytes is wire form. Raises TimeoutError."""
    header = DNSHeader(id=secrets.randbelow(1 << 16), rd=1, cd=checking_disabled)
    query = DNSRecord(header)
    query.add_question(DNSQuestion("x" if isinstance(name, bytes) else name, getattr(QTYPE, rtype), CLASS.IN))
    query.add_ar(EDNS0(udp_len=1232, flags="do" if dnssec_ok else ""))
    packet = bytes(query.pack())
    if isinstance(name, bytes):
        packet = packet[:12] + name + packet[15:]
    data = _over_tcp(port, packet, address, timeout) if tcp else _over_udp(port, packet, address, timeout)
    assert data[:2] == packet[:2]
    return Reply(data)


def _over_udp(port: int, packet: bytes, address: str, timeout: float) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        sock.connect(("127.0.0.1", port))
        sock.settimeout(timeout)
        sock.send(packet)
        return sock.recv(65_535)


def _over_tcp(port: int, packet: bytes, address: str, timeout: float) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout, (address, 0)) as sock:
        sock.sendall(len(packet).to_bytes(2, "big") + packet)
        with sock.makefile("rb") as stream:
            size = int.from_bytes(stream.read(2), "big")
            data = stream.read(size)
            if not size or len(data) < size:
                raise TimeoutError("closed before the answer")
            return data
