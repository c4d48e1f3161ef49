"""From settings to answers."""

import asyncio

import pytest

from gateway import names
from gateway.dns.upstream.build import Upstreams, check
from gateway.errors import SettingsError, UpstreamFault
from gateway.settings import Dns
from tests.fakes.upstream import FakeUpstream
from tests.fakes.upstream_tls import Authority, FakeDoh
from tests.fakes.values import question

RECORD = "www.example.org 300 IN A 203.0.113.9"
WWW = question("www.example.org")


async def rdata(upstreams: Upstreams, name: str = "www.example.org") -> bytes:
    answer = await upstreams.forwarder.ask(question(name), dnssec_ok=False, checking_disabled=False)
    return answer.records[0].rdata


def test_every_scheme_answers() -> None:
    async def run() -> None:
        authority = Authority()
        server = authority.server("127.0.0.1")
        doh_server = authority.server("127.0.0.1", alpn="h2")
        async with (
            FakeUpstream(RECORD) as plain,
            FakeUpstream(RECORD, context=server) as dot,
            FakeDoh(RECORD, context=doh_server) as doh,
        ):
            for url in (plain.url, plain.tcp_url, dot.url, doh.url):
                upstreams = Upstreams(Dns(upstreams=(url,)), context=authority.trust)
                assert not upstreams.from_system
                assert await rdata(upstreams) == bytes((203, 0, 113, 9))
                assert [each.url for each in upstreams.forwarder.status()] == [url]
                await upstreams.stop()
                await upstreams.stop()

    asyncio.run(run())


def test_host_name_is_looked_up_over_the_other_upstreams() -> None:
    async def run() -> None:
        authority = Authority()
        async with (
            FakeUpstream("dns.test 300 IN A 127.0.0.1") as plain,
            FakeUpstream(RECORD, context=authority.server("dns.test")) as dot,
        ):
            settings = Dns(upstreams=(plain.url,), domains={"example.org": (f"tls://dns.test:{dot.port}",)})
            upstreams = Upstreams(settings, context=authority.trust)
            assert await rdata(upstreams) == bytes((203, 0, 113, 9))
            assert set(plain.names()) == {"dns.test"}
            assert dot.names() == ["www.example.org"]
            await upstreams.stop()

    asyncio.run(run())


def test_host_name_alone_is_looked_up_over_the_system_resolvers() -> None:
    async def run() -> None:
        authority = Authority()
        async with (
            FakeUpstream("dns.test 300 IN A 127.0.0.1") as system,
            FakeUpstream(RECORD, context=authority.server("dns.test")) as dot,
        ):
            upstreams = Upstreams(
                Dns(upstreams=(f"tls://dns.test:{dot.port}",)),
                context=authority.trust,
                system_urls=lambda: [system.url],
            )
            assert await rdata(upstreams) == bytes((203, 0, 113, 9))
            await upstreams.stop()

    asyncio.run(run())


def test_without_upstreams_the_system_is_asked_and_this_is_said() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as system:
            upstreams = Upstreams(Dns(), system_urls=lambda: [system.url])
            assert upstreams.from_system
            assert upstreams.urls == (system.url,)
            assert await rdata(upstreams) == bytes((203, 0, 113, 9))
            await upstreams.stop()

    asyncio.run(run())


def test_recursive_needs_its_port_and_its_servfail_is_final() -> None:
    with pytest.raises(SettingsError, match="recursive"):
        Upstreams(Dns(upstreams=("recursive",)))

    async def run() -> None:
        async with FakeUpstream(RECORD) as unbound:
            unbound.zone.authentic = True
            upstreams = Upstreams(Dns(upstreams=("recursive",)), recursive_port=unbound.port)
            answer = await upstreams.forwarder.ask(WWW, dnssec_ok=False, checking_disabled=False)
            assert answer.ad
            assert upstreams.forwarder.status()[0].url == "recursive"
            unbound.zone.rcodes["www.example.org"] = 2
            failed = await upstreams.forwarder.ask(WWW, dnssec_ok=False, checking_disabled=False)
            assert failed.rcode == 2
            assert len(unbound.asked) == 2
            await upstreams.stop()

    asyncio.run(run())


def test_case_check_and_packet_size_follow_the_settings() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            upstreams = Upstreams(Dns(upstreams=(fake.url,), check_case=False, edns_size=700))
            await rdata(upstreams)
            edns = fake.asked[0].edns
            assert edns is not None
            assert (fake.asked[0].name, edns.rclass) == ("www.example.org", 700)
            await upstreams.stop()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("settings", "blamed"),
    [
        (Dns(upstreams=("udp://9.9.9.9", "nonsense")), "nonsense"),
        (Dns(domains={"lan": ("udp://nope:x",)}), "udp://nope:x"),
        (Dns(domains={"a..b": ("udp://9.9.9.9",)}), "a..b"),
        (Dns(domains={"lan": ()}), "lan"),
    ],
)
def test_bad_settings_are_one_clear_error(settings: Dns, blamed: str) -> None:
    with pytest.raises(SettingsError, match=r"dns\.domains|upstream") as caught:
        check(settings)
    assert blamed in str(caught.value)


def test_stopped_upstreams_ask_nobody() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as fake:
            upstreams = Upstreams(Dns(upstreams=(fake.url,)))
            await upstreams.stop()
            with pytest.raises(UpstreamFault, match="stopped"):
                await rdata(upstreams)
            assert fake.asked == []

    asyncio.run(run())


def test_one_upstream_alone_is_tried_with_a_real_question() -> None:
    async def run() -> None:
        async with FakeUpstream(RECORD) as good, FakeUpstream() as bad:
            upstreams = Upstreams(Dns(upstreams=(good.url, bad.url), domains={"lan": (bad.url,)}))
            tried = await upstreams.try_one(good.url, names.from_text("www.example.org"))
            assert (tried.url, tried.said, tried.answered, bad.asked) == (good.url, "NOERROR", True, [])
            for rcode, said in ((2, "answered SERVFAIL"), (5, "answered REFUSED")):
                bad.zone.rcodes["lan"] = rcode
                tried = await upstreams.try_one(bad.url, names.from_text("lan"))
                assert (tried.said, tried.answered) == (said, False)
            with pytest.raises(KeyError):
                await upstreams.try_one("udp://192.0.2.1", names.from_text("lan"))
            await upstreams.finish()
            with pytest.raises(UpstreamFault, match="stopped"):
                await rdata(upstreams)

    asyncio.run(run())
