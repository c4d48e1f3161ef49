"""Numbers of the DNS that Hushgate treats by name (IANA, "Domain Name System (DNS) Parameters")."""

import re

A = 1
NS = 2
CNAME = 5
SOA = 6
PTR = 12
HINFO = 13
MX = 15
TXT = 16
AAAA = 28
SRV = 33
DNAME = 39
OPT = 41
DS = 43
RRSIG = 46
NSEC = 47
DNSKEY = 48
NSEC3 = 50
SVCB = 64
HTTPS = 65
TSIG = 250
IXFR = 251
AXFR = 252
ANY = 255

IN = 1  # the one class we serve

NOERROR = 0
FORMERR = 1
SERVFAIL = 2
NXDOMAIN = 3
NOTIMP = 4
REFUSED = 5
BADVERS = 16

# Extended errors (RFC 8914 §4) that Hushgate sends.
EDE_STALE = 3
EDE_BLOCKED = 15
EDE_STALE_NXDOMAIN = 19
EDE_NOT_READY = 14
EDE_NETWORK_ERROR = 23

_NAMES = {
    number: name
    for name, number in {
        "A": A, "NS": NS, "CNAME": CNAME, "SOA": SOA, "NULL": 10, "PTR": PTR, "HINFO": HINFO, "MX": MX, "TXT": TXT,
        "RP": 17, "AFSDB": 18, "SIG": 24, "KEY": 25, "AAAA": AAAA, "LOC": 29, "SRV": SRV, "NAPTR": 35, "KX": 36,
        "CERT": 37, "DNAME": DNAME, "OPT": OPT, "APL": 42, "DS": DS, "SSHFP": 44, "IPSECKEY": 45, "RRSIG": RRSIG,
        "NSEC": NSEC, "DNSKEY": DNSKEY, "DHCID": 49, "NSEC3": NSEC3, "NSEC3PARAM": 51, "TLSA": 52, "SMIMEA": 53,
        "HIP": 55, "CDS": 59, "CDNSKEY": 60, "OPENPGPKEY": 61, "CSYNC": 62, "ZONEMD": 63, "SVCB": SVCB,
        "HTTPS": HTTPS, "SPF": 99, "EUI48": 108, "EUI64": 109, "TSIG": TSIG, "IXFR": IXFR, "AXFR": AXFR, "ANY": ANY,
        "URI": 256, "CAA": 257,
    }.items()
}  # fmt: skip
_RCODES = {
    NOERROR: "NOERROR", FORMERR: "FORMERR", SERVFAIL: "SERVFAIL", NXDOMAIN: "NXDOMAIN", NOTIMP: "NOTIMP",
    REFUSED: "REFUSED", BADVERS: "BADVERS",
}  # fmt: skip
_NUMBERS = {name: number for number, name in _NAMES.items()}
_GENERIC = re.compile(r"TYPE([0-9]{1,5})")


def name_of(number: int) -> str:
    """`A`, `HTTPS`, or `TYPE1234` (RFC 3597 §5)."""
    return _NAMES.get(number) or f"TYPE{number}"


def name_of_rcode(number: int) -> str:
    """`NOERROR`, `NXDOMAIN`, or `rcode 11`."""
    return _RCODES.get(number, f"rcode {number}")


def by_name(text: str) -> int:
    """The number of a record type. Raises ValueError."""
    upper = text.upper()
    if upper in _NUMBERS:
        return _NUMBERS[upper]
    generic = _GENERIC.fullmatch(upper)
    if generic and int(generic[1]) <= 0xFFFF:
        return int(generic[1])
    raise ValueError(f"unknown record type {text!r}")
