"""Addresses as the log keeps them: 4 or 16 bytes, whatever else it is as text behind a NUL."""

import socket

MAX_TEXT = 100


def pack(text: str) -> bytes | None:
    """The bytes for an address; None for none. Never fails."""
    if not text:
        return None
    try:
        return socket.inet_pton(socket.AF_INET6 if ":" in text else socket.AF_INET, text)
    except (OSError, ValueError):
        other = b"\0" + text.encode("utf-8", "replace")[:MAX_TEXT]
        # Not the length of an address; a NUL more is taken off again.
        return b"\0" + other if len(other) in (4, 16) else other


def unpack(data: bytes | None) -> str:
    """The address that `pack` packed."""
    if not data:
        return ""
    if len(data) == 4:
        return socket.inet_ntop(socket.AF_INET, data)
    if len(data) == 16:
        return socket.inet_ntop(socket.AF_INET6, data)
    return bytes(data).lstrip(b"\0").decode("utf-8", "replace")
