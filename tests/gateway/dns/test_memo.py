import socket
from ipaddress import ip_address

import pytest

from gateway.dns import memo, wire
from gateway.dns.memo import Client, Clients, Ready
from gateway.dns.wire import Query, Record
from gateway.errors import WireError
from gateway.iana import NS
from gateway.model import Action, Verdict
from tests.fakes.values import question, record

ALLOWED = Verdict(Action.ALLOWED)


def packed(number: int) -> bytes:
    return (10 << 24 | number).to_bytes(4, "big")


def ready(key: bytes = b"query", *, dated: bool = False) -> Ready:
    return Ready(key, b"reply", b"\1a\0", 1, ALLOWED, dated=dated)


def give(clients: Clients, client: Client, answer: Ready, times: int = 1) -> None:
    """As the server does it for a fresh answer, and the hot loop for a ready one."""
    answer.count = times
    client.touched.append(answer)
    clients.remember(client, answer)


def drained(clients: Clients) -> list[tuple[str, bytes, int]]:
    found: list[tuple[str, bytes, int]] = []
    clients.drain(lambda client, answer: found.append((client.device, answer.key, answer.count)))
    return found


def test_client_is_the_same_by_key_and_by_address() -> None:
    clients = Clients()
    client = clients.meet(1, packed(1))
    assert clients.of(packed(1)) is client is clients.known[1]
    assert list(clients) == [client]
    assert (client.device, client.address) == ("10.0.0.1", ip_address("10.0.0.1"))


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.31.0.1",
        "192.168.77.2",
        "100.64.0.1",
        "169.254.1.1",
        "127.0.0.1",
        "::1",
        "fd77::2",
        "fe80::1",
    ],
)
def test_the_house_is_answered(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    assert Clients().of(socket.inet_pton(family, address)).allowed


@pytest.mark.parametrize(
    "address", ["203.0.113.1", "172.32.0.1", "100.128.0.1", "8.8.8.8", "2001:db8::1", "::2"]
)
def test_others_are_answered_only_where_the_settings_say_so(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    raw = socket.inet_pton(family, address)
    assert not Clients().of(raw).allowed
    assert Clients((f"{address}/{len(raw) * 8}",)).of(raw).allowed


def test_what_was_given_is_handed_over_once_with_its_count() -> None:
    clients = Clients()
    first, second = clients.of(packed(1)), clients.of(packed(2))
    give(clients, first, ready(b"a"), 3)
    give(clients, first, ready(b"b"), 2)
    give(clients, second, ready(b"a"), 1)
    first.count = 5
    assert sorted(drained(clients)) == [("10.0.0.1", b"a", 3), ("10.0.0.1", b"b", 2), ("10.0.0.2", b"a", 1)]
    assert first.count == 0
    assert drained(clients) == []
    assert set(first.memo) == {b"a", b"b"}


def test_dated_answers_are_gone_after_a_drain_and_the_others_stay() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    give(clients, client, ready(b"dated", dated=True))
    give(clients, client, ready(b"lasting"))
    drained(clients)
    assert set(client.memo) == {b"lasting"}


def ageing(*records: Record, until: float = 1000.0) -> Ready:
    """An answer of second 100 with EDNS, its DO flag set."""
    asked = question("www.example.org")
    query = Query(1, 0, asked, edns_version=0, dnssec_ok=True)
    reply = wire.encode_reply(query, wire.Answer(0, records), 4096)
    return Ready(b"query", reply[2:], asked.name, 1, ALLOWED, dated=True, made=100.0, until=until)


def ttls(answer: Ready) -> list[int]:
    reply = wire.decode_reply(bytes(2) + answer.reply).answer
    return [each.ttl for each in (*reply.records, *reply.authority)]


def tick(clients: Clients, now: float) -> None:
    clients.drain(lambda _client, _answer: None, now)


def test_answer_in_use_counts_its_ttls_down_and_touches_nothing_else() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    answer = ageing(record("www.example.org 30 A 192.0.2.1"), record("www.example.org 2 A 192.0.2.2"))
    before = answer.reply
    give(clients, client, answer)
    for now, expected in ((100.9, [30, 2]), (101.9, [29, 1]), (103.0, [27, 0]), (107.0, [23, 0])):
        give(clients, client, answer)
        tick(clients, now)
        assert ttls(answer) == expected
        assert client.memo == {b"query": answer}
    answer.grow_old(100.0)  # as if no time had gone by
    assert answer.reply == before


@pytest.mark.parametrize(("until", "gone_at"), [(103.0, 103.0), (1000.0, 101.5 + memo.IDLE)])
def test_dated_answer_goes_when_it_is_due_or_nobody_wants_it(until: float, gone_at: float) -> None:
    clients = Clients()
    client = clients.of(packed(1))
    give(clients, client, ageing(record("www.example.org 300 A 192.0.2.1"), until=until))
    now = 101.0
    while now < gone_at:
        tick(clients, now)
        assert client.memo
        now += 0.5
    tick(clients, gone_at)
    assert client.memo == {}
    assert client.aging == []


def test_answer_that_the_gate_would_refuse_is_made_anew_and_harms_nobody() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    target = b"\x01x" * 120 + b"\0"  # nine times: more labels than the gate takes
    costly = ageing(*[Record(b"\1a\0", NS, 1, 300, target)] * 9)
    with pytest.raises(WireError):
        wire.decode_reply(bytes(2) + costly.reply)
    give(clients, client, costly)
    tick(clients, 101.0)
    assert client.memo == {}


def test_drain_does_not_drop_the_answer_that_took_the_place_of_a_dated_one() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    give(clients, client, ready(dated=True))
    clients.forget_answers()  # a new generation
    lasting = ready()
    give(clients, client, lasting)
    assert [count for _, _, count in drained(clients)] == [1, 1]
    assert client.memo == {b"query": lasting}


def test_new_generation_forgets_answers_and_askers_but_no_count() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    give(clients, client, ready(), 4)
    client.asker = object()
    clients.forget_answers()
    assert client.memo == {}
    assert client.asker is None
    assert drained(clients) == [("10.0.0.1", b"query", 4)]


def test_long_queries_are_not_remembered() -> None:
    clients = Clients()
    client = clients.of(packed(1))
    clients.remember(client, ready(bytes(memo.MAX_KEY)))
    clients.remember(client, ready(bytes(memo.MAX_KEY + 1)))
    assert [len(key) for key in client.memo] == [memo.MAX_KEY]


def test_ready_answers_of_all_clients_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MAX_READY", 100)
    clients = Clients()
    for number in range(1000):
        clients.remember(clients.of(packed(number % 7)), ready(b"%d" % number))
        assert sum(len(client.memo) for client in clients) <= 100
    assert clients.of(packed(999 % 7)).memo  # the newest is there


def test_equal_answers_count_once_against_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MAX_READY", 3)
    clients = Clients()
    client = clients.of(packed(1))
    clients.remember(client, ready(b"kept"))
    for _ in range(10):  # several at once wait for one upstream
        clients.remember(client, ready(b"again"))
    assert set(client.memo) == {b"kept", b"again"}


def test_flood_of_forged_senders_is_bounded_and_spares_who_was_answered() -> None:
    clients = Clients()
    phone = clients.meet(0, packed(0))
    give(clients, phone, ready(), 2)
    for number in range(1, 4 * memo.MAX_CLIENTS):
        clients.meet(number, packed(number))
        assert len(clients.known) <= memo.MAX_CLIENTS
    assert len(list(clients)) <= memo.MAX_CLIENTS
    assert clients.of(packed(0)) is phone
    assert phone.memo
    assert drained(clients) == [("10.0.0.0", b"query", 2)]
    assert clients.forgotten == 0


def test_flood_of_senders_that_are_all_answered_is_bounded_and_no_query_uncounted() -> None:
    clients = Clients()
    senders = 3 * memo.MAX_CLIENTS
    for number in range(senders):
        client = clients.meet(number, packed(number))
        client.count += 2
        give(clients, client, ready(), 2)
        assert len(clients.known) <= memo.MAX_CLIENTS
    assert len(list(clients)) <= memo.MAX_CLIENTS
    told = sum(count for _, _, count in drained(clients))
    assert told + clients.forgotten == 2 * senders
    assert told <= 2 * memo.MAX_CLIENTS


def test_answers_of_forgotten_clients_do_not_count_against_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MAX_CLIENTS", 10)
    monkeypatch.setattr(memo, "MAX_READY", 12)
    clients = Clients()
    for number in range(10):
        clients.remember(clients.of(packed(number)), ready())
    phone = clients.of(packed(10))  # the other ten asked nothing in this second
    for number in range(12):
        clients.remember(phone, ready(b"%d" % number))
    assert len(phone.memo) == 12
