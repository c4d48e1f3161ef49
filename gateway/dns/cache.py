"""Answers kept for as long as they may be, in bounded memory. The time is handed in, in monotonic seconds.

The policy is never in here: a cached answer is what the upstream said, to be decided about each time anew.
"""

from collections import OrderedDict

import msgspec

from gateway.dns.answers import MAX_NEGATIVE_TTL, MAX_TTL
from gateway.dns.wire import Answer, Question, Record
from gateway.iana import ANY, EDE_STALE, EDE_STALE_NXDOMAIN, NOERROR, NXDOMAIN, SOA
from gateway.names import Name

FAILURE_TTL = 5  # RFC 9520 §3.2: at least 1 s, at most 5 min; short, for phones that have just woken up
STALE_TTL = 30  # RFC 8767 §4
MAX_STALE = 86_400  # RFC 8767 §5: one to three days
CLIENT_WAIT = 1.8  # RFC 8767 §5: seconds after which a stale answer is better than waiting on

PREFETCH_HITS = 2
PREFETCH_PART = 0.1  # of the lifetime, at its end
PREFETCH_MIN_TTL = 10  # below that a refresh would go on all the time
PREFETCH_AGAIN = 5.0  # seconds until a prefetch that brought nothing is asked for again

# Bytes on CPython 3.11, x86-64; test_cache holds the sum against tracemalloc.
_ENTRY = 740  # key, entry, answer and their places in the dictionary
_RECORD = 170
_NAME = 34

_Key = tuple[Name, int, int, bool, bool]


class Hit(msgspec.Struct, frozen=True):
    """A cached answer, its TTLs counted down."""

    answer: Answer
    expires: float  # until then ready bytes of it may be kept
    stale: bool = False  # past its time, served because the upstreams fail
    prefetch: bool = False  # in use and soon to expire: ask the upstream now, beside answering


class _Entry(msgspec.Struct, gc=False):  # thousands of them: nothing for the collector to walk
    answer: Answer
    stored: float
    expires: float
    prefetch_at: float
    size: int
    hits: int = 0
    failure: Answer | None = None  # what the last attempt to refresh it came to
    failed_until: float = 0.0

    @property
    def is_failure(self) -> bool:
        """Was there never an answer?"""
        return self.answer is self.failure


class Cache:
    """Answers by (name, type, class, DO, CD); at most about `limit` bytes of them."""

    def __init__(self, limit: int, *, serve_stale: bool = True) -> None:
        self.limit = limit
        self.serve_stale = serve_stale
        self._entries: OrderedDict[_Key, _Entry] = OrderedDict()  # least recently used first
        self.size = 0  # bytes, about
        self.hits = self.misses = self.evicted = self.stale_hits = 0

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, now: float) -> Hit | None:
        """What can be answered without asking.

        Fresh, or a failure of the last seconds; in its place the stale answer where there is one.
        """
        key = (question.name, question.type, question.klass, dnssec_ok, checking_disabled)
        entry = self._entries.get(key)
        if entry is None:
            self.misses += 1
            return None
        if now < entry.expires:
            self.hits += 1
            self._entries.move_to_end(key)
            entry.hits += 1
            prefetch = now >= entry.prefetch_at and entry.hits >= PREFETCH_HITS
            if prefetch:
                entry.prefetch_at = now + PREFETCH_AGAIN
            # Ready bytes come back in time for the prefetch.
            until = entry.prefetch_at if now < entry.prefetch_at else entry.expires
            return Hit(
                _aged(entry.answer, int(now - entry.stored)), min(until, entry.expires), prefetch=prefetch
            )
        if now < entry.failed_until:
            stale = self._stale(entry, now)
            if stale is not None:
                return stale
            if entry.failure is not None:
                self.hits += 1
                return Hit(entry.failure, entry.failed_until)
        elif entry.is_failure or not self._usable(entry, now):
            self._drop(key)
        self.misses += 1
        return None

    def peek(self, question: Question, *, now: float) -> Hit | None:
        """What `get` would return to a plain question; nothing is counted, and nothing moved or refreshed."""
        entry = self._entries.get((question.name, question.type, question.klass, False, False))
        if entry is None:
            return None
        if now < entry.expires:
            return Hit(_aged(entry.answer, int(now - entry.stored)), entry.expires)
        if now < entry.failed_until and entry.failure is not None:
            usable = not entry.is_failure and self._usable(entry, now)
            answer = _outdated(entry.answer) if usable else entry.failure
            return Hit(answer, entry.failed_until, stale=usable)
        return None

    def peek_stale(self, question: Question, *, now: float) -> Answer | None:
        """What `stale` would return to a plain question; nothing is counted."""
        entry = self._entries.get((question.name, question.type, question.klass, False, False))
        if entry is None or entry.is_failure or not self._usable(entry, now):
            return None
        return _outdated(entry.answer)

    def stale(
        self, question: Question, *, dnssec_ok: bool, checking_disabled: bool, now: float
    ) -> Hit | None:
        """The expired answer, for when the upstreams fail or take longer than CLIENT_WAIT."""
        key = (question.name, question.type, question.klass, dnssec_ok, checking_disabled)
        entry = self._entries.get(key)
        return None if entry is None else self._stale(entry, now)

    def _stale(self, entry: _Entry, now: float) -> Hit | None:
        if entry.is_failure or not self._usable(entry, now):
            return None
        self.stale_hits += 1
        # Ready bytes must not outlive the failure: the next one may bring the real answer.
        return Hit(_outdated(entry.answer), max(entry.failed_until, now), stale=True)

    def put(
        self, question: Question, answer: Answer, *, dnssec_ok: bool, checking_disabled: bool, now: float
    ) -> None:
        """Keep `answer`, as `answers.clean` returned it. A failure never displaces an answer."""
        key = (question.name, question.type, question.klass, dnssec_ok, checking_disabled)
        if answer.rcode not in (NOERROR, NXDOMAIN):
            self._put_failure(key, answer, now)
            return
        self._drop(key)
        ttl = lifetime(question, answer)
        if ttl:
            self._add(key, _entry(key, answer, now, ttl))

    def _put_failure(self, key: _Key, answer: Answer, now: float) -> None:
        entry = self._entries.get(key)
        if entry is None or entry.is_failure or not self._usable(entry, now):
            self._drop(key)
            entry = _entry(key, answer, now, 0)
            self._add(key, entry)
        entry.failure = answer
        entry.failed_until = now + FAILURE_TTL

    def _usable(self, entry: _Entry, now: float) -> bool:
        return now < entry.expires + (MAX_STALE if self.serve_stale else 0)

    def _add(self, key: _Key, entry: _Entry) -> None:
        self._entries[key] = entry
        self.size += entry.size
        while self.size > self.limit:
            self._drop(next(iter(self._entries)))
            self.evicted += 1

    def _drop(self, key: _Key) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self.size -= entry.size

    def clear(self) -> None:
        """Forget everything: another network, other upstreams."""
        self._entries.clear()
        self.size = 0


