"""`$dnsrewrite` values: an address, a name, a response code, or `RCODE;TYPE;VALUE`."""

from gateway.model import Rewrite
from gateway.policy.syntax.domains import address_of, name_of
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.records import address_record, record, text_record

RCODES = {
    "NOERROR": 0,
    "FORMERR": 1,
    "SERVFAIL": 2,
    "NXDOMAIN": 3,
    "NOTIMP": 4,
    "REFUSED": 5,
}  # RFC 1035 §4.1.1


def read(value: str) -> Rewrite:
    """The answer that `value` stands for; raises LineFault. An empty value: nothing in particular."""
    parts = value.split(";", 2)
    if len(parts) == 1:
        return _short(value)
    if len(parts) == 2:
        raise LineFault("$dnsrewrite takes one value or three, as in NOERROR;A;192.0.2.1")
    code, kind, data = parts
    if code.upper() not in RCODES:
        raise LineFault(f"unknown response code {code!r}")
    rcode = RCODES[code.upper()]
    if not kind:
        if data:
            raise LineFault("$dnsrewrite has a value, but no record type")
        return Rewrite(rcode=rcode)
    if rcode:
        raise LineFault(f"$dnsrewrite: no records go with {code.upper()}")
    return _records(kind.upper(), data)


def _short(value: str) -> Rewrite:
    if value in RCODES:
        return Rewrite(rcode=RCODES[value])
    if not value:
        return Rewrite()
    address = address_of(value) if "%" not in value else None
    if address is not None:
        return Rewrite(records=(address_record(address),))
    return Rewrite(cname=name_of(value))


def _records(kind: str, data: str) -> Rewrite:
    if kind == "CNAME":
        return Rewrite(cname=name_of(data))
    if kind == "TXT":
        return Rewrite(records=(text_record([data.encode()]),))
    # `.` as a target is the root: "this name itself" in SVCB (RFC 9460 §2.5), "no such service" in SRV, MX.
    return Rewrite(
        records=(record(kind, data.split(), lambda text: b"\0" if text == "." else name_of(text)),)
    )
