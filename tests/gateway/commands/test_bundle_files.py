"""`bundle build`, `sign` and `verify`: what minisign signs we verify, and the other way round."""

import os
from pathlib import Path

import pytest

from gateway.bundles import minisign
from gateway.commands import bundle_files
from gateway.data import Data
from tests.fakes.publisher import Publisher, needs_minisign, run_minisign
from tests.fakes.terminal import Terminal

ACME = Publisher()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a publisher keeps rules and keys; one stands in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.txt").write_text("||a.example^\n")
    (tmp_path / "secret").write_bytes(minisign.write_secret_key(ACME.key))
    (tmp_path / "public").write_bytes(minisign.write_public_key(ACME.key.public))
    return tmp_path


def build(terminal: Terminal, *more: str) -> None:
    terminal.good(
        "bundle", "build", "rules.txt", "--name", "acme", "--version", "3", "--expires", "90d", *more
    )


def test_a_bundle_is_built_signed_and_verified(terminal: Terminal, folder: Path) -> None:
    build(terminal)
    assert terminal.one("bundle", "sign", "acme.bundle", "--key", "secret")["key"] == ACME.key.id
    row = terminal.one("bundle", "verify", "acme.bundle", "--key", "public")
    assert (row["name"], row["version"], row["rules"], row["key"]) == ("acme", 3, 1, ACME.key.id)
    assert "file:acme.bundle" in row["comment"]
    assert terminal.good("bundle", "verify", "acme.bundle", "--key", ACME.key.public.line).out
    assert (folder / "acme.bundle").stat().st_mode & 0o777 == 0o644  # to be published


@needs_minisign
def test_minisign_signs_what_we_built_and_checks_what_we_signed(terminal: Terminal, folder: Path) -> None:
    done = run_minisign("-G", "-f", "-s", folder / "secret", "-p", folder / "public", password="pass")
    assert not done.returncode, done.stderr
    build(terminal)
    assert not run_minisign("-S", "-s", "secret", "-m", "acme.bundle", password="pass").returncode
    assert terminal.one("bundle", "verify", "acme.bundle", "--key", "public")["version"] == 3
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(bundle_files.PASSWORD, "pass")
        terminal.good("bundle", "sign", "acme.bundle", "--key", "secret", "--comment", "ours")
    checked = run_minisign("-V", "-p", "public", "-m", "acme.bundle")
    assert not checked.returncode, checked.stderr
    assert "Trusted comment: ours" in checked.stdout


def test_the_same_files_make_the_same_bytes(terminal: Terminal, folder: Path) -> None:
    for name in ("one", "two"):
        build(terminal, "--issued", "2026-01-01", "--output", name)
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()
    assert '"2026-01-01T00:00:00Z"' in (folder / "one").read_text()
    said = terminal.good(
        *("bundle", "build", "rules.txt", "--name", "acme", "--version", "3", "--expires", "90d"),
        *("--issued", "2026-01-01", "-o", "-"),
    )
    assert said.out.encode() == (folder / "one").read_bytes()


def test_a_password_comes_from_the_environment_or_a_descriptor_only(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(terminal)
    sealed = minisign.write_secret_key(ACME.key, "right", salt=bytes(32), ops=32768, memory=1 << 22)
    (folder / "secret").write_bytes(sealed)
    sign = ("bundle", "sign", "acme.bundle", "--key", "secret")
    with Path(os.devnull).open(encoding="utf-8") as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert "HUSHGATE_KEY_PASSWORD" in terminal.refused(*sign)
    monkeypatch.setenv(bundle_files.PASSWORD, "wrong")
    assert "wrong password" in terminal.refused(*sign)
    assert not (folder / "acme.bundle.minisig").exists()
    reading, writing = os.pipe()
    os.write(writing, b"right\n")
    os.close(writing)
    terminal.good(*sign, "--password-fd", str(reading))
    os.close(reading)
    monkeypatch.setenv(bundle_files.PASSWORD, "right")
    terminal.good(*sign)


def test_a_password_is_asked_for_at_a_terminal(
    terminal: Terminal, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(terminal)
    sealed = minisign.write_secret_key(ACME.key, "right", salt=bytes(32), ops=32768, memory=1 << 22)
    (folder / "secret").write_bytes(sealed)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr(bundle_files, "getpass", lambda _prompt: "right")
    terminal.good("bundle", "sign", "acme.bundle", "--key", "secret")


def test_what_cannot_be_applied_is_not_signed(terminal: Terminal, folder: Path) -> None:
    (folder / "acme.bundle").write_text("{}")
    assert "not a bundle" in terminal.refused("bundle", "sign", "acme.bundle", "--key", "secret")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda folder: (folder / "acme.bundle").write_bytes(b"{}"), "not of this file"),
        (lambda folder: (folder / "acme.bundle.minisig").write_bytes(b""), "not a signature"),
        (lambda folder: (folder / "acme.bundle.minisig").unlink(), "there is no file"),
        (lambda folder: (folder / "public").write_bytes(b"?"), "not a public key"),
    ],
)
def test_what_is_not_right_is_said(terminal: Terminal, folder: Path, change: object, reason: str) -> None:
    build(terminal)
    terminal.good("bundle", "sign", "acme.bundle", "--key", "secret")
    change(folder)  # type: ignore[operator]  # one of the above
    assert reason in terminal.refused("bundle", "verify", "acme.bundle", "--key", "public")


@pytest.mark.usefixtures("folder")
def test_an_expired_bundle_is_shown_and_exits_with_1(terminal: Terminal) -> None:
    build(terminal, "--issued", "2020-01-01")
    terminal.good("bundle", "sign", "acme.bundle", "--key", "secret")
    said = terminal.run("bundle", "verify", "acme.bundle", "--key", "public")
    assert (said.code, "acme" in said.out, "has expired on 2020-03-31" in said.err) == (1, True, True)


@pytest.mark.usefixtures("folder")
def test_without_a_key_the_boxs_trusted_ones_count(terminal: Terminal, data: Data) -> None:
    build(terminal)
    terminal.good("bundle", "sign", "acme.bundle", "--key", "secret")
    assert "not among the trusted" in terminal.refused("bundle", "verify", "acme.bundle")
    ACME.trusted_by(data)
    assert terminal.one("bundle", "verify", "acme.bundle")["name"] == "acme"


def test_a_folder_that_cannot_be_written_is_said(terminal: Terminal, folder: Path) -> None:
    words = ("--name", "acme", "--version", "1", "--expires", "90d", "-o", str(folder / "not" / "there"))
    assert "No such file" in terminal.refused("bundle", "build", "rules.txt", *words)


@pytest.mark.parametrize("expires", ["soon", "2026-13-01"])
def test_a_time_that_is_none_is_said(terminal: Terminal, folder: Path, expires: str) -> None:
    words = ("--name", "acme", "--version", "1", "--expires", expires)
    assert "is no time" in terminal.refused("bundle", "build", str(folder / "rules.txt"), *words)
