"""What clients send first: real ClientHellos by OpenSSL, made ones, and QUIC Initials around them."""

import ssl
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.inspect import quic

DESTINATION = bytes.fromhex("8394c8f03e515708")  # RFC 9001 appendix A
V1, V2 = 0x00000001, 0x6B3343CF


def records(name: str | None, protocols: Sequence[str] = ("h2", "http/1.1")) -> bytes:
    """The first bytes on the wire of OpenSSL's client."""
    context = ssl.create_default_context()
    context.check_hostname = name is not None
    context.verify_mode = ssl.CERT_REQUIRED if name is not None else ssl.CERT_NONE
    context.set_alpn_protocols(list(protocols))
    said = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), said, server_hostname=name)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return said.read()
    raise AssertionError("a handshake without a server")


def message(name: str | None, protocols: Sequence[str] = ("h2", "http/1.1")) -> bytes:
    """The handshake message of `records`."""
    return records(name, protocols)[5:]


def made(*extensions: tuple[int, bytes]) -> bytes:
    """A handshake message with these extensions alone."""
    listed = b"".join(kind.to_bytes(2, "big") + _sized(body, 2) for kind, body in extensions)
    body = b"\3\3" + bytes(32) + _sized(b"", 1) + _sized(b"\x13\x01", 2) + _sized(b"\0", 1)
    return b"\1" + _sized(body + _sized(listed, 2), 3)


def server_name(*names: bytes) -> tuple[int, bytes]:
    """The extension that names the host."""
    return 0, _sized(b"".join(b"\0" + _sized(name, 2) for name in names), 2)


def in_records(message: bytes, size: int) -> bytes:
    """The message, `size` bytes a record."""
    pieces = [message[at : at + size] for at in range(0, len(message), size)]
    return b"".join(b"\x16\3\1" + _sized(piece, 2) for piece in pieces)


def crypto(offset: int, data: bytes) -> bytes:
    """A CRYPTO frame."""
    return b"\6" + _number(offset) + _number(len(data)) + data


def initial(
    frames: bytes,
    *,
    version: int = V1,
    destination: bytes = DESTINATION,
    keys_of: bytes | None = None,
    number: int = 0,
    size: int = 1200,
) -> bytes:
    """A client's Initial, padded to `size`. `keys_of`: the id the keys come from, if it is another one."""
    first = 0xC0 | (0x00 if version == V1 else 0x10) | 3
    head = (
        bytes([first]) + version.to_bytes(4, "big") + _sized(destination, 1) + _sized(b"", 1) + _sized(b"", 1)
    )
    frames += bytes(max(0, size - len(head) - 2 - 4 - len(frames) - 16))
    head += (0x4000 | (4 + len(frames) + 16)).to_bytes(2, "big") + number.to_bytes(4, "big")
    keys = quic.keys(version, destination if keys_of is None else keys_of)
    nonce = (int.from_bytes(keys.iv, "big") ^ number).to_bytes(12, "big")
    sealed = AESGCM(keys.key).encrypt(nonce, frames, head)
    protect = Cipher(algorithms.AES(keys.header), modes.ECB()).encryptor()
    mask = protect.update(sealed[:16])  # the number has four bytes
    hidden = bytes(a ^ b for a, b in zip(head[-4:], mask[1:5], strict=True))
    return bytes([head[0] ^ mask[0] & 0x0F]) + head[1:-4] + hidden + sealed


def _number(value: int) -> bytes:
    return (0x8000_0000 | value).to_bytes(4, "big")


def _sized(body: bytes, size: int) -> bytes:
    return len(body).to_bytes(size, "big") + body
