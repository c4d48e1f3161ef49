"""What upstreams, and those who pretend to be one, may send: it never reaches a client, nor the cache."""

import json
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from dnslib import DNSRecord

from tests.fakes import live_box, packets, quick_upstream, steady, upstream
from tests.fakes.dig import Reply, dig
from tests.fakes.hostile_upstream import EVIL, GOOD, HostileUpstream, edited, forged, records
from tests.fakes.live_box import LiveBox
from tests.fakes.upstream import Asked, Misbehaviour, in_a_thread, then_good

SERVFAIL = 2
BOMBS = "abcdefghijklmnopqr"  # one-letter domains: the question that tests/fakes/packets.py builds upon

Place = tuple[LiveBox, HostileUpstream]


@pytest.fixture(scope="module")
def place() -> Iterator[Place]:
    """A box, a hostile upstream for nearly everything, and a phone that asks for what is well."""
    with (
        in_a_thread(HostileUpstream()) as hostile,
        in_a_thread(HostileUpstream(tcp=False)) as udp_only,
        quick_upstream.answering() as quick,
    ):
        udp_only.misbehave = upstream.truncated
        domains = {
            "good.example": quick,
            "udp-only.example": udp_only.url,
            **dict.fromkeys(BOMBS, hostile.url),
        }
        assert len(BOMBS) >= len(packets.shapes())
        toml = ", ".join(f"{json.dumps(domain)} = [{json.dumps(url)}]" for domain, url in domains.items())
        with live_box.started(hostile.url, {"DNS__DOMAINS": f"{{{toml}}}"}) as box:
            good = {"*.good.example": quick_upstream.ADDRESS, "tracking.miui.com": "0.0.0.0"}
            with steady.phone(box.port, good, every=0.01) as phone:
                yield box, hostile
                report = phone.report()
            print(f"good client: {report}")
            report.complain()
            assert not box.faults()
            assert not box.counts()["failed"]


def ask_all(
    box: LiveBox, names: Iterable[str], *, checking_disabled: bool = False, dnssec_ok: bool = False
) -> dict[str, Reply]:
    """All at once: each may take until its deadline."""

    def ask(name: str) -> Reply:
        return dig(box.port, name, checking_disabled=checking_disabled, dnssec_ok=dnssec_ok)

    with ThreadPoolExecutor(20) as pool:
        found = {name: pool.submit(ask, name) for name in names}
        return {name: reply.result() for name, reply in found.items()}


FORGED: dict[str, Misbehaviour] = {
    "wrong-id": upstream.wrong_id,
    "wrong-question": upstream.wrong_question,
    "wrong-type": upstream.wrong_type,
    "wrong-case": upstream.wrong_case,
    "oversized": upstream.oversized,
    "garbage": upstream.garbage,
    "birthday-burst": upstream.burst,
}


def test_forged_packets_are_passed_over_for_the_real_answer(place: Place) -> None:
    box, hostile = place
    for way, bad in FORGED.items():
        hostile.over_udp[f"only-{way}"] = forged(bad)  # the real one comes over TCP
        hostile.over_udp[f"first-{way}"] = then_good(forged(bad))
    hostile.over_udp["first-other-port"] = then_good(forged(upstream.from_elsewhere))
    names = [f"{way}.forged.example" for way in hostile.over_udp]
    hostile.zone.add(*(f"{name} 300 IN A {GOOD}" for name in names))
    for _ in range(2):  # from the upstream, then from the cache
        assert {name: reply.records for name, reply in ask_all(box, names).items()} == {
            name: [GOOD] for name in names
        }
    assert sum(worker["upstreams"][0]["wrong"] for worker in box.json("status")[:2]) >= len(FORGED)


