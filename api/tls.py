"""The panel's certificate: one that the box makes for itself, or the user's own."""

import os
import ssl
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import msgspec

from gateway.apart import do_apart
from gateway.data import Data
from gateway.errors import OwnFault, SettingsError
from gateway.settings import Panel

DAYS = 365  # Apple's devices refuse more than 825
RENEW_DAYS = 30  # before its end
FOLDER = "tls"  # in the data folder
_CERTIFICATE, _KEY, _MADE = "panel.pem", "panel.key", "panel.json"


class _Made(msgspec.Struct, frozen=True):
    """What is known of the certificate beside it: reading it would take a library of 10 MB."""

    names: tuple[str, ...]
    expires: int  # Unix seconds


def context(data: Data, panel: Panel, names: Sequence[str]) -> ssl.SSLContext | None:
    """What the server needs for HTTPS; None for plain HTTP. `names`: names and addresses of the box.

    Raises SettingsError where the user's own certificate cannot be used, OwnFault where none can be made.
    """
    if panel.tls == "off":
        return None
    if panel.tls == "own":
        return _own(panel)
    folder = data.root / FOLDER
    ensure(folder, names, time.time())
    return _loaded(folder / _CERTIFICATE, folder / _KEY)


def check(panel: Panel) -> None:
    """Can the user's own certificate be used? Raises SettingsError, its message "key: what"."""
    if panel.tls == "own":
        _own(panel)


def ensure(folder: Path, names: Sequence[str], now: float) -> None:
    """Have a certificate of these names in `folder` that is good for a while. Raises OwnFault."""
    wanted = tuple(sorted(set(names)))
    try:
        made = msgspec.json.decode((folder / _MADE).read_bytes(), type=_Made)
        there = (folder / _CERTIFICATE).is_file() and (folder / _KEY).is_file()
        if there and set(wanted) <= set(made.names) and now < made.expires - RENEW_DAYS * 86_400:
            return
    except (OSError, msgspec.MsgspecError):
        pass  # none yet, or nothing is known of it: then a new one is made
    expires = now + DAYS * 86_400
    do_apart(lambda: _make(folder, wanted, now, expires))


def is_due(data: Data, panel: Panel, now: float) -> bool:
    """Is the box's own certificate so near its end that the panel should start again, with a new one?"""
    if panel.tls != "self-signed":
        return False
    try:
        made = msgspec.json.decode((data.root / FOLDER / _MADE).read_bytes(), type=_Made)
    except (OSError, msgspec.MsgspecError):
        return False  # the next start makes one
    return now >= made.expires - RENEW_DAYS * 86_400


def _make(folder: Path, names: tuple[str, ...], now: float, expires: float) -> str:
    """Called in a process of its own: the library that makes certificates takes 10 MB."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Hushgate")])
    start = datetime.fromtimestamp(now, UTC) - timedelta(days=1)  # a phone's clock may be slow
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(datetime.fromtimestamp(expires, UTC))
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _write(folder / _MADE, b"{}")  # what follows counts only once all of it is there
        _write(folder / _KEY, private)
        _write(folder / _CERTIFICATE, certificate.public_bytes(serialization.Encoding.PEM))
        _write(folder / _MADE, msgspec.json.encode(_Made(names, int(expires))))
    except OSError as error:
        raise OwnFault(
            f"the panel's certificate cannot be written: {error.strerror}", hint="make room on the disk"
        ) from None
    return ""


def _general(name: str):  # type: ignore[no-untyped-def]  # its type is in the library that is loaded late
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(f"{path.suffix}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _own(panel: Panel) -> ssl.SSLContext:
    for key, path in (("panel.certificate", panel.certificate), ("panel.key", panel.key)):
        if not path:
            raise SettingsError(f'{key}: tls = "own" needs it', hint="name a PEM file")
        try:
            Path(path).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise SettingsError(f"{key}: {path} cannot be read: {reason}", hint="name a PEM file") from None
    try:
        return _loaded(Path(panel.certificate), Path(panel.key))
    except OwnFault as fault:
        raise SettingsError(
            f"panel.certificate: {fault}", hint="certificate and key must be PEM files that belong together"
        ) from None


def _loaded(certificate: Path, key: Path) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.set_alpn_protocols(["http/1.1"])
    try:
        # A key with a passphrase would have it asked for at the terminal, which nobody may be at.
        made.load_cert_chain(certificate, key, password=lambda: b"")
    except (ssl.SSLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise OwnFault(f"{certificate} and {key} cannot be used: {reason}") from None
    return made
