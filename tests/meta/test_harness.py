"""The test bed itself: namespaces that connect and vanish, goldens, what is left behind."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import leftovers
from tests.fakes import network
from tests.goldens import Golden


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