def test_where_only_forged_or_endless_answers_come_the_client_hears_servfail_in_time(place: Place) -> None:
    box, hostile = place
    # Over TCP there is no size to exceed, and no letter case to guess.
    ways = {f"never-{way}": bad for way, bad in FORGED.items() if way not in ("wrong-case", "oversized")}
    for way, bad in ways.items():
        hostile.zone.add(f"{way}.forged.example 300 IN A {GOOD}")
        hostile.over_udp[way] = hostile.over_tcp[way] = forged(bad)
    trickling = [f"trickle{number}" for number in range(8)]
    for way in trickling:
        hostile.over_udp[way] = upstream.truncated
        hostile.trickling.add(way)
    begin = time.monotonic()
    for name, reply in ask_all(box, [f"{way}.forged.example" for way in (*ways, *trickling)]).items():
        assert (reply.rcode, reply.records) == (SERVFAIL, []), name
        assert socket.inet_aton(EVIL) not in reply.data
    assert time.monotonic() - begin < 6  # a phone asks again after 5
    hostile.zone.add(f"after.forged.example 300 IN A {GOOD}")
    hostile.over_udp["after"] = upstream.truncated
    assert dig(box.port, "after.forged.example").records == [GOOD]  # over TCP, on a connection that works


BAD_CHAINS = {
    "loop": [
        "loop.chain.example 60 IN CNAME b.chain.example",
        "b.chain.example 60 IN CNAME loop.chain.example",
    ],
    "self": ["self.chain.example 60 IN CNAME self.chain.example"],
    "fork": [f"fork.chain.example 60 IN CNAME {end}.chain.example" for end in ("x", "y")],
    "endless": [
        f"{'endless' if n == 0 else f'n{n}'}.chain.example 60 IN CNAME n{n + 1}.chain.example"
        for n in range(40)
    ],
}


@pytest.mark.parametrize("way", BAD_CHAINS)
def test_looping_forked_and_endless_chains_are_refused(place: Place, way: str) -> None:
    box, hostile = place
    lines = BAD_CHAINS[way]
    hostile.over_udp[way] = edited(lambda reply: _replace_answers(reply, lines))
    reply = dig(box.port, f"{way}.chain.example")
    assert (reply.rcode, reply.records) == (SERVFAIL, [])
    assert b"CNAME" in reply.text


def _replace_answers(reply: DNSRecord, lines: Iterable[str]) -> None:
    reply.header.rcode = 0
    reply.rr, reply.auth = [], []
    for line in lines:
        reply.add_answer(*records(line))


def _add_poison(reply: DNSRecord) -> None:
    reply.add_answer(*records(f"bank.example 86400 IN A {EVIL}"))
    reply.add_auth(*records("bank.example 86400 IN NS ns.evil.example"))
    reply.add_auth(*records("example 86400 IN NS ns.evil.example"))
    reply.add_ar(*records(f"bank.example 86400 IN A {EVIL}"), *records(f"ns.evil.example 86400 IN A {EVIL}"))


def _alias_to_poison(reply: DNSRecord) -> None:
    _replace_answers(
        reply, ["alias.poison.example 60 IN CNAME bank.example", f"bank.example 86400 IN A {EVIL}"]
    )


def test_answers_for_other_names_neither_reach_the_client_nor_the_cache(place: Place) -> None:
    box, hostile = place
    hostile.zone.add(f"extra.poison.example 300 IN A {GOOD}", f"bank.example 300 IN A {GOOD}")
    hostile.over_udp["extra"] = edited(_add_poison)
    hostile.over_udp["alias"] = edited(_alias_to_poison)
    reply = dig(box.port, "extra.poison.example")
    assert reply.records == [GOOD]
    assert socket.inet_aton(EVIL) not in reply.data
    assert not reply.message.auth
    assert dig(box.port, "alias.poison.example").rcode == 0
    for name in ("bank.example", "ns.evil.example"):
        assert EVIL not in dig(box.port, name).records
        assert name in hostile.names()


def _many(count: int) -> list[bytes]:
    return [packets.record(packets.pointer(12), 1, struct.pack(">I", 0xCB007100 + n)) for n in range(count)]


def _large(count: int) -> Misbehaviour:
    def behave(good: bytes, asked: Asked) -> Iterable[bytes]:
        end = 12 + len(asked.name) + 2 + 4
        body = b"".join(_many(count))
        return [good[:2] + b"\x81\x80" + struct.pack(">4H", 1, count, 0, 0) + good[12:end] + body]

    return behave


