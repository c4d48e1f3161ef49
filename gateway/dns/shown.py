"""Records as text for people. Pure; whatever an upstream sent, what comes out is short and printable."""

import re
import struct
from ipaddress import ip_address

from gateway import names
from gateway.dns import svcb
from gateway.dns.wire import Answer, Record
from gateway.exchange import rdata as fields
from gateway.iana import AAAA, CNAME, DNAME, SOA, TXT, A, name_of

MAX_RECORDS = 64  # an answer of 64 kB holds four thousand
MAX_TEXT = 300  # characters of one record

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_NAMES_ONLY = (CNAME, DNAME)


def records(answer: Answer) -> list[str]:
    """`A 192.0.2.1 ttl 300` of each record, with the owner in front where it is not the first one's."""
    if not answer.records:
        return []
    first = answer.records[0].name
    found = [_line(record, first) for record in answer.records[:MAX_RECORDS]]
    more = len(answer.records) - MAX_RECORDS
    return [*found, f"and {more} more"] if more > 0 else found


def _line(record: Record, first: names.Name) -> str:
    owner = "" if record.name == first else f"{names.to_text(record.name)} "
    text = _UNPRINTABLE.sub("?", f"{owner}{name_of(record.type)} {_data(record)}")
    return f"{text[:MAX_TEXT]} ttl {record.ttl}"


def _data(record: Record) -> str:
    try:
        if record.type in (A, AAAA):
            return str(ip_address(record.rdata))
        if record.type in _NAMES_ONLY:
            return names.to_text(svcb.whole_name(record.rdata))
        if record.type == SOA:
            return names.to_text(record.rdata[: svcb.name_end(record.rdata)])
        if record.type == TXT:
            strings = fields.strings_of(record.rdata[: 2 * MAX_TEXT])
            return " ".join(f'"{one.decode("ascii", "replace")}"' for one in strings)
        return " ".join(fields.fields_of(record.type, record.rdata, names.to_text))
    except (ValueError, IndexError, struct.error):  # malformed, or of a type that has no words here
        return rf"\# {len(record.rdata)} {record.rdata[:MAX_TEXT].hex()}"  # RFC 3597 §5
