"""Queries that the protocol itself answers: kinds we do not serve, and ANY. Pure."""

from gateway.dns.wire import Answer, Query, Question, Record
from gateway.iana import (
    ANY,
    AXFR,
    BADVERS,
    EDE_NETWORK_ERROR,
    EDE_NOT_READY,
    HINFO,
    IN,
    IXFR,
    NOERROR,
    NOTIMP,
    OPT,
    REFUSED,
)

EDE_NO_ANSWER = EDE_NETWORK_ERROR
_ANY_TTL = 3600  # seconds; what RFC 8482 §4.2 has in its example is this order of size
_META = range(128, 256)  # RFC 6895 §3.1: meta types and QTYPEs


def answer(query: Query) -> Answer | None:
    """The error for a query of a kind we do not serve, or None."""
    question = query.question
    if query.edns_version > 0:
        return Answer(BADVERS)  # RFC 6891 §6.1.3
    if question.klass != IN:
        return Answer(REFUSED)  # CHAOS would tell who we are
    if question.type in (AXFR, IXFR):
        return Answer(REFUSED)  # RFC 5936 §2.2.1: we hold no zone
    if question.type in (0, OPT) or (question.type in _META and question.type != ANY):
        return Answer(NOTIMP)
    return None


def minimal_any(question: Question) -> Answer | None:
    """RFC 8482: ANY gets one made-up HINFO, so that nobody is flooded with what he did not ask for."""
    if question.type != ANY:
        return None
    rdata = b"\x07RFC8482\x00"
    return Answer(NOERROR, (Record(question.name, HINFO, IN, _ANY_TTL, rdata),))


def not_at_hand() -> Answer:
    """To a query without RD whose answer is not in the cache."""
    return Answer(REFUSED, extended=((EDE_NOT_READY, "not in the cache"),))
