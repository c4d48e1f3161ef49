"""minisign's files (https://jedisct1.github.io/minisign/): keys and signatures, Ed25519 over BLAKE2b.

Pure: bytes in, values or bytes out; touches no file and asks nobody. Any bytes give a value or MinisignFault.

Both kinds of signature are taken: `ED` over BLAKE2b-512 of the file, and the legacy `Ed` over the file itself. The
two letters are not signed, so one could be passed off as the other: a legacy signature of the 64 bytes of a digest.
What we let anybody sign is a JSON document, which no digest is.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec

from gateway.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MAX_FILE = 16 << 10  # bytes of a key or signature file: minisign's own comments end at 8 kB
MAX_TRUSTED = 8000  # bytes; minisign's own limit is 8192
SENSITIVE_OPS = 1 << 25  # scrypt's cost as minisign sets it (libsodium's OPSLIMIT_SENSITIVE) …
SENSITIVE_MEMORY = 1 << 30  # … and the memory it takes, in bytes; no file makes us spend more

_UNTRUSTED = "untrusted comment: "
_TRUSTED = "trusted comment: "
_PLAIN, _HASHED = b"Ed", b"ED"
_SCRYPT, _OPEN, _CHECKED = b"Sc", b"\0\0", b"B2"
_PUBLIC = struct.Struct("<2s8s32s")
_SIGNATURE = struct.Struct("<2s8s64s")
_SECRET = struct.Struct("<2s2s2s32sQQ104s")
_KEYS = struct.Struct("<8s32s32s32s")  # id, seed, public key, BLAKE2b-256 of all these


class MinisignFault(UsageError):
    """No key or signature of minisign's, or one that does not fit."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint or "get the file again, from where its owner keeps it")


class PublicKey(msgspec.Struct, frozen=True):
    """Whom to believe."""

    id: str  # as minisign prints it, with leading zeros: 16 hex digits, upper case
    key: bytes  # Ed25519 (RFC 8032)

    @property
    def line(self) -> str:
        """The line that `minisign -P` takes."""
        return _line(_PUBLIC.pack(_PLAIN, _id_bytes(self.id), self.key))


class SecretKey(msgspec.Struct, frozen=True):
    """What signs. Never shown."""

    id: str
    seed: bytes
    public: PublicKey

    def __repr__(self) -> str:
        return f"SecretKey({self.id})"


class SealedKey(msgspec.Struct, frozen=True):
    """A secret key as its file holds it."""

    encrypted: bool
    salt: bytes
    ops: int
    memory: int
    body: bytes

    def __repr__(self) -> str:
        return f"SealedKey(encrypted={self.encrypted})"


class Signature(msgspec.Struct, frozen=True):
    """What a .minisig file says."""

    key_id: str
    hashed: bool
    signature: bytes
    trusted_comment: str  # signed together with the signature
    global_signature: bytes
    untrusted_comment: str = ""


def read_public_key(data: bytes | str) -> PublicKey:
    """The key in a file of minisign's, or in its second line alone. Raises MinisignFault."""
    lines = _lines(data, "public key")
    if len(lines) == 2:
        _after(lines[0], _UNTRUSTED, "public key")
    elif len(lines) != 1:
        raise _no("public key")
    kind, number, key = _unpacked(_PUBLIC, lines[-1], "public key")
    if kind != _PLAIN:
        raise _no("public key")
    return PublicKey(_id_text(number), key)


def write_public_key(key: PublicKey) -> bytes:
    """What `minisign -G` writes; it shows no leading zeros."""
    return f"{_UNTRUSTED}minisign public key {key.id.lstrip('0')}\n{key.line}\n".encode()


def read_signature(data: bytes | str) -> Signature:
    """The signature in a .minisig file. Raises MinisignFault."""
    lines = _lines(data, "signature")
    if len(lines) != 4:
        raise _no("signature")
    untrusted = _after(lines[0], _UNTRUSTED, "signature")
    kind, number, signature = _unpacked(_SIGNATURE, lines[1], "signature")
    trusted = _after(lines[2], _TRUSTED, "signature")
    if kind not in (_PLAIN, _HASHED) or len(trusted.encode()) > MAX_TRUSTED:
        raise _no("signature")
    both = _decoded(lines[3], 64, "signature")
    return Signature(_id_text(number), kind == _HASHED, signature, trusted, both, untrusted)


