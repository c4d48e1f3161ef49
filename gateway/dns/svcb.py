"""SVCB and HTTPS rdata (RFC 9460): read, hints, and the same without ECH. Values only."""

from struct import Struct as Layout

import msgspec

from gateway.names import MAX_LABEL, MAX_NAME, Name

MANDATORY = 0  # RFC 9460 §14.3.2
IPV4_HINT = 4
ECH = 5  # RFC 9848
IPV6_HINT = 6
# Records in use have up to ten parameters and as many hints. Without bounds one of 64 kB costs 6 ms each time
# it is read, which is for every client that asks.
MAX_PARAMETERS = 64
MAX_HINTS = 64  # of each family

_TWO = Layout(">HH")


class Service(msgspec.Struct, frozen=True):
    """One SVCB or HTTPS record."""

    priority: int  # 0: an alias
    target: bytes  # wire form, letter case as sent; the root means the owner itself
    parameters: tuple[tuple[int, bytes], ...]  # in rising order of key


def name_end(rdata: bytes, at: int = 0) -> int:
    """Where the uncompressed name at `at` ends. Raises ValueError."""
    start = at
    while True:
        if at >= len(rdata):
            raise ValueError("name cut short")
        length = rdata[at]
        if length > MAX_LABEL:
            raise ValueError("compressed or bad label in rdata")
        at += 1 + length
        if at - start > MAX_NAME:
            raise ValueError("name over 255 octets")
        if not length:
            return at


def whole_name(rdata: bytes) -> Name:
    """The lower-case name that is all of `rdata` (CNAME, NS, PTR, DNAME). Raises ValueError."""
    if name_end(rdata) != len(rdata):
        raise ValueError("bytes after the name")
    return rdata.lower()


def decode(rdata: bytes) -> Service:
    """Raises ValueError for what RFC 9460 §2.2 calls malformed, and for more than anybody needs."""
    if len(rdata) < 3:
        raise ValueError("shorter than a priority and a name")
    end = name_end(rdata, 2)
    parameters: list[tuple[int, bytes]] = []
    at, last = end, -1
    while at < len(rdata):
        if at + _TWO.size > len(rdata):
            raise ValueError("parameter cut short")
        key, length = _TWO.unpack_from(rdata, at)
        at += _TWO.size
        if key <= last or at + length > len(rdata):
            raise ValueError("parameters out of order or cut short")
        parameters.append((key, rdata[at : at + length]))
        if len(parameters) > MAX_PARAMETERS:
            raise ValueError(f"more than {MAX_PARAMETERS} parameters")
        at += length
        last = key
    return Service(int.from_bytes(rdata[:2], "big"), rdata[2:end], tuple(parameters))


def encode(service: Service) -> bytes:
    """The rdata of `service`."""
    head = service.priority.to_bytes(2, "big") + service.target
    return head + b"".join(_TWO.pack(key, len(value)) + value for key, value in service.parameters)


def hints(service: Service) -> list[bytes]:
    """Addresses among the parameters, 4 or 16 bytes each. Raises ValueError for hints of odd size or too many."""
    found: list[bytes] = []
    for key, value in service.parameters:
        size = {IPV4_HINT: 4, IPV6_HINT: 16}.get(key)
        if size is None:
            continue
        if not value or len(value) % size:
            raise ValueError("address hint of odd size")
        if len(value) > MAX_HINTS * size:
            raise ValueError(f"more than {MAX_HINTS} address hints")
        found += [value[at : at + size] for at in range(0, len(value), size)]
    return found


def without_ech(rdata: bytes) -> bytes:
    """The same rdata without the ECH parameter, which `mandatory` then no longer names. Raises ValueError."""
    service = decode(rdata)
    if all(key != ECH for key, _ in service.parameters):
        return rdata
    kept: list[tuple[int, bytes]] = []
    for key, value in service.parameters:
        if key == MANDATORY:
            keys = [value[at : at + 2] for at in range(0, len(value), 2)]
            value = b"".join(each for each in keys if each != ECH.to_bytes(2, "big"))
            if not value:  # an empty list is malformed (RFC 9460 §8)
                continue
        if key != ECH:
            kept.append((key, value))
    return encode(Service(service.priority, service.target, tuple(kept)))
