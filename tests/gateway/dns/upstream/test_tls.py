"""DNS over TLS: the certificate counts."""

import asyncio
import datetime
import ssl

import pytest

from gateway.dns.upstream import tls
from gateway.dns.upstream.address import parse
from gateway.dns.upstream.exchange import Host
from gateway.dns.upstream.stream import Stream
from gateway.dns.wire import Answer
from gateway.errors import UpstreamFault
from tests.fakes.upstream import FakeUpstream
from tests.fakes.upstream_tls import Authority
from tests.fakes.values import question

RECORD = "www.example.org 300 IN A 203.0.113.9"
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


async def ask(server: ssl.SSLContext, trust: ssl.SSLContext | None, name: str = "") -> Answer:
    async with FakeUpstream(RECORD, context=server) as fake:
        upstream = Stream(parse(fake.url + name), Host("127.0.0.1", None), context=trust)
        try:
            answers = [
                await upstream.exchange(
                    question("www.example.org"), dnssec_ok=False, checking_disabled=False, timeout=5
                )
                for _ in range(3)
            ]
            assert fake.connections == 1
            assert {len(each.data) % 128 for each in fake.asked} == {0}  # RFC 8467
            return answers[0]
        finally:
            await upstream.stop()


def test_answer_comes_padded_over_one_verified_connection(authority: Authority) -> None:
    answer = asyncio.run(ask(authority.server("dns.test"), authority.trust, "#dns.test"))
    assert answer.records[0].rdata == bytes((203, 0, 113, 9))


def test_address_in_the_certificate_is_enough_without_a_name(authority: Authority) -> None:
    assert asyncio.run(ask(authority.server("127.0.0.1"), authority.trust)).records


def test_certificate_for_another_name_is_refused(authority: Authority) -> None:
    with pytest.raises(UpstreamFault, match="certificate refused"):
        asyncio.run(ask(authority.server("dns.test"), authority.trust, "#other.test"))


def test_certificate_of_an_unknown_authority_is_refused(authority: Authority) -> None:
    with pytest.raises(UpstreamFault, match="certificate refused"):
        asyncio.run(ask(Authority().server("dns.test"), authority.trust, "#dns.test"))
    with pytest.raises(UpstreamFault, match="certificate refused"):
        asyncio.run(ask(authority.server("dns.test"), None, "#dns.test"))


def test_expired_certificate_is_refused(authority: Authority) -> None:
    server = authority.server("dns.test", begins=-2 * DAY, ends=-DAY)
    with pytest.raises(UpstreamFault, match="certificate refused: certificate has expired"):
        asyncio.run(ask(server, authority.trust, "#dns.test"))


def test_dates_do_not_count_while_the_clock_is_certainly_wrong(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = authority.server("dns.test", begins=DAY, ends=2 * DAY)  # as every certificate in 1970
    trust = authority.trust
    with pytest.raises(UpstreamFault, match="not yet valid"):
        asyncio.run(ask(server, trust, "#dns.test"))
    with monkeypatch.context() as patch:
        patch.setattr(tls, "EARLIEST", 1 << 40)
        assert asyncio.run(ask(server, trust, "#dns.test")).records
        with pytest.raises(UpstreamFault, match="certificate refused"):
            asyncio.run(ask(server, trust, "#other.test"))
    with pytest.raises(UpstreamFault, match="not yet valid"):
        asyncio.run(ask(server, trust, "#dns.test"))


def test_clock_before_this_code_was_written_is_wrong() -> None:
    assert tls.clock_is_wrong(0)
    assert not tls.clock_is_wrong(tls.EARLIEST)


def test_system_trust_verifies_names() -> None:
    context = tls.system_context("dot")
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context is tls.system_context("dot")
    assert context is not tls.system_context("doh")
