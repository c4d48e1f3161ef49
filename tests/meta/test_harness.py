"""The test bed itself: namespaces that connect and vanish, goldens, what is left behind."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import leftovers, parts
from tests.fakes import network
from tests.fakes.ports import free_port
from tests.goldens import Golden
from tests.meta import tree


@pytest.mark.parametrize(
    ("address", "family"), [(network.WEB, socket.AF_INET), (network.WEB_6, socket.AF_INET6)]
)
def test_phone_reaches_the_world_through_the_gateway(
    topology: network.Topology, address: str, family: socket.AddressFamily
) -> None:
    with topology.world.entered():
        server = socket.create_server((address, 80), family=family)
    with topology.phone.entered():
        client = socket.socket(family)
    with server, client:
        client.settimeout(5)
        client.connect((address, 80))
        server.settimeout(5)
        peer, from_ = server.accept()
        peer.close()
    assert from_[0] in (network.PHONE, network.PHONE_6)


def test_a_thread_is_back_home_after_it_has_entered_a_namespace(topology: network.Topology) -> None:
    home = Path("/proc/thread-self/ns/net").readlink()
    with topology.phone.entered():
        assert Path("/proc/thread-self/ns/net").readlink() != home
    assert Path("/proc/thread-self/ns/net").readlink() == home


def test_programs_in_the_phone_ask_the_gateway_for_names(topology: network.Topology) -> None:
    assert topology.phone.run("cat", "/etc/resolv.conf").stdout == f"nameserver {network.GATEWAY}\n"


def test_a_closed_topology_leaves_no_namespace_and_no_process(topology: network.Topology) -> None:
    process = topology.world.start("sleep", "600")
    topology.close()
    assert process.returncode is not None
    assert not list(Path("/run/netns").glob(f"{network.PREFIX}[0-9]*"))
    assert not list(Path("/etc").glob(f"netns/{network.PREFIX}*"))
    topology.close()


def test_an_orphan_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(leftovers.MARK, "of this test alone")
    script = (
        "import subprocess as s; print(s.Popen(['sleep', '600'], stdout=s.DEVNULL, stderr=s.DEVNULL).pid)"
    )
    orphan = int(subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout)
    try:
        assert list(leftovers.processes()) == [(orphan, "sleep 600")]
    finally:
        os.kill(orphan, signal.SIGKILL)


# Two tests that leave a process behind, and one that takes its worker with it.
SLOVENLY = """
import os, subprocess
def test_leaves(): subprocess.Popen(["sleep", "601"])
def test_leaves_too(): subprocess.Popen(["sleep", "602"])
def test_dies():
    subprocess.Popen(["sleep", "603"])
    os._exit(1)
def test_is_tidy(): pass
"""


@pytest.mark.parametrize("workers", [2, 3])
def test_what_workers_leave_is_found_once_even_of_one_that_died(tmp_path: Path, workers: int) -> None:
    pytest.importorskip("xdist", reason="pytest-xdist is not installed; deploy/test does it")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_slovenly.py").write_text(SLOVENLY)
    call = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-n",
        str(workers),
    ]
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    done = subprocess.run(
        call,
        cwd=tmp_path,
        env={**inherited, "PYTHONPATH": str(tree.ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "3 passed" in done.stdout
    assert sorted(re.findall(r"^process \d+: (.*)$", done.stdout, re.M)) == [
        "sleep 601",
        "sleep 602",
        "sleep 603",
    ]


def test_whatever_is_to_run_by_file_or_alone_is_there() -> None:
    for named in (*parts.RUN_BY_FILE, *parts.RUN_ALONE):
        path, _, function = named.partition("::")
        assert (tree.ROOT / path).exists(), named
        assert not function or f"\ndef {function}" in (tree.ROOT / path).read_text(encoding="utf-8"), named


def test_a_part_is_the_whole_file_or_one_test_of_it() -> None:
    assert parts.part_of("tests/live/test_stalls.py::test_x") == parts.ALONE
    assert parts.part_of("tests/browser/test_log.py::test_x") == parts.BY_FILE
    assert parts.part_of("tests/live/test_accept.py::test_x") == parts.BESIDE


def test_there_are_workers_only_where_there_is_room_for_two() -> None:
    gigabyte = 1 << 30
    assert [parts.workers(processors, 16 * gigabyte) for processors in (1, 2, 4)] == [0, 2, 4]
    assert [parts.workers(4, memory * gigabyte) for memory in (1, 2, 4)] == [0, 3, 4]


def test_a_port_is_given_to_one_process_alone() -> None:
    ports = "from tests.fakes.ports import free_port; print(*(free_port() for _ in range(100)), flush=True)"
    with contextlib.ExitStack() as stack:
        given = [str(free_port()) for _ in range(100)]
        for _ in range(2):
            call = [sys.executable, "-c", f"{ports}; input()"]
            process = stack.enter_context(
                subprocess.Popen(
                    call, cwd=tree.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            stack.callback(process.kill)  # what is reserved is so for as long as the process lives
            assert process.stdout is not None
            given += process.stdout.readline().split()
    assert len(given) == len(set(given)) == 300


def test_goldens_are_compared_and_written_anew(tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="--update-golden"):
        Golden(update=False, folder=tmp_path).check("a.txt", "one\n")
    Golden(update=True, folder=tmp_path).check("a.txt", "one\n")
    Golden(update=False, folder=tmp_path).check("a.txt", "one\n")
    with pytest.raises(pytest.fail.Exception, match="two"):
        Golden(update=False, folder=tmp_path).check("a.txt", "two\n")


def test_a_data_folder_has_room_for_the_path_of_a_socket(data_dir: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.fspath(data_dir / "run-control-keeper-00.sock"))
    assert len(os.fspath(data_dir)) < 40
