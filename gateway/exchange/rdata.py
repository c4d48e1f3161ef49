"""Records of rules as zone-file fields: the way back from gateway/policy/syntax/records.py."""

import base64
import ipaddress
import struct
from collections.abc import Callable

from gateway import iana
from gateway.names import ROOT, Name, to_text

_KEYS = (
    "mandatory",
    "alpn",
    "no-default-alpn",
    "port",
    "ipv4hint",
    "ech",
    "ipv6hint",
    "dohpath",
)  # RFC 9460 §14.3.2


class NotSayable(ValueError):
    """This cannot be written in the wanted syntax; says why."""


def fields_of(kind: int, rdata: bytes, name: Callable[[Name], str]) -> tuple[str, ...]:
    """The fields of a record, as its reader takes them; raises NotSayable. `name` spells the names in it."""
    match kind:
        case iana.A | iana.AAAA:
            return (str(ipaddress.ip_address(rdata)),)
        case iana.NS | iana.PTR:
            return (name(rdata),)
        case iana.MX:
            return (_number(rdata, 0), name(rdata[2:]))
        case iana.SRV:
            return (_number(rdata, 0), _number(rdata, 2), _number(rdata, 4), name(rdata[6:]))
        case iana.SVCB | iana.HTTPS:
            end = _end_of_name(rdata, 2)
            return (_number(rdata, 0), name(rdata[2:end]), *_parameters(rdata[end:]))
        case _:
            raise NotSayable(f"a record of type {iana.name_of(kind)}")


def strings_of(rdata: bytes) -> list[bytes]:
    """The character-strings of a TXT record."""
    found = []
    while rdata:
        found.append(rdata[1 : 1 + rdata[0]])
        rdata = rdata[1 + rdata[0] :]
    return found


def plain(name: Name) -> str:
    """A name without its final dot; the root is `.`."""
    return to_text(name)


def absolute(name: Name) -> str:
    """A name with its final dot, as in zone files."""
    return "." if name == ROOT else f"{to_text(name)}."


def _number(rdata: bytes, at: int) -> str:
    (number,) = struct.unpack_from("!H", rdata, at)
    return str(number)


def _end_of_name(rdata: bytes, at: int) -> int:
    while rdata[at]:
        at += 1 + rdata[at]
    return at + 1


def _parameters(rdata: bytes) -> list[str]:
    found = []
    while rdata:
        key, length = struct.unpack_from("!HH", rdata)
        value, rdata = rdata[4 : 4 + length], rdata[4 + length :]
        found.append(_parameter(key, value))
    return found


def _parameter(key: int, value: bytes) -> str:
    name = _KEYS[key] if key < len(_KEYS) else f"key{key}"
    match key:
        case 0:
            return f"{name}={','.join(_KEYS[number] for (number,) in struct.iter_unpack('!H', value))}"
        case 1:
            return f"{name}={','.join(_text(string) for string in strings_of(value))}"
        case 2:
            return name
        case 3:
            return f"{name}={_number(value, 0)}"
        case 4 | 6:
            size = 4 if key == 4 else 16
            parts = (value[at : at + size] for at in range(0, len(value), size))
            return f"{name}={','.join(str(ipaddress.ip_address(part)) for part in parts)}"
        case 5:
            return f"{name}={base64.b64encode(value).decode()}"
        case _:
            return f"{name}={_text(value)}"


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise NotSayable("a record with bytes that are no text") from None
