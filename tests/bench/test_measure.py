import os
import socket
import subprocess
import sys
import threading

import pytest

from tests.bench import measure, servers


def test_own_cpu_time_grows_with_work() -> None:
    before = measure.cpu_seconds([os.getpid()])
    sum(range(2_000_000))
    assert measure.cpu_seconds([os.getpid()]) > before


def test_tree_holds_the_children_and_ended_processes_cost_nothing() -> None:
    life = [sys.executable, "-c", "print(flush=True); input()"]
    with subprocess.Popen(life, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()  # a program that is still being loaded weighs next to nothing
        assert child.pid in measure.tree(os.getpid())
        assert measure.pss_mb([child.pid]) > 1
    assert child.pid not in measure.tree(os.getpid())
    assert measure.cpu_seconds([child.pid]) == measure.pss_mb([child.pid]) == 0


@pytest.mark.parametrize("owner", ["pointer", "spelled"])
def test_address_is_read_from_an_answer(owner: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))

        def answer() -> None:
            data, sender = server.recvfrom(512)
            name = b"\xc0\x0c" if owner == "pointer" else data[12:-4]
            record = name + b"\0\1\0\1\0\0\0\x3c\0\4\xcb\0\x71\x09"
            server.sendto(data[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + data[12:] + record, sender)

        thread = threading.Thread(target=answer)
        thread.start()
        assert measure.ask(server.getsockname()[1], "a.example", timeout=10) == "203.0.113.9"
        thread.join()


def test_waiting_for_a_dead_server_ends() -> None:
    with pytest.raises(TimeoutError):
        measure.wait_for(1, "a.example", "0.0.0.0", alive=lambda: False)


def test_peer_is_read() -> None:
    found = servers.peer(f"other=[::1]:53,{os.getpid()}")
    assert (found.name, found.address, found.port, found.pid) == ("other", "::1", 53, os.getpid())


@pytest.mark.parametrize(
    "text", ["", "a", "a=b:53", "a=127.0.0.1:x,1", "a=127.0.0.1:53,999999999", "=1:53,1"]
)
def test_what_names_no_running_peer_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="PID"):
        servers.peer(text)