def write_signature(signature: Signature) -> bytes:
    """What `minisign -S` writes."""
    kind = _HASHED if signature.hashed else _PLAIN
    packed = _SIGNATURE.pack(kind, _id_bytes(signature.key_id), signature.signature)
    return (
        f"{_UNTRUSTED}{signature.untrusted_comment}\n{_line(packed)}\n"
        f"{_TRUSTED}{signature.trusted_comment}\n{_line(signature.global_signature)}\n"
    ).encode()


def read_secret_key(data: bytes | str) -> SealedKey:
    """The secret key in a file of minisign's, not yet opened. Raises MinisignFault."""
    lines = _lines(data, "secret key")
    if len(lines) != 2:
        raise _no("secret key")
    _after(lines[0], _UNTRUSTED, "secret key")
    kind, kdf, check, salt, ops, memory, body = _unpacked(_SECRET, lines[1], "secret key")
    if kind != _PLAIN or check != _CHECKED or kdf not in (_SCRYPT, _OPEN):
        raise _no("secret key")
    if kdf == _SCRYPT and (ops > SENSITIVE_OPS or memory > SENSITIVE_MEMORY):
        raise MinisignFault("the secret key asks for more work than minisign ever does")
    return SealedKey(kdf == _SCRYPT, salt, ops, memory, body)


def open_secret_key(sealed: SealedKey, password: str = "") -> SecretKey:
    """The key itself. Takes seconds and 1 GB of memory for an encrypted one. Raises MinisignFault."""
    body = sealed.body
    if sealed.encrypted:
        body = _mixed(body, _stream(password, sealed.salt, sealed.ops, sealed.memory))
    number, seed, public, check = _KEYS.unpack(body)
    # minisign 0.11 leaves the sum of an unencrypted key empty.
    known = sealed.encrypted or any(check)
    if known and not hmac.compare_digest(check, _sum(number, seed, public)):
        if sealed.encrypted:
            raise MinisignFault("wrong password for this secret key", hint="try again")
        raise MinisignFault("the secret key is damaged")
    if _private(seed).public_key().public_bytes_raw() != public:
        raise MinisignFault("the secret key is damaged")
    name = _id_text(number)
    return SecretKey(name, seed, PublicKey(name, public))


def write_secret_key(
    key: SecretKey,
    password: str = "",
    *,
    salt: bytes = bytes(32),
    ops: int = SENSITIVE_OPS,
    memory: int = SENSITIVE_MEMORY,
) -> bytes:
    """What `minisign -G` writes; without a password what `-W` does. `salt`: 32 random bytes."""
    number = _id_bytes(key.id)
    body = _KEYS.pack(number, key.seed, key.public.key, _sum(number, key.seed, key.public.key))
    if password:
        body = _mixed(body, _stream(password, salt, ops, memory))
        packed = _SECRET.pack(_PLAIN, _SCRYPT, _CHECKED, salt, ops, memory, body)
    else:
        packed = _SECRET.pack(_PLAIN, _OPEN, _CHECKED, bytes(32), 0, 0, body)
    return f"{_UNTRUSTED}minisign encrypted secret key\n{_line(packed)}\n".encode()


def made_key(random: bytes) -> SecretKey:
    """A new key from 40 unpredictable bytes."""
    number, seed = random[:8], random[8:40]
    name = _id_text(number)
    return SecretKey(name, seed, PublicKey(name, _private(seed).public_key().public_bytes_raw()))


def sign(message: bytes, key: SecretKey, trusted_comment: str) -> Signature:
    """The signature of `message`, as minisign makes it. Raises MinisignFault for a comment it would not take."""
    _check_comment(trusted_comment, MAX_TRUSTED, "trusted comment")
    private = _private(key.seed)
    signature = private.sign(_digest(message))
    both = private.sign(signature + trusted_comment.encode())
    return Signature(
        key.id, True, signature, trusted_comment, both, untrusted_comment="signature from minisign secret key"
    )


