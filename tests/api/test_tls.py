"""The panel's certificate: made, renewed, refused."""

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from api import tls
from gateway.data import Data
from gateway.errors import OwnFault, SettingsError
from gateway.settings import Panel

NAMES = ("localhost", "192.0.2.7", "2001:db8::7")
NOW = 1_800_000_000.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "tls"


def made(folder: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate((folder / "panel.pem").read_bytes())


def test_without_tls_there_is_nothing(tmp_path: Path) -> None:
    assert tls.context(Data(tmp_path), Panel(), NAMES) is None
    assert not list(tmp_path.iterdir())


def test_it_is_made_for_the_boxs_names_and_read_by_its_owner_alone(folder: Path) -> None:
    tls.ensure(folder, NAMES, NOW)
    certificate = made(folder)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert {str(one) for one in names.get_values_for_type(x509.IPAddress)} == {"192.0.2.7", "2001:db8::7"}
    assert certificate.not_valid_after_utc == datetime.fromtimestamp(NOW + 365 * 86_400, UTC)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert tls.context(Data(folder.parent), Panel(tls="self-signed"), NAMES) is not None


def test_it_stays_until_its_end_is_near_or_a_name_is_new(folder: Path) -> None:
    tls.ensure(folder, NAMES, NOW)
    first = made(folder).serial_number
    tls.ensure(folder, NAMES[:2], NOW + 300 * 86_400)
    assert made(folder).serial_number == first
    tls.ensure(folder, NAMES, NOW + 336 * 86_400)
    second = made(folder).serial_number
    assert second != first
    tls.ensure(folder, (*NAMES, "pantry.local"), NOW + 336 * 86_400)
    assert made(folder).serial_number != second


@pytest.mark.parametrize(
    ("name", "content"),
    [("panel.pem", None), ("panel.key", None), ("panel.json", None), ("panel.json", b"{}")],
)
def test_what_is_missing_or_was_written_halfway_is_made_anew(
    folder: Path, name: str, content: bytes | None
) -> None:
    tls.ensure(folder, NAMES, NOW)
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    tls.ensure(folder, NAMES, NOW)
    assert tls.context(Data(folder.parent), Panel(tls="self-signed"), NAMES) is not None


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "tls").write_text("a file")
    with pytest.raises(OwnFault, match="cannot be written"):
        tls.ensure(tmp_path / "tls", NAMES, NOW)


def test_it_is_due_a_month_before_its_end(tmp_path: Path) -> None:
    data, panel = Data(tmp_path), Panel(tls="self-signed")
    assert not tls.is_due(data, panel, NOW)
    tls.ensure(tmp_path / tls.FOLDER, NAMES, NOW)
    assert not tls.is_due(data, panel, NOW + 334 * 86_400)
    assert tls.is_due(data, panel, NOW + 335 * 86_400)
    assert not tls.is_due(data, Panel(), NOW + 335 * 86_400)


def test_the_users_own_is_checked_with_one_clear_error(folder: Path, tmp_path: Path) -> None:
    tls.ensure(folder, NAMES, NOW)
    certificate, key = str(folder / "panel.pem"), str(folder / "panel.key")
    good = Panel(tls="own", certificate=certificate, key=key)
    tls.check(good)
    assert tls.context(Data(tmp_path), good, ()) is not None
    tls.check(Panel(tls="self-signed"))
    other = tmp_path / "other" / "tls"
    other.parent.mkdir()
    tls.ensure(other, NAMES, NOW)
    empty = tmp_path / "empty.pem"
    empty.touch()
    for wrong, reason in (
        (Panel(tls="own", key=key), "panel.certificate: .* needs it"),
        (Panel(tls="own", certificate=certificate), "panel.key: .* needs it"),
        (
            Panel(tls="own", certificate=str(tmp_path / "none"), key=key),
            "panel.certificate: .* cannot be read",
        ),
        (Panel(tls="own", certificate=certificate, key=str(tmp_path)), "panel.key: .* cannot be read"),
        (Panel(tls="own", certificate=str(empty), key=key), "panel.certificate: .* cannot be used"),
        (Panel(tls="own", certificate=certificate, key=str(other / "panel.key")), "KEY_VALUES_MISMATCH"),
    ):
        with pytest.raises(SettingsError, match=reason):
            tls.check(wrong)
