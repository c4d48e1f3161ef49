import asyncio
import contextlib
import socket
import struct

import pytest

from gateway.dns import tcp
from gateway.dns.gate import MAX_QUERY
from gateway.dns.memo import Client
from tests.fakes.tcp import PATIENCE, Server, echo, framed, serving
from tests.loops import in_a_loop


@in_a_loop
async def test_several_queries_at_once_are_all_answered_and_counted() -> None:
    async with serving() as server:
        phone = await server.connect(*(b"query %d" % n for n in range(100)))
        replies = await phone.replies(100)
        assert replies == {b"echo of query %d" % n for n in range(100)}
        (client,) = server.clients
        assert (client.device, client.count, server.tcp.open) == ("127.0.0.1", 100, 1)


@in_a_loop
async def test_answers_go_out_as_they_are_ready() -> None:
    slow_may_go = asyncio.Event()

    async def answer(packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        if packet == b"slow":
            await slow_may_go.wait()
        return packet

    async with serving(answer) as server:
        phone = await server.connect(b"slow", b"quick")
        assert await phone.reply() == b"quick"
        slow_may_go.set()
        assert await phone.reply() == b"slow"


@in_a_loop
async def test_query_may_come_octet_by_octet() -> None:
    async with serving() as server:
        phone = await server.connect()
        for octet in framed(b"query"):
            phone.writer.write(bytes((octet,)))
            await phone.writer.drain()
        assert await phone.reply() == b"echo of query"


@in_a_loop
async def test_server_is_told_the_client_and_the_address_that_was_asked() -> None:
    told: list[tuple[str, bytes]] = []

    async def answer(packet: bytes, client: Client, local: bytes) -> bytes | None:
        told.append((client.device, local))
        return packet

    for host in ("127.0.0.1", "::1"):
        try:
            async with serving(answer, host=host) as server:
                phone = await server.connect(b"query", host=host)
                await phone.reply()
        except OSError as error:
            pytest.skip(f"no IPv6 here: {error}")
    assert told == [("127.0.0.1", b"\x7f\0\0\1"), ("::1", bytes(15) + b"\1")]


@in_a_loop
async def test_client_that_has_sent_all_gets_its_answers() -> None:
    async with serving() as server:
        phone = await server.connect(b"one", b"two")
        phone.writer.write_eof()
        assert await phone.replies(2) == {b"echo of one", b"echo of two"}
        assert await phone.is_closed()


@in_a_loop
async def test_idle_connection_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "IDLE", 0.05)
    async with serving() as server:
        phone = await server.connect(b"query")
        assert await phone.reply() == b"echo of query"
        assert await phone.is_closed()
        await server.ended.get()
        assert server.tcp.open == 0


@in_a_loop
async def test_answer_under_way_is_awaited_when_the_connection_goes_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "IDLE", 0.01)

    async def answer(packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        for _ in range(5):
            await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=0.01)
        return packet

    async with serving(answer) as server:
        phone = await server.connect(b"query")
        assert await phone.reply() == b"query"


@pytest.mark.parametrize("part", [b"\0", b"\0\x05", b"\0\x05half"])
@in_a_loop
async def test_half_a_message_is_not_waited_for_forever(monkeypatch: pytest.MonkeyPatch, part: bytes) -> None:
    monkeypatch.setattr(tcp, "IDLE", 0.05)
    monkeypatch.setattr(tcp, "SLOW", 0.05)
    async with serving() as server:
        phone = await server.connect()
        phone.writer.write(part)
        assert await phone.is_closed()


@pytest.mark.parametrize("size", [MAX_QUERY + 1, 0xFFFF])
@in_a_loop
async def test_length_of_no_query_ends_the_connection(size: int) -> None:
    async with serving() as server:
        phone = await server.connect()
        phone.writer.write(size.to_bytes(2, "big"))
        assert await phone.is_closed()


