"""The role that becomes unbound: on a port that it and the workers agree on."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.data import Data
from gateway.dns import resolver
from gateway.errors import OwnFault, SettingsError
from gateway.settings import Dns, Settings


@pytest.fixture
def data(data_dir: Path) -> Data:
    made = Data(data_dir)
    made.prepare()
    return made


@pytest.mark.parametrize(
    ("dns", "wanted"),
    [
        (Dns(), False),
        (Dns(upstreams=("udp://192.0.2.1",)), False),
        (Dns(upstreams=("udp://192.0.2.1", "recursive")), True),
        (Dns(upstreams=("udp://192.0.2.1",), domains={"example.org": ("recursive",)}), True),
    ],
)
def test_it_is_wanted_where_any_upstream_needs_it(dns: Dns, wanted: bool) -> None:
    assert resolver.wanted(Settings(dns=dns)) is wanted


def test_all_that_ask_at_once_agree_on_one_port(data: Data) -> None:
    for _ in range(20):
        resolver.forget_port(data)
        with ThreadPoolExecutor(8) as askers:
            ports = set(askers.map(lambda _: resolver.port(data), range(8)))
        assert len(ports) == 1
        assert 1024 < ports.pop() < 65536
    assert [path.name for path in data.run.iterdir()] == ["resolver.port"]


def test_the_port_stays_until_the_box_starts_anew(data: Data) -> None:
    port = resolver.port(data)
    assert resolver.port(data) == port
    resolver.forget_port(data)
    resolver.forget_port(data)  # there is none
    (data.run / "resolver.port").write_text("4711")
    assert resolver.port(data) == 4711


@pytest.mark.parametrize("text", ["", "x", "\0"])
def test_a_damaged_note_is_an_error_with_the_remedy(data: Data, text: str) -> None:
    (data.run / "resolver.port").write_text(text)
    with pytest.raises(OwnFault, match="unusable") as caught:
        resolver.port(data)
    assert caught.value.hint == "start the box again"


def test_where_nothing_can_be_written_it_says_so(data_dir: Path) -> None:
    with pytest.raises(OwnFault, match="unusable"):
        resolver.port(Data(data_dir / "nowhere"))


class _Became(Exception):
    """In place of another program, which would not come back."""


@pytest.mark.parametrize("root", [True, False])
def test_it_becomes_unbound_with_a_configuration_of_ours(
    data: Data, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: bool
) -> None:
    called: list[str] = []

    def execv(program: str, argv: list[str]) -> None:
        called.extend([program, *argv])
        raise _Became

    anchor, hints = tmp_path / "root.key", tmp_path / "root.hints"
    anchor.write_text(". IN DS 20326 8 2 E06D\n")
    hints.write_text(". 3600000 NS a.root-servers.net.\n")
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    monkeypatch.setattr(os, "execv", execv)
    monkeypatch.setattr("shutil.chown", lambda *_, **__: None)
    monkeypatch.setattr(os, "chown", lambda *_, **__: None)
    monkeypatch.setattr(resolver, "find_program", lambda: sys.executable)
    monkeypatch.setattr(resolver, "HOME", data.root / "home")
    (data.root / "home").mkdir()
    dns = Dns(upstreams=("recursive",), recursive_anchor=str(anchor), recursive_hints=str(hints))
    with pytest.raises(_Became):
        resolver.become(data, Settings(dns=dns))
    assert called[:2] == [sys.executable, sys.executable]
    (folder,) = (data.root / "home").iterdir() if root else [data.root / "resolver"]
    written = (folder / "unbound.conf").read_text()
    assert str(folder / "unbound.conf") in (data.run / "resolver.pid").read_text()
    assert f"127.0.0.1@{resolver.port(data)}" in written
    assert ('username: "unbound"' in written) is root


def test_without_unbound_the_remedy_is_said(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise SettingsError("unbound is not installed", hint="apt install unbound")

    monkeypatch.setattr(resolver, "find_program", missing)
    with pytest.raises(SettingsError, match="not installed"):
        resolver.become(data, Settings(dns=Dns(upstreams=("recursive",))))


def test_the_unbound_of_a_killed_box_is_ended_and_nobody_elses_process(data: Data) -> None:
    config = data.root / "resolver" / "unbound.conf"
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen([*sleeper, "-c", str(config)]) as ours, subprocess.Popen(sleeper) as other:
        try:
            (data.run / "resolver.pid").write_text(f"{other.pid} {config}")
            resolver.end_orphan(data)
            assert other.poll() is None
            (data.run / "resolver.pid").write_text(f"{ours.pid} {config}")
            resolver.end_orphan(data)
            assert ours.wait(5) == -signal.SIGTERM
            resolver.end_orphan(data)  # it has gone
        finally:
            ours.kill()
            other.kill()


def test_whether_one_was_started_is_known(data: Data) -> None:
    assert not resolver.has_started(data)
    resolver.port(data)
    assert resolver.has_started(data)
    resolver.forget_port(data)
    assert not resolver.has_started(data)
