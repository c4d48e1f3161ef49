import mmap
import select
import socket
from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from gateway.dns.batch import SLOT_SIZE, SLOTS, BatchSocket, bind_tcp, bind_udp
from gateway.dns.gate import MAX_QUERY

PATIENCE = 5  # seconds
LOOPBACK = {"0.0.0.0": "127.0.0.1", "127.0.0.1": "127.0.0.1", "::": "::1", "::1": "::1"}


def open_batch(address: str) -> BatchSocket:
    try:
        return BatchSocket(bind_udp(address, 0))
    except OSError as error:
        if ":" not in address:
            raise
        pytest.skip(f"no IPv6 here: {error}")


@pytest.fixture(params=LOOPBACK)
def batch(request: pytest.FixtureRequest) -> Iterator[BatchSocket]:
    opened = open_batch(request.param)
    with opened.sock:
        yield opened


def client_of(batch: BatchSocket, address: str = "") -> socket.socket:
    client = socket.socket(batch.sock.family, socket.SOCK_DGRAM)
    client.settimeout(PATIENCE)
    if address:
        client.bind((address, 0))
    return client


def where(batch: BatchSocket) -> tuple[str, int]:
    host, port = batch.sock.getsockname()[:2]
    return LOOPBACK[host], port


def receive(batch: BatchSocket) -> int:
    assert select.select([batch.sock], [], [], PATIENCE)[0], "nothing came in"
    return batch.receive()


def packet(batch: BatchSocket, count: int, slot: int) -> bytes:
    return bytes(batch.data[slot * SLOT_SIZE :][: batch.lengths(count)[slot]])


def answer(batch: BatchSocket, slot: int, reply: bytes) -> None:
    batch.data[slot * SLOT_SIZE : slot * SLOT_SIZE + len(reply)] = reply
    batch.out_words[2 * slot + 1] = len(reply)


def fill(batch: BatchSocket, client: socket.socket, count: int) -> int:
    """Send `count` numbered packets and have them all in the slots."""
    for number in range(count):
        client.sendto(b"query %d" % number, where(batch))
    received = receive(batch)
    assert received == count
    return received


def replies(client: socket.socket, count: int) -> set[bytes]:
    return {client.recv(100) for _ in range(count)}


def nothing_waits(client: socket.socket) -> bool:
    return not select.select([client], [], [], 0)[0]


def test_200_packets_come_in_and_are_answered(batch: BatchSocket) -> None:
    with client_of(batch) as first, client_of(batch) as second:
        for number in range(200):
            (first, second)[number % 2].sendto(b"query %d" % number, where(batch))
        taken = lost = 0
        while taken < 200:
            count = receive(batch)
            assert 0 < count <= SLOTS
            for slot in range(count):
                answer(batch, slot, packet(batch, count, slot).replace(b"query", b"a longer reply"))
            lost += batch.send(count, [])
            taken += count
        assert (taken, lost) == (200, 0)
        assert replies(first, 100) == {b"a longer reply %d" % number for number in range(0, 200, 2)}
        assert replies(second, 100) == {b"a longer reply %d" % number for number in range(1, 200, 2)}
        assert batch.receive() == 0


@pytest.mark.parametrize("asked", ["127.0.0.1", "127.0.0.2", "127.0.0.3"])
def test_answers_leave_from_the_ipv4_address_that_was_asked(asked: str) -> None:
    batch = open_batch("0.0.0.0")
    port = batch.sock.getsockname()[1]
    with batch.sock, client_of(batch) as client:
        client.sendto(b"query", (asked, port))
        assert receive(batch) == 1
        path = batch.return_path(0)
        assert path.local_address == socket.inet_aton(asked)
        assert path.interface == socket.if_nametoindex("lo")
        answer(batch, 0, b"at once")
        batch.send(1, [])
        assert client.recvfrom(100) == (b"at once", (asked, port))
        assert batch.send_later(b"later", path)
        assert client.recvfrom(100) == (b"later", (asked, port))


def test_answers_leave_from_the_ipv6_address_that_was_asked() -> None:
    batch = open_batch("::")
    port = batch.sock.getsockname()[1]
    with batch.sock, client_of(batch) as client:
        client.sendto(b"query", ("::1", port))
        assert receive(batch) == 1
        path = batch.return_path(0)
        assert path.local_address == socket.inet_pton(socket.AF_INET6, "::1")
        assert path.interface == socket.if_nametoindex("lo")
        assert batch.send_later(b"later", path)
        assert client.recvfrom(100)[1][:2] == ("::1", port)


@pytest.mark.parametrize("address", ["127.0.0.2", "::1"])
def test_socket_with_one_address_knows_it_without_asking_the_kernel(address: str) -> None:
    batch = open_batch(address)
    with batch.sock, client_of(batch) as client:
        client.sendto(b"query", batch.sock.getsockname()[:2])
        receive(batch)
        path = batch.return_path(0)
        assert (path.local_address, path.interface, path.control) == (ip_address(address).packed, 0, b"")
        assert batch.send_later(b"later", path)
        assert client.recvfrom(100)[1][0] == address


