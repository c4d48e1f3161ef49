import os
from pathlib import Path

import pytest

from gateway import chosen
from gateway.chosen import Chosen
from gateway.data import Data, default_root, existing
from gateway.errors import SettingsError, UsageError
from gateway.settings import Dns, Settings


def test_folders_are_for_their_owner_to_look_into(data_dir: Path) -> None:
    box = Data(data_dir / "new" / "box")
    for _ in range(2):  # again changes nothing
        box.prepare()
    for folder in (box.policy, box.lists, box.run):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert box.root.stat().st_mode & 0o066 == 0  # to pass through at most
    assert box.keeper_socket.parent == box.lock.parent == box.run


def test_folder_that_cannot_be_made_is_named_with_the_remedy(data_dir: Path) -> None:
    (data_dir / "file").touch()
    with pytest.raises(UsageError, match=r"Not a directory|File exists") as caught:
        Data(data_dir / "file").prepare()
    assert str(data_dir / "file") in str(caught.value)
    assert "--data" in caught.value.hint


def test_path_too_long_for_a_socket_is_said_before_a_socket_fails(data_dir: Path) -> None:
    with pytest.raises(UsageError, match="too long"):
        Data(data_dir / ("x" * 80)).prepare()


def test_settings_in_force_are_read_back_as_they_were(data_dir: Path) -> None:
    box = Data(data_dir)
    box.prepare()
    assert box.read_settings() == Settings()
    for settings in (
        Settings(dns=Dns(listen=("127.0.0.1:53",), domains={"lan": ("udp://192.168.1.1",)})),
        Settings(),
    ):
        box.write_settings(settings)
        assert box.read_settings() == settings
    assert [path.stat().st_mode & 0o777 for path in box.run.iterdir()] == [0o600]


@pytest.mark.parametrize(
    "text", [b"", b"{", b"\xff\xfe", b"[]", b'{"dns": {"workers": "two"}}', b'{"unknown": 1}']
)
def test_damaged_settings_are_an_error_and_not_the_defaults(data_dir: Path, text: bytes) -> None:
    box = Data(data_dir)
    box.prepare()
    box.write_settings(Settings())
    (written,) = box.run.iterdir()
    written.write_bytes(text)
    with pytest.raises(SettingsError) as caught:
        box.read_settings()
    assert str(written) in str(caught.value)
    assert caught.value.hint


def test_only_a_folder_with_a_policy_is_a_box(data_dir: Path) -> None:
    for place in (data_dir, data_dir / "nowhere"):
        with pytest.raises(UsageError, match="no box in") as caught:
            existing(place)
        assert "hushgate up" in caught.value.hint
    Data(data_dir).prepare()
    assert existing(data_dir).root == data_dir


@pytest.mark.parametrize(
    ("environment", "user", "root"),
    [
        ({"HUSHGATE_DATA": "/srv/box", "XDG_DATA_HOME": "/x"}, 0, "/srv/box"),
        ({"HUSHGATE_DATA": ""}, 0, "/var/lib/hushgate"),
        ({}, 0, "/var/lib/hushgate"),
        ({"XDG_DATA_HOME": "/x"}, 0, "/var/lib/hushgate"),
        ({"XDG_DATA_HOME": "/x"}, 1000, "/x/hushgate"),
        ({"HOME": "/y"}, 1000, "/y/.local/share/hushgate"),
        ({"HOME": "/y", "XDG_DATA_HOME": ""}, 1000, "/y/.local/share/hushgate"),
    ],
)
def test_folder_is_the_one_named_else_that_of_the_user(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], user: int, root: str
) -> None:
    monkeypatch.setattr(os, "environ", environment)
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert default_root() == Path(root)


def test_what_the_panel_has_set_is_part_of_the_settings(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    box = Data(data_dir)
    box.prepare()
    box.write_settings(Settings(dns=Dns(rate_limit=5)))
    chosen.write(box.chosen, Chosen(1, values={"dns.blocked_ttl": 60}))
    found = box.read_settings()
    assert (found.dns.rate_limit, found.dns.blocked_ttl) == (5, 60)
    assert found.origins == {"dns.blocked_ttl": "panel"}
    assert box.as_last(Settings()) == Settings()
    box.write_settings(found)
    box.chosen.write_text('{"values": {"dns.blocked_ttl": -1}}')
    with pytest.raises(SettingsError, match=r"panel-settings.json: dns.blocked_ttl"):
        box.in_force(Settings())
    # It is known from elsewhere, and said.
    assert box.as_last(Settings()).dns.blocked_ttl == box.read_settings().dns.blocked_ttl == 60
    assert "panel-settings.json" in caplog.text
    with pytest.raises(SettingsError, match="known nowhere else"):
        Data(data_dir / "other").as_last(Settings())
