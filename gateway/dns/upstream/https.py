"""DNS over HTTPS (RFC 8484): POST over one reused HTTP/2 connection. Sends nothing that tells who we are.

Imported only where an https:// upstream is set: httpx costs 5 MB.
"""

import asyncio
import ssl

import httpx

from gateway.dns import answers
from gateway.dns.upstream import tls
from gateway.dns.upstream.address import UpstreamAddress
from gateway.dns.upstream.exchange import Host, within
from gateway.dns.wire import Answer, Question, decode_reply, encode_query
from gateway.errors import UpstreamFault, WireError

MEDIA_TYPE = "application/dns-message"
MAX_REPLY = 65_535  # RFC 8484 §6
PADDING = 128  # RFC 8467 §4.1
IDLE = 30.0  # seconds
MAX_CONNECTIONS = 4
PATIENCE = 4.0


class Https:
    """An `https://` upstream."""

    def __init__(
        self,
        address: UpstreamAddress,
        host: Host,
        *,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.address = address
        self.trusted = True
        self.validates = False
        self.patience = PATIENCE
        self.loses_packets = False
        self._host = host
        self._context = context or tls.system_context("doh")  # now: loading takes 20 ms, and nobody waits yet
        self._transport: httpx.AsyncHTTPTransport | None = None
        self._wrong = 0
        self._stopped = False

    def refused_packets(self) -> int:
        """Bodies that were no answer to what was asked."""
        return self._wrong

    async def exchange(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, timeout: float
    ) -> Answer:
        """Raises UpstreamFault."""
        query = encode_query(
            question.name,
            question.type,
            0,  # RFC 8484 §4.1: equal queries look equal; nobody can guess into TLS
            dnssec_ok=dnssec_ok,
            checking_disabled=checking_disabled,
            pad_to=PADDING,
        )
        async with within(timeout, "no answer over HTTPS"):
            address = await self._host.address()
            try:
                body = await self._post(address, query, timeout)
            except asyncio.CancelledError:
                self._host.failed(address)
                raise
        try:
            reply = decode_reply(body)
        except WireError as error:
            self._wrong += 1
            raise UpstreamFault(f"unreadable answer: {error}") from None
        reason = answers.mismatch(reply, 0, question, reply.question.spelled)
        if reason or reply.truncated:
            self._wrong += 1
            raise UpstreamFault(reason or "truncated answer over HTTPS")
        return reply.answer

    async def _post(self, address: str, query: bytes, timeout: float) -> bytes:
        if self._stopped:
            raise UpstreamFault("stopped")
        tls.fit_to_clock(self._context)
        if self._transport is None:
            # The bare transport: no cookies, no redirects, no proxy from the environment, no User-Agent.
            self._transport = httpx.AsyncHTTPTransport(
                verify=self._context,
                http1=False,
                http2=True,
                limits=httpx.Limits(
                    max_connections=MAX_CONNECTIONS, max_keepalive_connections=1, keepalive_expiry=IDLE
                ),
            )
        request = httpx.Request(
            "POST",
            httpx.URL(
                scheme="https", host=address, port=self.address.port, raw_path=self.address.path.encode()
            ),
            headers={"Host": self._authority(), "Accept": MEDIA_TYPE, "Content-Type": MEDIA_TYPE},
            content=query,
            extensions={
                "sni_hostname": self.address.server_name,
                # Below our own deadline, so that httpx gives up first and throws a dead connection away.
                "timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout * 0.9),
            },
        )
        try:
            return await self._send(request)
        except httpx.TransportError as error:
            self._host.failed(address)
            raise UpstreamFault(_reason(error)) from None

    def _authority(self) -> str:
        host = self.address.host
        shown = f"[{host}]" if ":" in host else host
        return shown if self.address.port == 443 else f"{shown}:{self.address.port}"

    async def _send(self, request: httpx.Request) -> bytes:
        assert self._transport is not None
        for once_more in (True, False):
            try:
                response = await self._transport.handle_async_request(request)
                break
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                # A kept connection may end just as we write; a query can be repeated safely.
                if not once_more:
                    raise
        try:
            if response.status_code != 200:
                raise UpstreamFault(f"HTTP status {response.status_code}")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != MEDIA_TYPE:
                raise UpstreamFault(f"content type {kind[:60]!r}")
            body = bytearray()
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > MAX_REPLY:
                    raise UpstreamFault("answer over 64 kB")
            return bytes(body)
        finally:
            await response.aclose()

    async def stop(self) -> None:
        """Safe twice."""
        self._stopped = True
        transport, self._transport = self._transport, None
        if transport is not None:
            await transport.aclose()


def _reason(error: Exception) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"certificate refused: {cause.verify_message}"
        cause = cause.__cause__ or cause.__context__
    return str(error) or type(error).__name__
