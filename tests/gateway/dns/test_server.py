import asyncio
import time
from collections.abc import Coroutine
from typing import Any

import pytest

from gateway.dns import server, wire
from gateway.iana import AAAA, FORMERR, HINFO, NOERROR, NOTIMP, NXDOMAIN, REFUSED, SERVFAIL, A
from gateway.model import Action, Layer
from gateway.names import from_text, to_text
from tests.fakes.server import policy_of, query, serving
from tests.fakes.upstream import Asked, FakeUpstream

ZONE = (
    "www.example.org 300 IN A 203.0.113.9",
    "www.example.org 300 IN AAAA 2001:db8::9",
    "alias.example.org 300 IN CNAME tracking.miui.com",
    "tracking.miui.com 300 IN A 203.0.113.66",
    "inside.example.org 300 IN A 192.168.1.1",
)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


def addresses(answer: wire.Answer) -> list[bytes]:
    return [record.rdata for record in answer.records if record.type in (A, AAAA)]


def test_known_telemetry_is_blocked_with_the_reason_and_never_asked_upstream() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            answer = await box.ask("Tracking.MIUI.com")
            assert addresses(answer) == [bytes(4)]
            assert [code for code, _ in answer.extended] == [15]
            assert "tracking.miui.com" in answer.extended[0][1]
            assert addresses(await box.ask("tracking.miui.com", "AAAA")) == [bytes(16)]
            nothing = await box.ask("tracking.miui.com", "HTTPS")
            assert (nothing.rcode, nothing.records, len(nothing.authority)) == (NOERROR, (), 1)
            assert fake.asked == []

    run(work())


def test_other_names_are_forwarded_and_then_answered_from_the_cache() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            for _ in range(3):
                assert addresses(await box.ask("www.example.org")) == [bytes([203, 0, 113, 9])]
            assert len(fake.asked) == 1
            rows = box.drain()
            assert sum(count for _, _, count in rows) == 3
            assert {ready.verdict.action for _, ready, _ in rows} == {Action.ALLOWED}

    run(work())


def test_a_cname_to_a_blocked_name_is_blocked_and_names_the_rule_of_its_target() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            for _ in range(2):  # forwarded, then from the cache
                assert addresses(await box.ask("alias.example.org")) == [bytes(4)]
            rows = box.drain()
            assert {(to_text(ready.name or b"\0"), ready.verdict.action) for _, ready, _ in rows} == {
                ("alias.example.org", Action.BLOCKED)
            }
            assert all(
                ready.verdict.rule and ready.verdict.rule.layer is Layer.CATALOGUE for _, ready, _ in rows
            )

    run(work())


def test_a_users_exception_for_the_name_itself_outranks_where_it_leads() -> None:
    async def work() -> None:
        policy = policy_of("@@||alias.example.org^")
        async with FakeUpstream(*ZONE) as fake, serving(policy, fake.url) as box:
            assert addresses(await box.ask("alias.example.org")) == [bytes([203, 0, 113, 66])]

    run(work())


def test_a_private_address_for_a_public_name_is_refused_unless_excepted() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake:
            async with serving(policy_of(), fake.url) as box:
                assert addresses(await box.ask("inside.example.org")) == []
                assert [ready.verdict.action for _, ready, _ in box.drain()] == [Action.REFUSED]
            async with serving(policy_of(), fake.url, private_answers=["example.org"]) as box:
                assert addresses(await box.ask("inside.example.org")) == [bytes([192, 168, 1, 1])]

    run(work())


def test_a_new_generation_counts_from_the_next_packet_on() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            packet = query("www.example.org", ident=7)
            assert addresses(wire.decode_reply(await box.send(packet)).answer) == [bytes([203, 0, 113, 9])]
            box.server.adopt(policy_of("||example.org^", generation=2))
            assert addresses(wire.decode_reply(await box.send(packet)).answer) == [bytes(4)]
            box.server.adopt(policy_of(generation=3))
            assert addresses(wire.decode_reply(await box.send(packet)).answer) == [bytes([203, 0, 113, 9])]

    run(work())


def test_the_memo_answers_the_same_bytes_with_each_clients_id_and_letter_case() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            first = await box.send(query("tracking.miui.com", ident=1))
            second = await box.send(query("tracking.miui.com", ident=0xBEEF))
            assert (first[:2], second[:2]) == (b"\0\1", b"\xbe\xef")
            assert first[2:] == second[2:]
            spelled = b"\x08tRaCkInG\x04mIuI\x03CoM\0"
            mixed = query("tracking.miui.com").replace(from_text("tracking.miui.com"), spelled)
            assert spelled in await box.send(mixed)
            assert [count for _, _, count in box.drain()] == [2, 1]

    run(work())


def test_ttls_of_ready_answers_fall_and_go_with_the_answers_time() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            packet = query("www.example.org", ident=7)
            await box.send(packet)  # forwarded
            box.drain()
            await box.send(packet)  # from the cache, and from now on ready
            now = time.monotonic()
            for later in (1, 4, 8):
                box.server.clients.drain(lambda *_: None, now + later)
                reply = wire.decode_reply(await box.send(packet))
                assert 300 - later - 1 <= reply.answer.records[0].ttl <= 300 - later
            (client,) = box.server.clients
            assert client.memo
            box.server.clients.drain(lambda *_: None, now + 271)  # time to prefetch
            assert not client.memo
            assert len(fake.asked) == 1

    run(work())


