"""The role that becomes unbound: on a port that it and the workers agree on."""

import os
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
    monkeypatch.setattr(resolver, "is_confined", lambda: False)
    dns = Dns(upstreams=("recursive",), recursive_anchor=str(anchor), recursive_hints=str(hints))
    with pytest.raises(_Became):
        resolver.become(data, Settings(dns=dns))
    assert called[:2] == [sys.executable, sys.executable]
    written = (data.root / "resolver" / "unbound.conf").read_text()
    assert f"127.0.0.1@{resolver.port(data)}" in written
    assert ('username: "unbound"' in written) is root


def test_without_unbound_the_remedy_is_said(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise SettingsError("unbound is not installed", hint="apt install unbound")

    monkeypatch.setattr(resolver, "find_program", missing)
    with pytest.raises(SettingsError, match="not installed"):
        resolver.become(data, Settings(dns=Dns(upstreams=("recursive",))))


@pytest.mark.parametrize(
    ("profiles", "confined"),
    [
        (None, False),
        ("", False),
        ("/usr/sbin/ntpd (enforce)\n\n", False),
        ("/usr/sbin/ntpd (enforce)\nunbound (enforce)\n", True),
        ("/usr/sbin/unbound (complain)\n", True),
    ],
)
def test_it_knows_whether_it_will_be_confined(tmp_path: Path, profiles: str | None, confined: bool) -> None:
    path = tmp_path / "profiles"
    if profiles is not None:
        path.write_text(profiles)
    assert resolver.is_confined(path) is confined
