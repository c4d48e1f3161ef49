"""Record types by name, and uncompressed rdata from text. Only what people write into rules."""

import base64
import binascii
import ipaddress
import re
import struct
from collections.abc import Callable, Iterable, Sequence

from gateway.names import Name
from gateway.policy.syntax.lines import LineFault

Record = tuple[int, bytes]  # type, uncompressed rdata
NameReader = Callable[[str], Name]

# IANA, "Domain Name System (DNS) Parameters"; types that a phone may ask for or a list may name.
TYPES = {
    "A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "NULL": 10, "PTR": 12, "HINFO": 13, "MX": 15, "TXT": 16, "RP": 17,
    "AFSDB": 18, "SIG": 24, "KEY": 25, "AAAA": 28, "LOC": 29, "SRV": 33, "NAPTR": 35, "KX": 36, "CERT": 37,
    "DNAME": 39, "APL": 42, "DS": 43, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": 46, "NSEC": 47, "DNSKEY": 48,
    "DHCID": 49, "NSEC3": 50, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53, "HIP": 55, "CDS": 59, "CDNSKEY": 60,
    "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": 64, "HTTPS": 65, "SPF": 99, "EUI48": 108, "EUI64": 109,
    "ANY": 255, "URI": 256, "CAA": 257,
}  # fmt: skip
_SVC_KEYS = {  # RFC 9460 §14.3.2
    "mandatory": 0, "alpn": 1, "no-default-alpn": 2, "port": 3, "ipv4hint": 4, "ech": 5, "ipv6hint": 6, "dohpath": 7,
}  # fmt: skip
_GENERIC = re.compile(r"TYPE(\d{1,5})", re.ASCII)  # RFC 3597 §5
_KEY = re.compile(r"key(\d{1,5})", re.ASCII)  # RFC 9460 §2.1
_NUMBER = re.compile(r"\d{1,5}", re.ASCII)
_MAX_RDATA = 4096  # nothing a rule answers with is longer


def type_number(text: str) -> int:
    """`A`, `https` or `TYPE65` → its number; raises LineFault."""
    upper = text.upper()
    if upper in TYPES:
        return TYPES[upper]
    generic = _GENERIC.fullmatch(upper)
    if generic and 0 < int(generic[1]) <= 0xFFFF:
        return int(generic[1])
    raise LineFault(f"unknown record type {text!r}")


def address_record(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Record:
    """The A or AAAA record of an address."""
    return (TYPES["A"] if address.version == 4 else TYPES["AAAA"], address.packed)


def text_record(strings: Iterable[bytes]) -> Record:
    """A TXT record; a string above 255 bytes becomes several (RFC 1035 §3.3.14)."""
    rdata = b""
    for string in strings:
        for at in range(0, len(string) or 1, 255):
            part = string[at : at + 255]
            rdata += bytes((len(part),)) + part
    if len(rdata) > _MAX_RDATA:
        raise LineFault(f"a record of more than {_MAX_RDATA} bytes")
    return TYPES["TXT"], rdata or b"\0"


def record(kind: str, fields: Sequence[str], name: NameReader) -> Record:
    """The record that zone-file fields spell: A, AAAA, NS, PTR, MX, SRV, SVCB, HTTPS; raises LineFault.

    `name` reads the names among the fields: relative to a zone or not.
    """
    try:
        match kind, fields:
            case "A", [address]:
                return TYPES["A"], ipaddress.IPv4Address(address).packed
            case "AAAA", [address]:
                return TYPES["AAAA"], ipaddress.IPv6Address(address).packed
            case (("NS" | "PTR"), [target]):
                return TYPES[kind], name(target)
            case "MX", [preference, target]:
                return TYPES["MX"], _number(preference) + name(target)
            case "SRV", [priority, weight, port, target]:
                return TYPES["SRV"], _number(priority) + _number(weight) + _number(port) + name(target)
            case (("SVCB" | "HTTPS"), [priority, target, *parameters]):
                return TYPES[kind], _number(priority) + name(target) + _parameters(parameters)
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
