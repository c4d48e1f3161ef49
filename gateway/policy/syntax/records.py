"""Record types by name, and uncompressed rdata from text. Only what people write into rules."""

import base64
import binascii
import ipaddress
import re
import struct
from collections.abc import Callable, Iterable, Sequence

from gateway import iana
from gateway.names import Name
from gateway.policy.syntax.lines import LineFault

Record = tuple[int, bytes]  # type, uncompressed rdata
NameReader = Callable[[str], Name]

_SVC_KEYS = {  # RFC 9460 §14.3.2
    "mandatory": 0, "alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ech": 5, "ipv6hint": 6, "dohpath": 7,
}  # fmt: skip
_KEY = re.compile(r"key(\d{1,5})", re.ASCII)  # RFC 9460 §2.1
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_MAX_RDATA = 4096  # nothing a rule answers with is longer


def type_number(text: str) -> int:
    """`A`, `https` or `TYPE65` → its number; raises LineFault."""
    try:
        number = iana.by_name(text)
    except ValueError as error:
        raise LineFault(str(error)) from None
    if not number:
        raise LineFault(f"unknown record type {text!r}")
    return number


def address_record(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Record:
    """The A or AAAA record of an address."""
    return (iana.A if address.version == 4 else iana.AAAA, address.packed)


def text_record(strings: Iterable[bytes]) -> Record:
    """A TXT record; a string above 255 bytes becomes several (RFC 1035 §3.3.14)."""
    rdata = b""
    for string in strings:
        for at in range(0, len(string) or 1, 255):
            part = string[at : at + 255]
            rdata += bytes((len(part),)) + part
    if len(rdata) > _MAX_RDATA:
        raise LineFault(f"a record of more than {_MAX_RDATA} bytes")
    return iana.TXT, rdata or b"\0"


def record(kind: str, fields: Sequence[str], name: NameReader) -> Record:
    """The record that zone-file fields spell: A, AAAA, NS, PTR, MX, SRV, SVCB, HTTPS; raises LineFault.

    `name` reads the names among the fields: relative to a zone or not.
    """
    try:
        match kind, fields:
            case "A", [address]:
                return iana.A, ipaddress.IPv4Address(address).packed
            case "AAAA", [address]:
                return iana.AAAA, ipaddress.IPv6Address(address).packed
            case (("NS" | "PTR"), [target]):
                return iana.by_name(kind), name(target)
            case "MX", [preference, target]:
                return iana.MX, _number(preference) + name(target)
            case "SRV", [priority, weight, port, target]:
                return iana.SRV, _number(priority) + _number(weight) + _number(port) + name(target)
            case (("SVCB" | "HTTPS"), [priority, target, *parameters]):
                return iana.by_name(kind), _number(priority) + name(target) + _parameters(parameters)
    except ipaddress.AddressValueError:
        raise LineFault(f"{fields[0]!r} is no address for an {kind} record") from None
    if kind in ("A", "AAAA", "NS", "PTR", "MX", "SRV", "SVCB", "HTTPS"):
        raise LineFault(f"not the fields of a record of type {kind}")
    type_number(kind)
    raise LineFault(f"records of type {kind} cannot be given in a rule")


def _number(text: str) -> bytes:
    if not _NUMBER.fullmatch(text) or int(text) > 0xFFFF:
        raise LineFault(f"{text!r} is no number from 0 to 65535")
    return struct.pack("!H", int(text))


def _parameters(texts: Sequence[str]) -> bytes:
    """SvcParams in ascending order, each once (RFC 9460 §2.2)."""
    found: dict[int, bytes] = {}
    for text in texts:
        key, _, value = text.partition("=")
        generic = _KEY.fullmatch(key)
        number = int(generic[1]) if generic else _SVC_KEYS.get(key, -1)
        if not 0 <= number < 0xFFFF:
            raise LineFault(f"unknown service parameter {key!r}")
        if number in found:
            raise LineFault(f"service parameter {key!r} given twice")
        found[number] = _parameter(number, value.strip('"'))
    if 0 in found and any(key not in found for (key,) in struct.iter_unpack("!H", found[0])):
        raise LineFault("a mandatory service parameter is missing")
    return b"".join(struct.pack("!HH", key, len(value)) + value for key, value in sorted(found.items()))


def _parameter(key: int, value: str) -> bytes:
    match key:
        case 0:
            listed = value.split(",")
            if any(item not in _SVC_KEYS or item == "mandatory" for item in listed):
                raise LineFault("unknown key among the mandatory service parameters")
            return b"".join(
                struct.pack("!H", number) for number in sorted({_SVC_KEYS[item] for item in listed})
            )
        case 1:
            protocols = [item.encode() for item in value.split(",")]
            if not all(0 < len(protocol) < 256 for protocol in protocols):
                raise LineFault("an empty or overlong protocol in alpn")
            return b"".join(bytes((len(protocol),)) + protocol for protocol in protocols)
        case 2:
            if value:
                raise LineFault("no-default-alpn takes no value")
            return b""
        case 3:
            return _number(value)
        case 4:
            return b"".join(ipaddress.IPv4Address(item).packed for item in value.split(","))
        case 5:
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                raise LineFault("ech is no base64") from None
        case 6:
            return b"".join(ipaddress.IPv6Address(item).packed for item in value.split(","))
        case _:
            return value.encode()