def lifetime(question: Question, answer: Answer) -> int:
    """Seconds that `answer` may be kept; 0 for not at all.

    A negative answer without SOA is not kept (RFC 2308 §5): nothing says for how long.
    """
    ttls = [record.ttl for record in answer.records]
    positive = any(record.type == question.type or question.type == ANY for record in answer.records)
    if answer.rcode == NXDOMAIN or not positive:
        negative = [record.ttl for record in answer.authority if record.type == SOA]
        if not negative:
            return 0
        ttls.append(min(*negative, MAX_NEGATIVE_TTL))
    else:
        ttls += [record.ttl for record in answer.authority]
    return min(*ttls, MAX_TTL)


def _entry(key: _Key, answer: Answer, now: float, ttl: int) -> _Entry:
    expires = now + ttl
    prefetch_at = expires - ttl * PREFETCH_PART if ttl >= PREFETCH_MIN_TTL else expires
    return _Entry(answer, now, expires, prefetch_at, _size(key, answer))


def _aged(answer: Answer, age: int) -> Answer:
    if not age:
        return answer
    records = tuple([Record(r.name, r.type, r.klass, r.ttl - age, r.rdata) for r in answer.records])
    authority = answer.authority and tuple(
        [Record(r.name, r.type, r.klass, max(r.ttl - age, 0), r.rdata) for r in answer.authority]
    )
    return Answer(answer.rcode, records, authority, answer.ad, answer.aa, answer.extended)


def _outdated(answer: Answer) -> Answer:
    """As it is served past its time (RFC 8767 §4)."""
    return msgspec.structs.replace(
        answer,
        records=_with_ttl(answer.records, STALE_TTL),
        authority=_with_ttl(answer.authority, STALE_TTL),
        extended=((EDE_STALE_NXDOMAIN if answer.rcode == NXDOMAIN else EDE_STALE, ""),),
    )


def _with_ttl(records: tuple[Record, ...], ttl: int) -> tuple[Record, ...]:
    return tuple([Record(r.name, r.type, r.klass, ttl, r.rdata) for r in records])


def _size(key: _Key, answer: Answer) -> int:
    total, known = _ENTRY + _NAME + len(key[0]), key[0]
    for record in (*answer.records, *answer.authority):
        total += _RECORD + len(record.rdata)
        if record.name is not known:  # `answers.clean` lets equal owners share their bytes
            total += _NAME + len(record.name)
    return total
