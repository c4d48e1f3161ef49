import signal
import subprocess
import sys
from argparse import Namespace
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from gateway import panel_address, settings
from gateway.commands import box as room
from gateway.data import Data
from gateway.dns.upstream import system
from gateway.errors import SettingsError
from gateway.settings import Dns, Panel, Settings
from tests.fakes import box
from tests.fakes.ports import free_port
from tests.fakes.terminal import Terminal

UP = [sys.executable, "-m", "gateway.cli", "up"]


def options(**given: object) -> Namespace:
    return Namespace(
        **{"config": None, "dns": None, "upstream": None, "panel": None, "no_firewall": False, **given}
    )


@pytest.fixture(autouse=True)
def _no_file_of_the_system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "DEFAULT_FILE", tmp_path / "none.toml")


def test_flags_win_over_the_environment_and_that_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "hushgate.toml"
    file.write_text(
        '[dns]\nlisten = ["192.0.2.1:53"]\nblocked_ttl = 5\n'
        '[firewall]\nmode = "router"\nlan = ["lan0"]\nwan = "wan0"\n'
    )
    monkeypatch.setenv("HUSHGATE_CONFIG", str(file))
    assert room.settings_of(options()).dns.listen == ("192.0.2.1:53",)
    monkeypatch.setenv("HUSHGATE_DNS__LISTEN", "192.0.2.2:53")
    assert room.settings_of(options()).dns.listen == ("192.0.2.2:53",)
    chosen = room.settings_of(
        options(dns=["192.0.2.3:53"], upstream=["udp://192.0.2.9"], panel="127.0.0.1:1", no_firewall=True)
    )
    assert (chosen.dns.listen, chosen.dns.upstreams) == (("192.0.2.3:53",), ("udp://192.0.2.9",))
    assert (chosen.panel.listen, chosen.firewall.mode, chosen.dns.blocked_ttl) == ("127.0.0.1:1", "off", 5)


def test_the_systems_file_counts_where_no_other_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = tmp_path / "system.toml"
    monkeypatch.setattr(settings, "DEFAULT_FILE", system)
    assert room.settings_file(options()) is None
    system.write_text("[dns]\nblocked_ttl = 7\n")
    assert room.settings_file(options()) == system
    assert room.settings_of(options()).dns.blocked_ttl == 7
    assert room.settings_file(options(config=tmp_path / "own.toml")) == tmp_path / "own.toml"


def test_an_upstream_that_is_none_is_refused_before_anything_starts() -> None:
    with pytest.raises(SettingsError):
        room.settings_of(options(upstream=["gopher://192.0.2.1"]))


def greeting(
    listen: tuple[str, ...],
    upstreams: tuple[str, ...] = ("udp://192.0.2.9",),
    remark: str = "",
    panel: Panel | None = None,
) -> str:
    chosen = Settings(dns=Dns(listen=listen, upstreams=upstreams), panel=panel or Panel())
    return room._greeting(Data(Path("/srv/box")), chosen, remark)


def test_the_greeting_says_where_it_listens_how_to_use_it_and_how_to_watch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(room, "reachable", lambda **_: [IPv4Address("192.0.2.1")])
    monkeypatch.setattr(sys, "argv", ["/usr/bin/hushgate"])
    said = greeting(("0.0.0.0:53", "[::]:53"))
    assert "answers DNS on 0.0.0.0:53, [::]:53" in said
    assert "make 192.0.2.1 its DNS server" in said
    assert "Private DNS: Off" in said
    assert "/usr/bin/hushgate log --follow --data /srv/box" in said
    assert "No upstream is set" not in said
    assert "make 192.0.2.9 its DNS server" in greeting(("192.0.2.9:53",))
    # Nobody else can ask there.
    assert "To point a phone" not in greeting(("127.0.0.1:53",))
    # Most phones cannot be told of another port.
    assert "To point a phone" not in greeting(("0.0.0.0:5300",), remark="Only root may use port 53")
    assert "Only root may use port 53" in greeting(("0.0.0.0:5300",), remark="Only root may use port 53")


