import random
import select
import socket
from collections.abc import Iterator

import pytest

from gateway.dns import udp
from gateway.dns.batch import SLOTS, BatchSocket, bind_udp
from gateway.dns.feed import Feed
from gateway.dns.memo import Client, Clients, Ready
from gateway.dns.udp import UdpServer
from gateway.model import Action, Verdict
from tests.fakes.sink import ListSink

PATIENCE = 5  # seconds
ALLOWED = Verdict(Action.ALLOWED)


class Server:
    """The hot loop over real sockets, with an echo for what is not ready."""

    def __init__(self, limit: int = 1 << 62, address: str = "127.0.0.1") -> None:
        self.clients = Clients()
        self.sink = ListSink()
        self.fresh: list[bytes] = []  # packets that had no answer ready
        self.batch = BatchSocket(bind_udp(address, 0))
        self.where = self.batch.sock.getsockname()
        self.udp = UdpServer(self.batch, self.clients, limit, self._fresh)
        self._feed = Feed(self.clients, self.sink, limit)

    def _fresh(self, _batch: BatchSocket, _slot: int, packet: bytes, client: Client) -> bytes | None:
        self.fresh.append(packet)
        if packet[2:].startswith(b"silence"):
            return None
        ready = Ready(packet[2:], b" echo of" + packet[2:], None, 1, ALLOWED, dated=b"dated" in packet)
        ready.count = 1
        client.touched.append(ready)
        self.clients.remember(client, ready)
        return ready.reply

    def serve(self, packets: int) -> None:
        """Until that many more have come in."""
        until = self.udp.packets + packets
        while self.udp.packets < until:
            assert select.select([self.batch.sock], [], [], PATIENCE)[0], "nothing came in"
            self.udp.receive()

    def flush(self) -> None:
        self._feed.flush(1_700_000_000)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    with made.batch.sock:
        yield made