def test_a_dead_upstream_is_servfail_with_the_reason_and_blocking_goes_on() -> None:
    async def work() -> None:
        async with serving(policy_of(), "udp://127.0.0.1:9") as box:
            answer = wire.decode_reply(await box.send(query("www.example.org"), timeout=8)).answer
            assert answer.rcode == SERVFAIL
            assert answer.extended
            assert addresses(await box.ask("tracking.miui.com")) == [bytes(4)]

    run(work())


def test_who_is_not_of_the_house_is_refused() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            box.server.clients._networks = ()  # as if loopback were the open internet
            reply = await box.send(query("www.example.org"))
            assert reply[3] & 15 == REFUSED
            assert fake.asked == []

    run(work())


def test_each_kind_of_odd_query_gets_the_rcode_the_standards_say() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            plain = query("www.example.org")
            for packet, rcode in (
                (plain[:2] + b"\x29\x00" + plain[4:], NOTIMP),  # opcode UPDATE
                (plain[:4] + b"\0\2" + plain[6:], FORMERR),  # two questions
                (query("www.example.org", "AXFR"), REFUSED),
                (query("www.example.org", "TYPE249"), NOTIMP),
            ):
                assert (await box.send(packet))[3] & 15 == rcode
            assert [record.type for record in (await box.ask("www.example.org", "ANY")).records] == [HINFO]
            assert (await box.ask("printer")).rcode == NXDOMAIN
            assert (await box.ask("1.1.168.192.in-addr.arpa", "PTR")).rcode == NXDOMAIN
            assert fake.asked == []

    run(work())


def test_tcp_answers_pipelined_queries_and_a_truncated_udp_answer_fits_there() -> None:
    many = [f"big.example.org 300 IN A 203.0.113.{n}" for n in range(1, 120)]

    async def work() -> None:
        async with FakeUpstream(*ZONE, *many) as fake, serving(policy_of(), fake.url) as box:
            udp = await box.send(query("big.example.org"))
            assert wire.decode_reply(udp).truncated
            assert len(udp) <= 1232
            packets = [
                query(name, ident=n) for n, name in enumerate(("big.example.org", "tracking.miui.com"))
            ]
            replies = [wire.decode_reply(reply) for reply in await box.send_tcp(*packets)]
            by_id = {reply.id: reply.answer for reply in replies}
            assert len(by_id[0].records) == 119
            assert addresses(by_id[1]) == [bytes(4)]

    run(work())


def test_rewrites_are_answered_and_a_cname_rewrite_is_followed() -> None:
    async def work() -> None:
        policy = policy_of(
            "||one.example^$dnsrewrite=203.0.113.1", "||two.example^$dnsrewrite=NOERROR;CNAME;www.example.org"
        )
        async with FakeUpstream(*ZONE) as fake, serving(policy, fake.url) as box:
            assert addresses(await box.ask("one.example")) == [bytes([203, 0, 113, 1])]
            assert addresses(await box.ask("two.example")) == [bytes([203, 0, 113, 9])]
            assert {ready.verdict.action for _, ready, _ in box.drain()} == {Action.REWRITTEN}

    run(work())


def test_a_fault_in_deciding_is_servfail_and_the_next_query_is_served() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            good = box.server._chain.policy

            class Broken:
                generation = 1
                pauses = ()

                def asker(self, address: str) -> object:
                    raise ZeroDivisionError(address)

            box.server.adopt(Broken())  # type: ignore[arg-type]  # a policy that fails in a way nobody foresaw
            assert (await box.ask("www.example.org")).rcode == SERVFAIL
            box.server.adopt(good)
            assert addresses(await box.ask("www.example.org")) == [bytes([203, 0, 113, 9])]

    run(work())


def test_names_that_nobody_answers_leave_room_for_the_names_of_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "MAX_WAITING_OF_CLIENT", 4)

    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url) as box:
            held = asyncio.Event()

            async def hold(asked: Asked) -> None:
                if asked.name.lower().startswith("never"):
                    await held.wait()

            fake.gate = hold
            waiting = [asyncio.create_task(box.send(query(f"never{n}.example"))) for n in range(4)]
            while box.server.statistics()["waiting"] < 4:
                await asyncio.sleep(0)
            # Over TCP it is said, over UDP the phone asks again by itself.
            (refused,) = await box.send_tcp(query("never4.example"))
            assert refused[3] & 15 == SERVFAIL
            with pytest.raises(TimeoutError):
                await box.send(query("never5.example"), timeout=0.05)
            assert box.server.statistics()["overload_dropped"] == 2
            assert (await box.ask("tracking.miui.com")).records  # blocked: nobody is asked
            held.set()
            await asyncio.gather(*waiting)
            assert addresses(await box.ask("www.example.org"))
            assert box.server.statistics()["waiting"] == 0

    run(work())


def test_status_has_every_count_and_what_is_over_the_limit_among_them() -> None:
    async def work() -> None:
        async with FakeUpstream(*ZONE) as fake, serving(policy_of(), fake.url, rate_limit=3) as box:
            nought = box.server.statistics()
            assert set(nought.values()) == {0}
            assert {"failed", "malformed", "overload_dropped", "rate_limited"} <= set(nought)
            for _ in range(3):
                await box.ask("tracking.miui.com")
            with pytest.raises(TimeoutError):
                await box.send(query("tracking.miui.com"), timeout=0.05)
            assert box.server.statistics()["rate_limited"] == 1

    run(work())
