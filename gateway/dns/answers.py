"""Checks of what an upstream answered. Pure: no sockets, no clock.

An upstream is believed about the question it was asked and about nothing else.
"""

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import msgspec

from gateway.dns import svcb
from gateway.dns.wire import Answer, Question, Record, Reply
from gateway.errors import UpstreamFault
from gateway.iana import (
    AAAA,
    ANY,
    CNAME,
    DNAME,
    HTTPS,
    NOERROR,
    NS,
    NSEC,
    NSEC3,
    NXDOMAIN,
    RRSIG,
    SOA,
    SVCB,
    A,
)
from gateway.names import ROOT, Name, suffixes

MAX_CHAIN = 16  # CNAMEs followed; resolvers give up between 8 and 16
MAX_SERVICES = 32  # SVCB and HTTPS; each leads to a name that the policy decides about, at up to 50 µs
MAX_TTL = 86_400  # RFC 8767 §4: no more than days; a day bounds the harm of a wrong answer
MAX_NEGATIVE_TTL = 10_800  # RFC 2308 §5: one to three hours work well
_ADDRESS_SIZE = {A: 4, AAAA: 16}
_SIGNER_AT = 18  # RFC 4034 §3.1: fixed fields before the signer's name

_PRIVATE = [
    (int(network.network_address), int(network.netmask), network.version)
    for network in map(
        ip_network,
        (
            "0.0.0.0/8",  # RFC 1122 §3.2.1.3; Linux takes 0.0.0.0 for itself
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "::/128",
            "::1/128",
            "fc00::/7",
            "fe80::/10",
        ),
    )
]
# Prefixes behind which an IPv4 address lies: mapped (RFC 4291 §2.5.5.2) and NAT64 (RFC 6052 §2.1).
_EMBEDDING = (bytes(10) + b"\xff\xff", bytes.fromhex("0064ff9b") + bytes(8))


def mismatch(reply: Reply, ident: int, question: Question, spelled: bytes) -> str:
    """Why `reply` is no answer to what was sent, or "". `spelled` is the name as it was sent (0x20)."""
    if reply.id != ident:
        return "wrong id"
    got = reply.question
    if got.name != question.name or got.type != question.type or got.klass != question.klass:
        return "wrong question"
    if got.spelled != spelled:
        return "wrong letter case"
    return ""


def clean(question: Question, answer: Answer, *, dnssec_ok: bool) -> Answer:
    """What of `answer` belongs to `question`: the CNAME chain from its name and the records at its end.

    Of the authority only the SOA of a negative answer, and DNSSEC proofs with DO. TTLs are bounded.
    Raises UpstreamFault for a looping, endless or forked chain, a malformed record, too many services or a
    referral.
    """
    if answer.rcode not in (NOERROR, NXDOMAIN):
        return Answer(answer.rcode, extended=answer.extended)
    try:
        chain, records = _follow(question, answer.records, dnssec_ok)
        negative = not any(_answers(record, question) for record in records)
        authority = _authority(question, answer, chain, negative, dnssec_ok)
        for record in records:
            _check_shape(record)
    except ValueError as error:
        raise UpstreamFault(f"malformed record: {error}") from None
    if sum(record.type in (SVCB, HTTPS) for record in records) > MAX_SERVICES:
        raise UpstreamFault(f"more than {MAX_SERVICES} services")
    if negative and answer.rcode == NOERROR and not records and _is_referral(answer, authority):
        raise UpstreamFault("a referral: this upstream does not resolve for us")
    return Answer(
        answer.rcode,
        tuple(_bounded(record, MAX_TTL) for record in records),
        tuple(authority),
        ad=answer.ad,
        extended=answer.extended,
    )


def _answers(record: Record, question: Question) -> bool:
    return record.type == question.type or question.type == ANY


def _follow(
    question: Question, records: Sequence[Record], dnssec_ok: bool
) -> tuple[list[Name], list[Record]]:
    """The names of the chain and its records, in the order of the chain."""
    by_owner: dict[Name, list[Record]] = {}
    for record in records:
        if record.klass == question.klass:
            by_owner.setdefault(record.name, []).append(record)
    chain, kept = [question.name], dict[tuple[Name, int, bytes], Record]()
    while True:
        here = by_owner.get(chain[-1], [])
        wanted = question.type
        if not any(_answers(record, question) for record in here):
            wanted = CNAME
        for record in here:
            signs = dnssec_ok and record.type == RRSIG and int.from_bytes(record.rdata[:2], "big") == wanted
            if record.type == wanted or wanted == ANY or signs:
                # The owner shares the question's bytes: half the memory of a cached answer.
                kept.setdefault(
                    (record.name, record.type, record.rdata), msgspec.structs.replace(record, name=chain[-1])
                )
        if wanted != CNAME or question.type == CNAME:
            return chain, list(kept.values())
        targets = {svcb.whole_name(record.rdata) for record in here if record.type == CNAME}
        if not targets:
            return chain, list(kept.values())
        if len(targets) > 1:
            raise UpstreamFault("more than one CNAME at one name")
        if dnssec_ok:
            _keep_dname(chain[-1], by_owner, kept)
        target = targets.pop()
        if target in chain:
            raise UpstreamFault("CNAME loop")
        if len(chain) > MAX_CHAIN:
            raise UpstreamFault(f"more than {MAX_CHAIN} CNAMEs")
        chain.append(target)


def _keep_dname(
    name: Name, by_owner: dict[Name, list[Record]], kept: dict[tuple[Name, int, bytes], Record]
) -> None:
    """A validating client needs the signed DNAME that the (unsigned) CNAME was made from (RFC 6672 §5.3)."""
    for parent in suffixes(name):
        for record in by_owner.get(parent, ()) if parent != name else ():
            if record.type == DNAME or (
                record.type == RRSIG and record.rdata[:2] == DNAME.to_bytes(2, "big")
            ):
                kept.setdefault((record.name, record.type, record.rdata), record)