def test_answer_of_64_kilobytes_is_refused_and_a_large_honest_one_goes_over_tcp(place: Place) -> None:
    box, hostile = place
    for way, count in (("huge", 4090), ("large", 400)):
        hostile.over_udp[way] = upstream.truncated
        hostile.over_tcp[way] = _large(count)
    begin = time.monotonic()
    refused = dig(box.port, "huge.size.example", tcp=True)
    assert (refused.rcode, refused.records) == (SERVFAIL, [])
    assert b"more than 512 records" in refused.text
    assert time.monotonic() - begin < 1
    assert len(dig(box.port, "large.size.example", tcp=True).records) == 400
    cut = dig(box.port, "large.size.example")
    assert cut.message.header.tc
    assert not cut.records


def test_truncated_over_udp_and_refused_over_tcp_is_servfail_at_once(place: Place) -> None:
    box, _ = place
    begin = time.monotonic()
    reply = dig(box.port, "www.udp-only.example")
    assert (reply.rcode, reply.records) == (SERVFAIL, [])
    assert time.monotonic() - begin < 2


def test_answers_to_cd_and_do_are_kept_apart(place: Place) -> None:
    box, hostile = place

    def by_flags(good: bytes, asked: Asked) -> Iterable[bytes]:
        last = 1 + asked.checking_disabled + 2 * asked.dnssec_ok
        return [good.replace(socket.inet_aton(GOOD), bytes((203, 0, 113, 100 + last)))]

    hostile.zone.add(f"flags.example 300 IN A {GOOD}")
    hostile.over_udp["flags"] = by_flags
    # The unchecked answer comes first: it must not be what others get.
    for _ in range(2):
        for cd, do in ((True, False), (True, True), (False, False), (False, True)):
            reply = dig(box.port, "flags.example", checking_disabled=cd, dnssec_ok=do)
            assert reply.records == [f"203.0.113.{101 + cd + 2 * do}"], (cd, do)


PRIVATE = {
    "a": "IN A 192.168.1.1",
    "loopback": "IN A 127.0.0.1",
    "zero": "IN A 0.0.0.0",
    "mapped": "IN AAAA ::ffff:a00:1",
    "ula": "IN AAAA fd00::1",
    "hint4": "IN HTTPS 1 . ipv4hint=203.0.113.9,10.0.0.1",
    "hint6": "IN HTTPS 1 . alpn=h2 ipv6hint=fe80::1",
}


@pytest.mark.parametrize("way", PRIVATE)
def test_private_addresses_for_public_names_reach_nobody(place: Place, way: str) -> None:
    box, hostile = place
    line = PRIVATE[way]
    rtype = line.split()[1]
    hostile.zone.add(
        f"{way}.private.example 300 {line}",
        f"alias-{way}.private.example 300 IN CNAME {way}.private.example",
    )
    for name in (f"{way}.private.example", f"alias-{way}.private.example"):
        for tcp in (False, True):
            for do in (False, True):
                reply = dig(box.port, name, rtype, tcp=tcp, dnssec_ok=do)
                assert (reply.rcode, reply.records) == (0, []), (name, tcp, do)
                assert b"private address" in reply.text


def _bomb(data: bytes) -> Misbehaviour:
    """`data` with the query's id and name, which is of one letter."""
    return lambda good, _: [good[:2] + data[2:12] + good[12:15] + data[15:]]


@pytest.mark.parametrize("size", [1200, 4000, 64_000])
def test_bombs_from_upstream_disturb_nobody(place: Place, size: int) -> None:
    """All at once over TCP, while the phone of the fixture goes on asking."""
    box, hostile = place
    shapes = dict(zip(BOMBS, packets.shapes(), strict=False))
    for letter, shape in shapes.items():
        hostile.over_udp[letter] = upstream.truncated
        hostile.over_tcp[letter] = _bomb(shape.packet(shape.most(size))[: packets.MAX_MESSAGE])
    # Other flags each time: a failure is remembered for some seconds.
    found = ask_all(box, shapes, checking_disabled=size == 64_000, dnssec_ok=size == 4000)
    assert {reply.rcode for reply in found.values()} <= {0, SERVFAIL}
    assert not box.faults()
