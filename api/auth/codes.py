"""The second factor: codes of an authenticator app (RFC 6238) and recovery codes on paper."""

import base64
import secrets

import pyotp

STEP = 30  # seconds; what every app uses
DRIFT = 1  # steps that a phone's clock may be off
RECOVERY_CODES = 10
_ISSUER = "Hushgate"


def new_secret() -> str:
    """A new secret in base32."""
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: float) -> int | None:
    """The time step that `code` belongs to; None where it is not this secret's code of now."""
    code = code.replace(" ", "")
    if len(code) != 6 or not (code.isascii() and code.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    current = int(now) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step >= 0 and secrets.compare_digest(totp.at(step * STEP), code):
            return step
    return None


def uri(secret: str, account: str, host: str) -> str:
    """For the app: `otpauth://totp/…`."""
    return pyotp.TOTP(secret).provisioning_uri(name=f"{account}@{host}", issuer_name=_ISSUER)


def new_recovery() -> tuple[str, ...]:
    """Codes of 80 random bits: "abcd-efgh-ijkl-mnop"."""
    return tuple(_grouped(secrets.token_bytes(10)) for _ in range(RECOVERY_CODES))


def recovery_form(code: str) -> str:
    """A recovery code as somebody has typed it, in the form in which it was given out; "" for no such code."""
    bare = "".join(char for char in code.lower() if char not in " -")
    return _dashed(bare) if len(bare) == 16 and bare.isascii() and bare.isalnum() else ""


def _grouped(value: bytes) -> str:
    return _dashed(base64.b32encode(value).decode().lower())


def _dashed(bare: str) -> str:
    return "-".join(bare[at : at + 4] for at in range(0, 16, 4))
