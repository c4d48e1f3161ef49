"""Signatures by which a receiver knows an event for ours, as www.standardwebhooks.com has them."""

import base64
import binascii
import hashlib
import hmac

PREFIX = "whsec_"
_BYTES = 32  # the standard asks for 24 to 64


def make_secret(random: bytes) -> str:
    """A new secret from random bytes, to be shown once."""
    return PREFIX + base64.b64encode(random[:_BYTES]).decode()


def headers(secret: str, event: str, now: int, body: bytes) -> list[tuple[str, str]]:
    """What to send with `body`: the event's id, when it was sent, and the signature of all three."""
    return [
        ("webhook-id", event),
        ("webhook-timestamp", str(now)),
        ("webhook-signature", f"v1,{_signature(secret, event, now, body)}"),
    ]


def _signature(secret: str, event: str, now: int, body: bytes) -> str:
    signed = f"{event}.{now}.".encode() + body
    return base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:  # brought by somebody's own hand: the bytes themselves
        return secret.encode()
