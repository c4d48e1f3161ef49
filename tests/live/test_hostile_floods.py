"""Too much of everything: connections, senders, queries, names without answer. Who asks properly is served."""

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator

import pytest

from gateway.names import from_text
from tests.fakes import live_box, quick_upstream, steady
from tests.fakes.dig import dig
from tests.fakes.live_box import LiveBox
from tests.fakes.packets import QUERY, header, opt, question

BLOCKED = "0.0.0.0"
GOOD = {
    "tracking.miui.com": BLOCKED,
    "www.good.example": quick_upstream.ADDRESS,
    "*.good.example": quick_upstream.ADDRESS,
}
RATE_LIMIT = 1000  # queries a second and client in each worker: the default
WORKERS = 2
MAX_GROWTH = 20  # MB of all roles together


@pytest.fixture(scope="module")
def box() -> Iterator[LiveBox]:
    """Asks good.example at an upstream, and everything else at one that never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as black_hole, quick_upstream.answering() as quick:
        black_hole.bind(("127.0.0.1", 0))
        url = f"udp://127.0.0.1:{black_hole.getsockname()[1]}"
        settings = {"DNS__DOMAINS": f'{{"good.example" = [{json.dumps(quick)}]}}'}
        with live_box.started(url, settings) as box:
            yield box
            assert not box.faults(), box.box.text()
            assert not box.counts()["failed"]


@contextlib.contextmanager
def sender(box: LiveBox, address: str) -> Iterator[Callable[[bytes], int]]:
    """Sends from many ports of one address in turn, so that every worker gets its share."""
    with contextlib.ExitStack() as stack:
        sockets = []
        for _ in range(16):
            sock = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            sock.bind((address, 0))
            sock.connect(("127.0.0.1", box.port))
            sockets.append(sock)
        turn = itertools.cycle(sockets)
        yield lambda packet: next(turn).send(packet)


def paced(count: int, a_second: int) -> Iterator[int]:
    """Numbers, as fast as that."""
    begin = time.monotonic()
    for number in range(count):
        if not number % 50:
            time.sleep(max(0.0, begin + number / a_second - time.monotonic()))
        yield number


def query(name: str, number: int = 0) -> bytes:
    return header(QUERY, additional=1, ident=number & 0xFFFF) + question(from_text(name)) + opt()


def test_one_client_at_20_000_queries_a_second_is_limited_and_another_is_served(box: LiveBox) -> None:
    before, seconds = box.counts(), 2
    with sender(box, "127.0.3.1") as send, steady.phone(box.port, GOOD) as phone:
        begin = time.monotonic()
        for number in paced(20_000 * seconds, 20_000):
            send(query("tracking.miui.com", number))
        took = time.monotonic() - begin
        report = phone.report()
    counts = box.counts() - before
    print(f"{20_000 * seconds} in {took:.1f} s, {dict(counts)}, good client: {report}")
    report.complain()
    served_at_most = RATE_LIMIT * WORKERS * (int(took) + 2)
    assert counts["packets"] >= 20_000 * seconds  # they have all been seen, and …
    assert counts["rate_limited"] >= 20_000 * seconds - served_at_most  # … most were not answered


def test_six_hundred_idle_connections_leave_room_for_others(box: LiveBox) -> None:
    before = box.counts()
    with contextlib.ExitStack() as stack:
        for number in range(600):
            # 30 addresses with 20 connections each: over what one client may have in one worker.
            source = (f"127.0.4.{number // 20 + 1}", 0)
            stack.enter_context(socket.create_connection(("127.0.0.1", box.port), 5, source))
        with steady.phone(box.port, GOOD) as phone:
            time.sleep(1)
        counts = box.counts()
        print(f"{counts - before}, good client: {phone.report()}")
        phone.report().complain()
        assert 0 < counts["tcp_open"] - before["tcp_open"] <= 600
    _wait_until(box, lambda: not box.counts()["tcp_open"])


def test_connections_of_one_client_are_bounded_and_counted(box: LiveBox) -> None:
    before = box.counts()
    with contextlib.ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(socket.create_connection(("127.0.0.1", box.port), 5, ("127.0.4.200", 0)))
        _wait_until(box, lambda: (box.counts() - before)["tcp_refused"] >= 100 - 16 * WORKERS)
        assert (box.counts() - before)["tcp_open"] <= 16 * WORKERS
        assert dig(box.port, "tracking.miui.com", tcp=True).records == [BLOCKED]


def test_thousands_of_forged_senders_cost_bounded_memory(box: LiveBox) -> None:
    before = box.memory()
    with steady.phone(box.port, GOOD) as phone:
        for number in paced(6000, 3000):
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
                sock.bind((f"127.16.{number // 256}.{number % 256}", 0))
                sock.sendto(query("tracking.miui.com", number), ("127.0.0.1", box.port))
        report = phone.report()
    grown = {role: round(mb - before[role], 1) for role, mb in box.memory().items()}
    print(f"grown by {grown} MB, good client: {report}")
    report.complain()
    assert sum(grown.values()) < MAX_GROWTH, grown


def test_names_that_nobody_answers_do_not_hold_up_what_is_blocked(box: LiveBox) -> None:
    before, memory = box.counts(), box.memory()
    with sender(box, "127.0.5.1") as send, steady.phone(box.port, GOOD) as phone:
        for number in paced(5000, 2500):
            send(query(f"n{number}.never.example", number))
        report = phone.report()
    counts = box.counts()
    grown = {role: round(mb - memory[role], 1) for role, mb in box.memory().items()}
    print(f"{counts - before}, grown by {grown} MB, good client: {report}")
    report.complain()
    assert (counts - before)["overload_dropped"] > 0  # told, not silently
    assert counts["waiting"] <= 250 * WORKERS
    assert sum(grown.values()) < MAX_GROWTH, grown
    _wait_until(box, lambda: not box.counts()["waiting"])


def _wait_until(box: LiveBox, true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not true():
        assert time.monotonic() < deadline, box.counts()