def verify(message: bytes, signature: Signature, keys: Iterable[PublicKey]) -> PublicKey:
    """The one of `keys` that signed `message` and the trusted comment. Raises MinisignFault."""
    # Here, because cryptography costs whoever imports it some 10 MB, and few processes verify anything.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = next((key for key in keys if key.id == signature.key_id), None)
    if key is None:
        raise MinisignFault(
            f"signed with the key {signature.key_id}, which is not among the trusted ones",
            hint="if you know whose it is: hushgate bundle keys add PUBLIC_KEY",
        )
    signed = _digest(message) if signature.hashed else message
    try:
        trusted = Ed25519PublicKey.from_public_bytes(key.key)
        trusted.verify(signature.signature, signed)
    except (InvalidSignature, ValueError):  # ValueError: no point of the curve
        raise MinisignFault(
            "the signature is not of this file", hint="one of the two was changed, or is of another version"
        ) from None
    try:
        trusted.verify(signature.global_signature, signature.signature + signature.trusted_comment.encode())
    except InvalidSignature:
        raise MinisignFault("the signature's trusted comment was changed") from None
    return key


def _private(seed: bytes) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed)


def _digest(message: bytes) -> bytes:
    return hashlib.blake2b(message).digest()


def _sum(number: bytes, seed: bytes, public: bytes) -> bytes:
    return hashlib.blake2b(_PLAIN + number + seed + public, digest_size=32).digest()


def _mixed(body: bytes, stream: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(body, stream, strict=True))


def _stream(password: str, salt: bytes, ops: int, memory: int) -> bytes:
    """scrypt (RFC 7914) with the parameters that libsodium derives from its two limits."""
    ops = max(ops, 32768)
    few = ops < memory // 32
    largest = ops // 32 if few else memory // 1024
    log = next(log for log in range(1, 64) if 1 << log > largest // 2)
    parallel = 1 if few else max(1, (ops // 4 >> log) // 8)
    try:
        return hashlib.scrypt(
            password.encode(), salt=salt, n=1 << log, r=8, p=parallel, maxmem=(1 << 31) - 1, dklen=_KEYS.size
        )
    except (ValueError, MemoryError):
        raise MinisignFault(
            "the secret key cannot be opened here: too little memory for its password",
            hint="sign on another machine, or with a key without a password (minisign -G -W)",
        ) from None


def _lines(data: bytes | str, what: str) -> list[str]:
    if len(data) > MAX_FILE:
        raise MinisignFault(f"too large for a {what} of minisign's")
    try:
        text = data.decode() if isinstance(data, bytes) else data
        text.encode()
    except UnicodeError:
        raise _no(what) from None
    return [line.removesuffix("\r") for line in text.removesuffix("\n").split("\n")]


def _after(line: str, prefix: str, what: str) -> str:
    if not line.startswith(prefix):
        raise _no(what)
    comment = line.removeprefix(prefix)
    _check_comment(comment, MAX_TRUSTED, what)
    return comment


def _check_comment(comment: str, limit: int, what: str) -> None:
    """minisign puts tabs between its own words; nothing else of the kind is a comment."""
    if not comment.replace("\t", "").isprintable() or len(comment.encode()) > limit:
        raise MinisignFault(f"the comment in the {what} is too long or holds control characters")


def _unpacked(form: struct.Struct, line: str, what: str) -> tuple[Any, ...]:
    return form.unpack(_decoded(line, form.size, what))


def _decoded(line: str, size: int, what: str) -> bytes:
    """Strictly: one text for one value, so that no changed byte goes unnoticed."""
    try:
        data = base64.b64decode(line, validate=True)
    except (binascii.Error, ValueError):
        raise _no(what) from None
    if len(data) != size or _line(data) != line:
        raise _no(what)
    return data


def _line(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _id_text(number: bytes) -> str:
    return number[::-1].hex().upper()


def _id_bytes(name: str) -> bytes:
    return bytes.fromhex(name)[::-1]


def _no(what: str) -> MinisignFault:
    return MinisignFault(f"not a {what} of minisign's", hint=f"give the {what} as `minisign` wrote it")
