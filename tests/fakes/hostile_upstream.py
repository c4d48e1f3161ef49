"""An upstream that misbehaves in another way for each name it is asked."""

import asyncio
from collections.abc import Callable, Iterable

from dnslib import RR, DNSRecord

from tests.fakes.upstream import Asked, FakeUpstream, Misbehaviour

GOOD, EVIL = "203.0.113.9", "203.0.113.66"


class HostileUpstream(FakeUpstream):
    """How it behaves is found by the first label of the name; all others get what the zone says."""

    def __init__(self, *, tcp: bool = True) -> None:
        """`tcp`: does anybody listen there?"""
        super().__init__()
        self.over_udp: dict[str, Misbehaviour] = {}
        self.over_tcp: dict[str, Misbehaviour] = {}
        self.trickling: set[str] = set()
        self._listens = tcp
        self.misbehave = self._chosen(self.over_udp)
        self.misbehave_tcp = self._chosen(self.over_tcp)

    @staticmethod
    def _chosen(ways: dict[str, Misbehaviour]) -> Misbehaviour:
        def behave(good: bytes, asked: Asked) -> Iterable[bytes]:
            way = ways.get(asked.name.lower().partition(".")[0])
            return way(good, asked) if way else [good]

        return behave

    async def start(self) -> None:
        """Listen."""
        await super().start()
        if not self._listens:
            for server in self._servers:
                server.close()

    async def _answer_tcp(self, data: bytes, writer: asyncio.StreamWriter, answered: list[int]) -> None:
        question = str(DNSRecord.parse(data).q.qname)
        if question.lower().partition(".")[0] not in self.trickling:
            await super()._answer_tcp(data, writer, answered)
            return
        await self.take("tcp", data, writer.get_extra_info("peername"))
        good = self.zone.reply(data).pack()
        writer.write(b"\xff\xff" + good)
        try:
            while not writer.is_closing():
                writer.write(b"\0")
                await writer.drain()
                await asyncio.sleep(0.05)
        except ConnectionError:
            pass  # the client has had enough, which is what it should have


def forged(bad: Misbehaviour) -> Misbehaviour:
    """`bad`, with the address that somebody wants to be believed."""
    good, evil = (bytes(map(int, text.split("."))) for text in (GOOD, EVIL))
    return lambda reply, asked: bad(reply.replace(good, evil), asked)


def edited(change: Callable[[DNSRecord], None]) -> Misbehaviour:
    """The good reply after `change`."""

    def edit(good: bytes, _: Asked) -> Iterable[bytes]:
        reply = DNSRecord.parse(good)
        change(reply)
        return [bytes(reply.pack())]

    return edit


def records(line: str) -> list[RR]:
    """As in a zone file."""
    return list(RR.fromZone(line))