@in_a_loop
async def test_what_gets_no_answer_ends_the_connection() -> None:
    async def answer(_packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        return None

    async with serving(answer) as server:
        for packet in (b"", b"rubbish"):
            phone = await server.connect(packet)
            assert await phone.is_closed()


@in_a_loop
async def test_fault_in_one_answer_is_logged_and_the_next_is_given(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        if packet == b"bad":
            raise ValueError("a fault of ours")
        return packet

    async with serving(answer) as server:
        phone = await server.connect(b"bad", b"good")
        assert await phone.reply() == b"good"
    assert "a fault of ours" in caplog.text


@in_a_loop
async def test_no_more_than_so_many_queries_of_a_connection_are_under_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "MAX_IN_FLIGHT", 3)
    under_way = most = 0

    async def answer(packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        for _ in range(20):  # so that all that may be read is read
            await asyncio.wait([asyncio.ensure_future(_nothing())])
        under_way -= 1
        return packet

    async with serving(answer) as server:
        phone = await server.connect(*(b"%d" % n for n in range(20)))
        assert await phone.replies(20) == {b"%d" % n for n in range(20)}
        assert most == 3


async def _nothing() -> None:
    return None


@in_a_loop
async def test_client_that_reads_nothing_is_given_up_and_holds_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "SLOW", 0.1)

    async def answer(_packet: bytes, _client: Client, _local: bytes) -> bytes | None:
        return bytes(65_535)

    async with serving(answer) as server:
        with socket.socket() as greedy:
            greedy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            greedy.setblocking(False)
            await asyncio.get_running_loop().sock_connect(greedy, ("127.0.0.1", server.port))
            # More answers than the kernel keeps for both ends.
            await asyncio.get_running_loop().sock_sendall(greedy, framed(b"query") * 400)
            writer = await server.ended.get()
            assert (server.tcp.open, len(server.tasks)) == (0, 0)
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()  # though its answers were never taken


@in_a_loop
async def test_client_that_vanishes_is_let_go() -> None:
    async with serving() as server:
        phone = await server.connect(b"query", b"\0")
        reset(phone.writer.get_extra_info("socket"))
        phone.writer.transport.abort()
        await server.ended.get()
        assert server.tcp.open == 0


def reset(sock: socket.socket) -> None:
    """Let closing this socket be a reset and not a farewell."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@in_a_loop
async def test_client_that_is_gone_before_it_was_accepted_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(echo, 100)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with socket.create_connection(listening.getsockname()) as early:
            reset(early)
        listener = await asyncio.start_server(server.serve, sock=listening)
        async with asyncio.timeout(PATIENCE):
            await server.ended.get()
        listener.close()
    assert (server.tcp.open, server.tcp.refused) == (0, 0)
    assert not caplog.records


@in_a_loop
async def test_one_client_has_only_so_many_connections_and_another_is_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tcp, "MAX_PER_CLIENT", 2)
    async with serving(host="0.0.0.0") as server:
        first, second = await server.connect(b"one"), await server.connect(b"two")
        assert [await first.reply(), await second.reply()] == [b"echo of one", b"echo of two"]
        third = await server.connect(b"three")
        assert await third.is_closed()
        assert (server.tcp.open, server.tcp.refused) == (2, 1)
        other = await server.connect(b"other", own="127.0.0.2")
        assert await other.reply() == b"echo of other"
        await first.close()
        while server.tcp.open > 2:
            await server.ended.get()
        fourth = await server.connect(b"four")
        assert await fourth.reply() == b"echo of four"


@in_a_loop
async def test_a_worker_has_only_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp, "MAX_CONNECTIONS", 1)
    async with serving() as server:
        first = await server.connect(b"one")
        await first.reply()
        second = await server.connect(b"two")
        assert await second.is_closed()


@in_a_loop
async def test_client_that_is_not_of_the_house_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.dns.memo.HOUSE_NETWORKS", ())
    async with serving() as server:
        phone = await server.connect(b"query")
        assert await phone.is_closed()
        assert server.tcp.refused == 1


@in_a_loop
async def test_connection_over_the_rate_limit_is_closed_and_the_excess_counted() -> None:
    async with serving(limit=3) as server:
        phone = await server.connect(*(b"%d" % n for n in range(5)))
        assert await phone.replies(3) == {b"echo of %d" % n for n in range(3)}
        assert await phone.is_closed()
        (client,) = server.clients
        assert client.count == 4  # one over the limit; what was not read is not counted


@in_a_loop
async def test_connection_outlives_what_is_remembered_of_its_client() -> None:
    async with serving(limit=2) as server:
        phone = await server.connect(b"one")
        await phone.reply()
        for number in range(2, 6000):  # a flood of forged senders
            server.clients.of(number.to_bytes(4, "big"))
        for _ in range(3):
            phone.send(b"more")
            assert await phone.reply() == b"echo of more"
            assert [each.count for each in server.clients if each.count] == [1]
            server.clients.drain(lambda _client, _ready: None)