def phone(address: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    client = socket.socket(family, socket.SOCK_DGRAM)
    client.settimeout(PATIENCE)
    client.bind((address, 0))
    return client


def test_the_same_query_is_made_once_and_answered_each_time_with_its_own_id(server: Server) -> None:
    with phone() as client:
        for ident in (b"01", b"02", b"03"):
            client.sendto(ident + b"query", server.where)
        server.serve(3)
        assert [client.recv(100) for _ in range(3)] == [
            ident + b" echo ofquery" for ident in (b"01", b"02", b"03")
        ]
    assert server.fresh == [b"01query"]
    server.flush()
    assert [(row.count, row.bytes) for row, _ in server.sink.rows] == [(3, 3 * 7)]


def test_answers_ready_for_one_client_are_not_those_of_another(server: Server) -> None:
    with phone("127.0.0.1") as first, phone("127.0.0.2") as second:
        for client in (first, second, first, second):
            client.sendto(b"idquery", server.where)
        server.serve(4)
    assert len(server.fresh) == 2
    server.flush()
    assert sorted((row.device, row.count) for row, _ in server.sink.rows) == [
        ("127.0.0.1", 2),
        ("127.0.0.2", 2),
    ]


def test_ipv6_clients_are_served_alike() -> None:
    try:
        server = Server(address="::1")
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")
    with server.batch.sock, phone("::1") as client:
        for _ in range(2):
            client.sendto(b"idquery", server.where)
        server.serve(2)
        assert [client.recv(100) for _ in range(2)] == [b"id echo ofquery"] * 2
        server.flush()
        assert [(row.device, row.count) for row, _ in server.sink.rows] == [("::1", 2)]


def test_what_gets_no_answer_now_keeps_nobody_else_waiting(server: Server) -> None:
    with phone() as client:
        for text in (b"silence", b"query", b"silence", b"silence", b"other"):
            client.sendto(b"id" + text, server.where)
        server.serve(5)
        assert [client.recv(100) for _ in range(2)] == [b"id echo ofquery", b"id echo ofother"]
        assert not select.select([client], [], [], 0)[0]


@pytest.mark.parametrize("packet", [b"", b"x", b"id"])
def test_packets_too_short_for_an_id_and_more_are_shown_to_the_server(server: Server, packet: bytes) -> None:
    with phone() as client:
        client.sendto(packet, server.where)
        client.sendto(b"idquery", server.where)
        server.serve(2)
    assert len(server.fresh) == 2
    assert len(server.fresh[0]) == 2  # too short for the gate in any case


def test_client_over_the_limit_is_not_answered_until_the_next_second_and_others_are() -> None:
    server = Server(limit=5)
    with server.batch.sock, phone("127.0.0.1") as loud, phone("127.0.0.2") as quiet:
        for _ in range(8):
            loud.sendto(b"idquery", server.where)
        quiet.sendto(b"idquery", server.where)
        server.serve(9)
        assert [loud.recv(100) for _ in range(5)] == [b"id echo ofquery"] * 5
        assert not select.select([loud], [], [], 0)[0]
        assert quiet.recv(100) == b"id echo ofquery"
        server.flush()
        assert server.sink.count(device="127.0.0.1", action=Action.ALLOWED) == 5
        assert server.sink.count(device="127.0.0.1", action=Action.REFUSED) == 3
        assert server.sink.count(device="127.0.0.2") == 1
        loud.sendto(b"idquery", server.where)
        server.serve(1)
        assert loud.recv(100) == b"id echo ofquery"


def test_dated_answer_is_made_anew_each_second(server: Server) -> None:
    with phone() as client:
        for _ in range(3):
            for text in (b"dated", b"lasting"):
                client.sendto(b"id" + text, server.where)
                client.sendto(b"id" + text, server.where)
            server.serve(4)
            server.flush()
    assert server.fresh == [b"iddated", b"idlasting", b"iddated", b"iddated"]
    assert server.sink.count() == 12


def test_new_generation_is_asked_from_the_next_packet_on(server: Server) -> None:
    with phone() as client:
        for _ in range(2):
            client.sendto(b"idquery", server.where)
            server.serve(1)
            server.clients.forget_answers()
    assert len(server.fresh) == 2
    server.flush()
    assert server.sink.count() == 2


def test_every_query_is_accounted_for() -> None:
    chance = random.Random(7)
    server = Server(limit=150)
    phones = [phone(f"127.0.1.{number}") for number in range(1, 6)]
    sent = 0
    try:
        with server.batch.sock:
            for _ in range(40):
                burst = chance.randint(1, 120)
                for _ in range(burst):
                    text = b"%02d %s%d" % (
                        chance.randrange(100),
                        chance.choice((b"dated", b"query")),
                        chance.randrange(9),
                    )
                    chance.choice(phones).sendto(text, server.where)
                server.serve(burst)
                sent += burst
                match chance.randrange(4):
                    case 0:
                        server.flush()
                    case 1:
                        server.clients.forget_answers()
            server.flush()
    finally:
        for client in phones:
            client.close()
    assert server.udp.packets == sent
    assert server.sink.count() == sent
    assert server.sink.count(action=Action.REFUSED) > 0
    assert server.udp.lost == 0


def test_busy_socket_hands_over_in_time(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "MAX_BUSY", 0)
    with phone() as client:
        for _ in range(3 * SLOTS):
            client.sendto(b"idquery", server.where)
        server.udp.receive()
        assert server.udp.packets == SLOTS
        server.serve(2 * SLOTS)


def test_it_hands_over_sooner_while_somebody_else_waits(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(udp, "MAX_BUSY", PATIENCE)
    monkeypatch.setattr(udp, "MAX_BUSY_HURRIED", 0)
    server.udp.hurried = True
    with phone() as client:
        for _ in range(2 * SLOTS):
            client.sendto(b"idquery", server.where)
        server.udp.receive()
        assert server.udp.packets == SLOTS
        server.udp.hurried = False
        server.udp.receive()
        assert server.udp.packets == 2 * SLOTS


def test_one_call_serves_all_that_waits(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(udp, "MAX_BUSY", PATIENCE)
    with phone() as client:
        for _ in range(2 * SLOTS + 3):
            client.sendto(b"idquery", server.where)
        server.udp.receive()
    assert server.udp.packets == 2 * SLOTS + 3