def _authority(
    question: Question, answer: Answer, chain: Sequence[Name], negative: bool, dnssec_ok: bool
) -> list[Record]:
    kept: list[Record] = []
    zones: set[Name] = set()
    # As sets: to walk down a name of 127 labels for each of 500 records would take 20 ms.
    above_end = {*suffixes(chain[-1]), ROOT}
    for record in answer.authority:
        if record.klass != question.klass or not negative or record.type != SOA:
            continue
        if record.name in above_end and not kept:
            kept.append(_bounded(record, min(_soa_minimum(record), MAX_NEGATIVE_TTL)))
            zones.add(record.name)
    if not dnssec_ok:
        return kept
    above_any = above_end.union(*map(suffixes, chain))
    for record in (*answer.records, *answer.authority):
        if record.type == RRSIG and len(record.rdata) > _SIGNER_AT:
            signer = record.rdata[_SIGNER_AT : svcb.name_end(record.rdata, _SIGNER_AT)].lower()
            if signer in above_any:
                zones.add(signer)
    owners: dict[Name, bool] = {}  # below one of the zones?
    for record in answer.authority:
        covered = int.from_bytes(record.rdata[:2], "big") if record.type == RRSIG else record.type
        proof = covered in (NSEC, NSEC3) or (covered == SOA and record.type == RRSIG and negative)
        if not proof:
            continue
        if record.name not in owners:
            owners[record.name] = not zones.isdisjoint((*suffixes(record.name), ROOT))
        if owners[record.name]:
            kept.append(_bounded(record, MAX_TTL))
    return kept


def _soa_minimum(record: Record) -> int:
    """RFC 2308 §4: the last field of the SOA."""
    at = svcb.name_end(record.rdata, svcb.name_end(record.rdata))
    if len(record.rdata) - at != 20:
        raise ValueError("SOA of wrong size")
    return int.from_bytes(record.rdata[-4:], "big")


def _is_referral(answer: Answer, authority: Sequence[Record]) -> bool:
    has_soa = any(record.type == SOA for record in authority)
    return not has_soa and not answer.aa and any(record.type == NS for record in answer.authority)


def _bounded(record: Record, limit: int) -> Record:
    """RFC 2181 §8: a TTL with the top bit set counts as zero."""
    ttl = 0 if record.ttl >= 1 << 31 or record.ttl < 0 else min(record.ttl, limit)
    return record if ttl == record.ttl else msgspec.structs.replace(record, ttl=ttl)


def _check_shape(record: Record) -> None:
    size = _ADDRESS_SIZE.get(record.type)
    if size is not None and len(record.rdata) != size:
        raise ValueError(f"address of {len(record.rdata)} bytes")
    if record.type in (SVCB, HTTPS):
        svcb.hints(svcb.decode(record.rdata))


def cname_targets(answer: Answer) -> tuple[Name, ...]:
    """Other names that `answer` leads to: targets of CNAME, SVCB and HTTPS, each to be put to the policy.

    For answers that `clean` let through.
    """
    found: dict[Name, None] = {}
    for record in answer.records:
        if record.type == CNAME:
            found[svcb.whole_name(record.rdata)] = None
        elif record.type in (SVCB, HTTPS):
            target = svcb.decode(record.rdata).target.lower()
            if len(target) > 1 and target != record.name:
                found[target] = None
    return tuple(found)


def private_address(
    question: Question, answer: Answer, exceptions: Collection[Name] = ()
) -> IPv4Address | IPv6Address | None:
    """The first private address in `answer`, hints of HTTPS records included; None when there is none.

    A public name with a private address is how a web page reaches into the house (DNS rebinding).
    `exceptions` are asked names, with all below them, that may have one. The asked name counts and not
    the end of its chain: anybody can point a CNAME at an excepted domain.
    """
    if exceptions and any(parent in exceptions for parent in suffixes(question.name)):
        return None
    for record in answer.records:
        if record.type in (A, AAAA):
            packed = [record.rdata]
        elif record.type in (SVCB, HTTPS):
            packed = svcb.hints(svcb.decode(record.rdata))
        else:
            continue
        for address in packed:
            if is_private(address):
                return ip_address(address)
    return None


def is_private(packed: bytes) -> bool:
    """Is this address (4 or 16 bytes) one of the house, the machine or the link?

    The documentation ranges are not: tests use them as the outside world.
    """
    if len(packed) == 16 and packed[:12] in _EMBEDDING:
        packed = packed[12:]
    value, version = int.from_bytes(packed, "big"), 4 if len(packed) == 4 else 6
    return any(value & mask == network for network, mask, kind in _PRIVATE if kind == version)


def without_ech(answer: Answer) -> Answer:
    """`answer` without Encrypted ClientHello keys, and so without what signed them.

    For devices whose connections are judged by the name in their ClientHello.
    """
    kept: list[Record] = []
    changed: set[Name] = set()
    for record in answer.records:
        if record.type in (SVCB, HTTPS):
            rdata = svcb.without_ech(record.rdata)
            if rdata != record.rdata:
                changed.add(record.name)
                record = msgspec.structs.replace(record, rdata=rdata)
        kept.append(record)
    if not changed:
        return answer
    unsigned = [
        record
        for record in kept
        if not (
            record.type == RRSIG
            and record.name in changed
            and int.from_bytes(record.rdata[:2], "big") in (SVCB, HTTPS)
        )
    ]
    return msgspec.structs.replace(answer, records=tuple(unsigned), ad=False)
