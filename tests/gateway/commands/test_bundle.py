"""`bundle`: in force when the command returns, told in a sentence, and what is wrong with one is said."""

import time
from pathlib import Path

import pytest

from gateway.bundles import minisign
from gateway.bundles.fetching import Parcel
from gateway.data import Data
from tests.fakes.idle_box import says
from tests.fakes.list_server import serving
from tests.fakes.publisher import Publisher, publish
from tests.fakes.terminal import Terminal

ACME = Publisher()


@pytest.fixture
def file(tmp_path: Path, data: Data) -> Path:
    """A signed bundle of a trusted key."""
    ACME.trusted_by(data)
    return write(tmp_path, ACME.parcel("||a.example^"))


def write(folder: Path, parcel: Parcel) -> Path:
    path = folder / "acme.bundle"
    path.write_bytes(parcel.bundle)
    (folder / "acme.bundle.minisig").write_bytes(parcel.signature)
    return path


def test_a_bundle_is_in_force_when_the_command_returns_and_gone_when_removed(
    terminal: Terminal, data: Data, file: Path
) -> None:
    made = terminal.one("bundle", "apply", str(file))
    assert (made["name"], made["version"], made["result"], made["generation"]) == ("acme", 1, "applied", 2)
    assert made["rules"] == {"added": 1, "removed": 0, "kept": 0}
    assert says(data, "a.example").startswith("blocked")
    (row,) = terminal.rows("bundle")
    assert (row["name"], row["rules"], row["lists"], row["expired"], row["trusted"]) == (
        "acme",
        1,
        0,
        False,
        True,
    )
    assert terminal.one("bundle", "apply", str(file))["result"] == "unchanged"
    gone = terminal.one("bundle", "remove", "acme")
    assert (gone["result"], gone["rules"]["removed"]) == ("removed", 1)
    assert says(data, "a.example") == "allowed"
    assert terminal.rows("bundle") == []


def test_what_people_read(terminal: Terminal, tmp_path: Path, file: Path) -> None:
    said = terminal.good("bundle", "apply", str(file), "--dry-run").out
    assert said == "Bundle acme version 1 would be applied: 1 rule more\n"
    assert terminal.good("bundle", "apply", str(file)).out.startswith(
        "Bundle acme version 1 is applied: 1 rule more\n"
    )
    assert terminal.good("bundle", "apply", str(file)).out == "Bundle acme version 1 is in force already\n"
    table = terminal.good("bundle").out.splitlines()
    assert table[0].split() == ["NAME", "VERSION", "RULES", "LISTS", "EXPIRES", "KEY", "FETCHED", "URL"]
    assert table[1].split()[:4] == ["acme", "1", "1", "0"]
    write(tmp_path, ACME.parcel("||b.example^", "||c.example^", version=2))
    said = terminal.good("bundle", "apply", str(file)).out
    assert said.startswith("Bundle acme version 2 is applied: 2 rules more, 1 less\n")
    assert "is gone: 2 rules less" in terminal.good("bundle", "remove", "acme").out
    assert "no bundles yet" in terminal.good("bundle").err


def test_what_is_not_trusted_is_refused_with_what_to_do(terminal: Terminal, tmp_path: Path) -> None:
    path = write(tmp_path, ACME.parcel("||a.example^"))
    assert "bundle keys add" in terminal.refused("bundle", "apply", str(path))


def test_keys_are_trusted_by_file_or_line_and_forgotten_by_id_or_name(
    terminal: Terminal, tmp_path: Path
) -> None:
    assert "no key is trusted" in terminal.good("bundle", "keys").err
    public = tmp_path / "acme.pub"
    public.write_bytes(minisign.write_public_key(ACME.key.public))
    made = terminal.one("bundle", "keys", "add", str(public), "--name", "Acme")
    assert (made["id"], made["name"]) == (ACME.key.id, "Acme")
    other = Publisher(2).key.public
    assert (
        terminal.good("bundle", "keys", "add", other.line).out
        == f"Bundles signed with the key {other.id} are trusted\n"
    )
    assert [row["id"] for row in terminal.rows("bundle", "keys", "list")] == [ACME.key.id, other.id]
    assert "trusted no longer" in terminal.good("bundle", "keys", "remove", "Acme").out
    terminal.good("bundle", "keys", "remove", other.id.lower().lstrip("0"))
    assert terminal.rows("bundle", "keys") == []
    assert "no key Acme" in terminal.refused("bundle", "keys", "remove", "Acme")
    assert "which key" in terminal.refused("bundle", "keys", "add")
    assert "not a public key" in terminal.refused("bundle", "keys", "add", "x" * 5000)


def test_a_url_is_subscribed_to_and_refreshed(terminal: Terminal, data: Data) -> None:
    ACME.trusted_by(data)
    with serving({}) as server:
        url = publish(server, ACME.parcel("||a.example^"))
        made = terminal.one("bundle", "subscribe", url.replace("http://", "http://me:secret@"))
        assert (made["url"], made["result"]) == (url, "applied")
        assert terminal.good("bundle", "refresh").out == "acme: unchanged, version 1\n"
        assert "No bundle is due." in terminal.good("bundle", "refresh", "--due").err
        publish(server, ACME.parcel("||b.example^", version=2))
        assert "acme: version 2: 1 rule more, 1 less\n" in terminal.good("bundle", "refresh", "acme").out
        assert terminal.one("bundle", "refresh")["result"] == "unchanged"
        publish(server, Publisher(9).parcel("||c.example^", version=3))
        said = terminal.run("bundle", "refresh")
        assert (said.code, "what was in force stays" in said.out) == (1, True)
        assert "could not be fetched" in terminal.good("bundle").err
    assert says(data, "b.example").startswith("blocked")


def test_without_subscriptions_nothing_is_refreshed(terminal: Terminal, file: Path) -> None:
    assert "No bundle is subscribed to." in terminal.good("bundle", "refresh").err
    terminal.good("bundle", "apply", str(file))
    assert "has no URL" in terminal.refused("bundle", "refresh", "acme")


def test_what_has_expired_or_lost_its_key_is_told(
    terminal: Terminal, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.good("bundle", "apply", str(file))
    terminal.good("bundle", "keys", "remove", "Acme")
    assert "trusted no longer" in terminal.good("bundle").err
    later = time.time() + 101 * 365.25 * 86400
    monkeypatch.setattr(time, "time", lambda: later)
    assert "acme has expired" in terminal.good("bundle").err
    assert terminal.rows("bundle")[0]["expired"] is True