def test_the_greeting_says_where_a_phone_reads_how_it_is_pointed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "reachable", lambda **_: [IPv4Address("192.0.2.1")])
    monkeypatch.setattr(panel_address, "reachable", lambda: [IPv4Address("192.0.2.1")])
    said = greeting(("0.0.0.0:53",), panel=Panel(listen="0.0.0.0:8080"))
    assert "on the phone itself: http://192.0.2.1:8080/point\n" in said
    # Nobody but this machine can open it, or nobody at all.
    assert "/point" not in greeting(("0.0.0.0:53",), panel=Panel(listen="127.0.0.1:8080"))
    assert "/point" not in greeting(("0.0.0.0:53",), panel=Panel(listen="off"))


def test_the_greeting_says_where_the_panel_is_and_that_plain_http_can_be_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(panel_address, "reachable", lambda: ["192.0.2.1"])
    said = greeting(("127.0.0.1:53",), panel=Panel(listen="0.0.0.0:8081"))
    assert "Panel and API: http://192.0.2.1:8081/" in said
    assert "http://192.0.2.1:8081/docs" in said
    assert "plain HTTP" in said
    secure = greeting(("127.0.0.1:53",), panel=Panel(listen="0.0.0.0:8081", tls="self-signed"))
    assert "https://192.0.2.1:8081/" in secure
    assert "plain HTTP" not in secure
    assert "plain HTTP" not in greeting(("127.0.0.1:53",), panel=Panel(listen="127.0.0.1:8081"))
    assert "Panel" not in greeting(("127.0.0.1:53",), panel=Panel(listen="off"))


def test_a_certificate_that_cannot_be_used_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUSHGATE_PANEL__TLS", "own")
    with pytest.raises(SettingsError, match=r'panel.certificate: tls = "own" needs it'):
        room.settings_of(options())
    assert room.settings_of(options(panel="off")).panel.tls == "own"


def test_without_an_upstream_the_systems_resolvers_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system, "found", lambda _: ["udp://192.0.2.53:53"])
    assert "asks this machine's own resolvers (192.0.2.53:53)" in greeting(("127.0.0.1:53",), ())
    monkeypatch.setattr(system, "found", lambda _: [])
    assert "it has none just now" in greeting(("127.0.0.1:53",), ())


def test_a_role_that_the_box_does_not_have_is_refused_with_those_it_has(
    terminal: Terminal, data: Data
) -> None:
    data.write_settings(Settings(dns=Dns(workers=2)))
    for role in ("sinkhole", "dns-2", "dns-", "resolver", ""):
        said = terminal.refused("run", role)
        assert "dns-0, dns-1, keeper" in said


def test_a_second_box_on_the_same_folder_is_refused_with_one_line(data_dir: Path) -> None:
    folder = data_dir / "box"
    with box.running(UP, folder) as running:
        call = [*UP, "--dns", f"127.0.0.1:{free_port()}"]
        second = subprocess.run(
            call, env=running.environment, capture_output=True, text=True, timeout=30, check=False
        )
        assert (second.returncode, second.stdout) == (1, "")
        first, hint = second.stderr.splitlines()
        assert first == f"hushgate: a box is already running in {folder}"
        assert "hushgate status" in hint
        # And one on the same port is refused as well, whatever its folder.
        elsewhere = {**running.environment, "HUSHGATE_DATA": str(data_dir / "other")}
        third = subprocess.run(UP, env=elsewhere, capture_output=True, text=True, timeout=30, check=False)
        assert (third.returncode, len(third.stderr.splitlines())) == (1, 2)
        assert f"port {running.port}" in third.stderr
        assert running.address("tracking.miui.com") == box.NULL_ADDRESS


def test_the_box_tells_when_it_is_up_and_ends_without_a_word(data_dir: Path) -> None:
    with box.running(UP, data_dir / "box") as running:
        assert f"Hushgate answers DNS on 127.0.0.1:{running.port}" in running.text()
        running.process.send_signal(signal.SIGINT)  # Ctrl-C
        assert running.process.wait(20) == 0
        assert running.text().rstrip().endswith("To stop: Ctrl-C")


def test_a_box_whose_policy_was_damaged_starts_with_one_made_anew(data_dir: Path) -> None:
    folder = data_dir / "box"
    with box.running(UP, folder):
        pass
    (folder / "policy" / "manifest").write_bytes(b"rubbish")
    with box.running(UP, folder) as running:
        assert running.address("tracking.miui.com") == box.NULL_ADDRESS
        assert "making it anew" in running.text()
