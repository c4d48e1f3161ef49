"""One TCP or TLS connection to an upstream with many queries under way (RFC 7766 §6.2.1.1)."""

import asyncio
import secrets

from gateway.dns import answers
from gateway.dns.wire import Answer, Question, decode_reply, encode_query
from gateway.errors import UpstreamFault, WireError

MAX_PENDING = 1000  # queries under way on one connection
MAX_UNSENT = 64 * 1024  # bytes; an upstream that does not read gets no more
MAX_OFFENCES = 8  # answers to nothing that was asked: not a server to go on with
SILENCE = 1.0  # seconds without a byte while answers are due: perhaps dead (NAT forgot it, route changed)


class ConnectionEnded(Exception):
    """The connection broke before the answer. Asked again on another one, if it may have gone stale."""


class Connection:
    """Sends queries, gives each answer to whom it is due, closes after `idle` seconds without work."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, idle: float, pad_to: int
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._idle = idle
        self._pad_to = pad_to
        self._loop = asyncio.get_running_loop()
        self._pending: dict[int, tuple[Question, float, asyncio.Future[Answer]]] = {}
        self._heard = self._loop.time()
        self._retired = False
        self._timer: asyncio.TimerHandle | None = None
        self.closed = False
        self.wrong = 0  # answers that could not be used
        self._offences = 0
        self._reading = asyncio.create_task(self._read(), name="upstream connection")
        self._rest()

    @property
    def usable(self) -> bool:
        """May another query be sent on it?"""
        return not (self.closed or self._retired or len(self._pending) >= MAX_PENDING or self._is_silent())

    def _is_silent(self) -> bool:
        """Has an answer been due for long while nothing came?"""
        if not self._pending:
            return False
        _, first, _ = next(iter(self._pending.values()))
        return self._loop.time() - max(first, self._heard) > SILENCE

    async def ask(self, question: Question, *, dnssec_ok: bool, checking_disabled: bool) -> Answer:
        """Raises ConnectionEnded, UpstreamFault. The caller sets the deadline."""
        if self.closed:
            raise ConnectionEnded("closed")
        if self._writer.transport.get_write_buffer_size() > MAX_UNSENT:
            raise UpstreamFault("the upstream does not read")
        ident = secrets.randbits(16)
        while ident in self._pending:
            ident = secrets.randbits(16)
        query = encode_query(
            question.name,
            question.type,
            ident,
            dnssec_ok=dnssec_ok,
            checking_disabled=checking_disabled,
            pad_to=self._pad_to,
        )
        sent = self._loop.time()
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._pending[ident] = (question, sent, future)
        self._cancel_timer()
        self._writer.write(len(query).to_bytes(2, "big") + query)
        try:
            return await future
        except asyncio.CancelledError:
            if self._heard < sent:
                self._retired = True  # not a byte since: the next query goes on a new connection
            raise
        finally:
            del self._pending[ident]
            if not self._pending:
                self._rest()

    async def _read(self) -> None:
        reason = "closed by the upstream"
        try:
            while self._offences < MAX_OFFENCES:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
                data = await self._reader.readexactly(size)
                self._heard = self._loop.time()
                self._take(data)
            reason = "too many wrong answers"
        except asyncio.IncompleteReadError:
            pass  # the ordinary end (RFC 7766 §6.2.4): who still waits is told below
        except OSError as error:
            reason = error.strerror or str(error)
        finally:
            self._end(reason)

    def _take(self, data: bytes) -> None:
        try:
            reply = decode_reply(data)
        except WireError as error:
            self._refuse(int.from_bytes(data[:2], "big"), f"unreadable answer: {error}")
            return
        due = self._pending.get(reply.id)
        if due is None:
            return  # came after its deadline
        question, _, future = due
        if answers.mismatch(reply, reply.id, question, reply.question.spelled):
            self.wrong += 1  # perhaps late as well, and its id is in use again: the right one may still come
            self._offences += 1
        elif reply.truncated:
            self._refuse(reply.id, "truncated over TCP")
        elif not future.done():
            future.set_result(reply.answer)

    def _refuse(self, ident: int, reason: str) -> None:
        """Ends the question that was answered so, and no other.

        A good resolver passes on what a bad zone serves: it must not cost those who ask for something else.
        """
        self.wrong += 1
        due = self._pending.get(ident)
        if due is None or due[2].done():
            self._offences += 1
        else:
            due[2].set_exception(UpstreamFault(reason))

    def _rest(self) -> None:
        self._cancel_timer()
        if self._retired:
            self._end("retired")
        elif not self.closed:
            self._timer = self._loop.call_later(self._idle, self._end, "idle")

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _end(self, reason: str) -> None:
        if self.closed:
            return
        self.closed = True
        self._cancel_timer()
        self._writer.transport.abort()  # nothing of ours is unsent that anybody still waits for
        for _, _, future in self._pending.values():
            if not future.done():
                future.set_exception(ConnectionEnded(reason))

    async def stop(self) -> None:
        """Close and wait for the reader. Safe twice."""
        self._end("stopped")
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