def test_late_answer_reaches_its_asker_after_the_slot_was_used_again(batch: BatchSocket) -> None:
    with client_of(batch) as first, client_of(batch) as second:
        fill(batch, first, 1)
        path = batch.return_path(0)
        fill(batch, second, 1)
        assert batch.send_later(b"late", path)
        assert first.recv(100) == b"late"
        assert nothing_waits(second)


def test_skipped_slots_get_no_answer_and_the_others_do(batch: BatchSocket) -> None:
    for skip in ([], [0], [9], [0, 1, 2], [3, 7], [0, 4, 5, 9], list(range(10))):
        with client_of(batch) as client:
            count = fill(batch, client, 10)
            for slot in range(count):
                answer(batch, slot, b"reply %d" % slot)
            assert batch.send(count, skip) == 0
            wanted = {b"reply %d" % slot for slot in range(10) if slot not in skip}
            assert replies(client, len(wanted)) == wanted
            assert nothing_waits(client)


@pytest.mark.parametrize("unreachable", [[0], [5], [9], [4, 5], [0, 2, 9]])
def test_unreachable_peers_cost_their_own_answer_only(batch: BatchSocket, unreachable: list[int]) -> None:
    with client_of(batch) as client:
        count = fill(batch, client, 10)
        for slot in range(count):
            answer(batch, slot, b"reply %d" % slot)
        for slot in unreachable:
            batch._names[slot * 32 + 2 : slot * 32 + 4] = bytes(2)  # port 0: the kernel refuses it
        assert batch.send(count, [6]) == len(unreachable)
        wanted = {b"reply %d" % slot for slot in range(10) if slot not in (*unreachable, 6)}
        assert replies(client, len(wanted)) == wanted
        assert nothing_waits(client)
        # The kernel's words of one batch leave nothing behind for the next.
        assert fill(batch, client, 10) == 10


def test_late_answer_that_cannot_go_is_told(batch: BatchSocket) -> None:
    with client_of(batch) as client:
        fill(batch, client, 1)
        path = batch.return_path(0)
        nowhere = path._replace(peer=path.peer[:2] + bytes(2) + path.peer[4:])
        assert not batch.send_later(b"late", nowhere)
        assert batch.send_later(b"late", path)


@pytest.mark.parametrize("size", [MAX_QUERY + 1, SLOT_SIZE - 1, SLOT_SIZE, SLOT_SIZE + 1, 65_000])
def test_oversized_packet_arrives_cut_but_longer_than_any_query_may_be(batch: BatchSocket, size: int) -> None:
    with client_of(batch) as client:
        client.sendto(bytes(size), where(batch))
        client.sendto(b"the next one", where(batch))
        count = receive(batch)
        assert batch.lengths(count)[0] == min(size, SLOT_SIZE) > MAX_QUERY
        assert packet(batch, count, 1) == b"the next one"


def test_empty_packet_has_no_length(batch: BatchSocket) -> None:
    with client_of(batch) as client:
        client.sendto(b"", where(batch))
        client.sendto(b"x", where(batch))
        assert batch.lengths(receive(batch)) == [0, 1]


def test_key_of_a_peer_is_its_address_whatever_the_port() -> None:
    batch = open_batch("127.0.0.1")
    with (
        batch.sock,
        client_of(batch, "127.0.0.1") as one,
        client_of(batch, "127.0.0.1") as same,
        client_of(batch, "127.0.0.9") as other,
    ):
        for client in (one, same, other):
            client.sendto(b"query", where(batch))
        first, second, third = batch.peers(receive(batch))
        assert first == second != third
        assert [batch.address(slot) for slot in range(3)] == [b"\x7f\0\0\1", b"\x7f\0\0\1", b"\x7f\0\0\x09"]


def test_ipv6_peer_is_known_by_its_address() -> None:
    batch = open_batch("::1")
    with batch.sock, client_of(batch) as client:
        count = fill(batch, client, 2)
        assert batch.peers(count) == [bytes(15) + b"\1"] * 2
        assert batch.address(1) == bytes(15) + b"\1"


def test_buffers_the_kernel_writes_to_cannot_move(batch: BatchSocket) -> None:
    with pytest.raises(BufferError):
        batch.data.resize(SLOTS * SLOT_SIZE + mmap.PAGESIZE)


def test_workers_share_a_port() -> None:
    with bind_udp("127.0.0.1", 0) as first, bind_udp(*first.getsockname()) as second:
        assert first.getsockname() == second.getsockname()
    with bind_tcp("127.0.0.1", 0) as first, bind_tcp(*first.getsockname()) as second:
        assert first.getsockname() == second.getsockname()


@pytest.mark.parametrize("bind", [bind_udp, bind_tcp])
@pytest.mark.parametrize("address", ["203.0.113.1", "2001:db8::1"])
def test_address_that_cannot_be_had_is_named(bind: object, address: str) -> None:
    assert callable(bind)
    with pytest.raises(OSError, match=rf"{address} port 5399") as caught:
        bind(address, 5399)
    assert caught.value.errno


def test_ipv6_socket_takes_no_ipv4() -> None:
    batch = open_batch("::")
    with batch.sock, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("0.0.0.0", batch.sock.getsockname()[1]))  # would be taken
