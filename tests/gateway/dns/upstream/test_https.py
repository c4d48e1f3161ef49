"""DNS over HTTPS against a real HTTP/2 server."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest

from gateway.dns.upstream.address import parse
from gateway.dns.upstream.exchange import Host
from gateway.dns.upstream.https import Https
from gateway.dns.wire import Answer
from gateway.errors import UpstreamFault
from tests.fakes import upstream as fakes
from tests.fakes.upstream_tls import Authority, FakeDoh
from tests.fakes.values import question

RECORD = "www.example.org 300 IN A 203.0.113.9"


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def ask(upstream: Https, timeout: float = 5) -> Answer:
    return await upstream.exchange(
        question("www.example.org"), dnssec_ok=False, checking_disabled=False, timeout=timeout
    )


def run(
    authority: Authority,
    body: Callable[[FakeDoh, Https], Awaitable[None]],
    *,
    server: ssl.SSLContext | None = None,
    host: str = "dns.test",
) -> None:
    async def main() -> None:
        async with FakeDoh(RECORD, context=server or authority.server("dns.test", alpn="h2")) as fake:

            async def look_up(_: str) -> list[str]:
                return ["127.0.0.1"]

            address = parse(f"https://{host}:{fake.port}/dns-query")
            upstream = Https(address, Host(host, look_up), context=authority.trust)
            try:
                await body(fake, upstream)
            finally:
                await upstream.stop()
                await upstream.stop()

    asyncio.run(main())


def test_queries_go_over_one_http2_connection_and_tell_nothing_of_us(authority: Authority) -> None:
    async def body(fake: FakeDoh, upstream: Https) -> None:
        answers = await asyncio.gather(*(ask(upstream) for _ in range(20)))
        assert {answer.records[0].rdata for answer in answers} == {bytes((203, 0, 113, 9))}
        assert fake.connections == 1
        assert {each.id for each in fake.asked} == {0}  # RFC 8484 §4.1
        assert {len(each.data) % 128 for each in fake.asked} == {0}
        assert fake.requests[0] == {
            ":method": "POST",
            ":authority": f"dns.test:{fake.port}",
            ":scheme": "https",
            ":path": "/dns-query",
            "accept": "application/dns-message",
            "content-type": "application/dns-message",
            "content-length": "128",
        }

    run(authority, body)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"status": "503"}, "HTTP status 503"),
        ({"status": "302"}, "HTTP status 302"),
        ({"content_type": "text/html"}, "content type 'text/html'"),
        ({"body": bytes(66_000)}, "over 64 kB"),
        ({"body": b"<html>"}, "unreadable answer"),
        ({"misbehave_tcp": fakes.wrong_id}, "wrong id"),
        ({"misbehave_tcp": fakes.wrong_question}, "wrong question"),
        ({"misbehave_tcp": fakes.truncated}, "truncated"),
    ],
)
def test_what_is_no_good_answer_is_an_upstream_fault(
    authority: Authority, change: dict[str, object], reason: str
) -> None:
    async def body(fake: FakeDoh, upstream: Https) -> None:
        for name, value in change.items():
            setattr(fake, name, value)
        with pytest.raises(UpstreamFault, match=reason):
            await ask(upstream)
        for name in change:
            setattr(fake, name, getattr(FakeDoh(context=authority.trust), name))
        assert (await ask(upstream)).records  # the next one is served

    run(authority, body)


def test_certificate_is_held_against_the_host_name(authority: Authority) -> None:
    async def body(_: FakeDoh, upstream: Https) -> None:
        with pytest.raises(UpstreamFault, match="certificate refused"):
            await ask(upstream)

    run(authority, body, server=authority.server("other.test", alpn="h2"))
    run(authority, body, server=Authority().server("dns.test", alpn="h2"))


def test_silent_server_costs_the_deadline_and_no_more(authority: Authority) -> None:
    async def body(fake: FakeDoh, upstream: Https) -> None:
        fake.misbehave_tcp = fakes.silent
        with pytest.raises(UpstreamFault):
            await ask(upstream, timeout=0.2)
        fake.misbehave_tcp = None
        assert (await ask(upstream)).records

    run(authority, body)


def test_connection_that_was_closed_meanwhile_is_opened_again(authority: Authority) -> None:
    async def body(fake: FakeDoh, upstream: Https) -> None:
        await ask(upstream)
        for writer in list(fake._writers):
            writer.transport.abort()
        assert (await ask(upstream)).records
        assert fake.connections == 2

    run(authority, body)


def test_nobody_listening_is_a_fault(authority: Authority) -> None:
    async def main() -> None:
        address = parse(f"https://127.0.0.1:{fakes.refusing_port()}/dns-query")
        upstream = Https(address, Host("127.0.0.1", None), context=authority.trust)
        with pytest.raises(UpstreamFault):
            await ask(upstream)
        await upstream.stop()

    asyncio.run(main())
