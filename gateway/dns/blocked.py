"""What a query is told that is not forwarded: blocked, rewritten, or a special name's answer. Pure."""

from gateway.dns.wire import Answer, Question, Record
from gateway.iana import AAAA, CNAME, EDE_BLOCKED, IN, NOERROR, NXDOMAIN, SOA, A
from gateway.model import BlockedAnswer, Rewrite, RuleRef, Verdict
from gateway.names import Name, from_text, to_text

BOX_NAME: Name = from_text("hushgate.home.arpa")
_HOSTMASTER: Name = from_text("nobody.invalid")
_NULL = {A: bytes(4), AAAA: bytes(16)}


def negative(question: Question, rcode: int, ttl: int, *, aa: bool = False, why: str = "") -> Answer:
    """NXDOMAIN or NODATA that may be kept for `ttl` seconds (its SOA says so, RFC 2308 §5)."""
    numbers = (1, 3600, 600, 86_400, ttl)  # serial, refresh, retry, expire, minimum
    rdata = BOX_NAME + _HOSTMASTER + b"".join(number.to_bytes(4, "big") for number in numbers)
    soa = Record(question.name, SOA, IN, ttl, rdata)
    return Answer(rcode, authority=(soa,), aa=aa, extended=((EDE_BLOCKED, why),) if why else ())


def blocked(question: Question, verdict: Verdict, ttl: int) -> Answer:
    """The answer to a blocked name, in its group's way, with the reason as extended error 15."""
    why = "Hushgate: " + reason(verdict.rule, question.name)
    if verdict.answer is BlockedAnswer.NXDOMAIN:
        return negative(question, NXDOMAIN, ttl, why=why)
    if question.type in _NULL:
        record = Record(question.name, question.type, IN, ttl, _NULL[question.type])
        return Answer(NOERROR, (record,), extended=((EDE_BLOCKED, why),))
    return negative(question, NOERROR, ttl, why=why)


def rewritten(question: Question, rewrite: Rewrite, ttl: int) -> Answer:
    """The answer a rule dictates. A CNAME's target is still to be resolved by the caller."""
    if rewrite.cname is not None:
        return Answer(NOERROR, (Record(question.name, CNAME, IN, ttl, rewrite.cname),))
    records = tuple(
        Record(question.name, rtype, IN, ttl, rdata)
        for rtype, rdata in rewrite.records
        if question.type == rtype
    )
    if records:
        return Answer(rewrite.rcode, records)
    return negative(question, rewrite.rcode, ttl)


def reason(rule: RuleRef | None, name: Name) -> str:
    """One line that leads back to the rule: `catalogue xiaomi.toml, line 12: ||mistat.xiaomi.com^`.

    The text of a list's line is left to the log: to read it for each new name would cost more than to decide.
    """
    if rule is None:
        return to_text(name)
    line = f", line {rule.line}" if rule.line else ""
    text = f": {rule.text}" if rule.text else ""
    return f"{rule.layer} {rule.list}{line}{text}"
