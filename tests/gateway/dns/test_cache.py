"""The cache against the RFCs, a simple model, and its own memory bound."""

import gc
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns.cache import FAILURE_TTL, MAX_STALE, STALE_TTL, Cache, Hit, lifetime
from gateway.dns.wire import Answer, Question, Record
from gateway.iana import EDE_STALE, EDE_STALE_NXDOMAIN, NOERROR, NXDOMAIN, REFUSED, SERVFAIL
from gateway.names import from_text
from tests.fakes.values import question, record, soa

WWW = question("www.example.org")


def positive(ttl: int = 300, name: str = "www.example.org") -> Answer:
    return Answer(NOERROR, (record(f"{name} {ttl} IN A 203.0.113.9"),))


def put(
    cache: Cache, answer: Answer, now: float, asked: Question = WWW, *, do: bool = False, cd: bool = False
) -> None:
    cache.put(asked, answer, dnssec_ok=do, checking_disabled=cd, now=now)


def get(cache: Cache, now: float, asked: Question = WWW, *, do: bool = False, cd: bool = False) -> Hit | None:
    return cache.get(asked, dnssec_ok=do, checking_disabled=cd, now=now)


def stale(cache: Cache, now: float) -> Hit | None:
    return cache.stale(WWW, dnssec_ok=False, checking_disabled=False, now=now)


def ttl_of(hit: Hit | None) -> int:
    assert hit is not None
    return hit.answer.records[0].ttl


def test_ttl_counts_down_and_ends() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(300), 1000.0)
    assert ttl_of(get(cache, 1000.0)) == 300
    assert ttl_of(get(cache, 1000.9)) == 300
    assert ttl_of(get(cache, 1299.9)) == 1
    hit = get(cache, 1299.9)
    assert hit is not None
    assert hit.expires == 1300.0
    assert get(cache, 1300.0) is None
    assert (cache.hits, cache.misses) == (4, 1)


def test_do_cd_type_and_class_do_not_mix() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(), 0.0, do=True, cd=False)
    assert get(cache, 1.0, do=False) is None
    assert get(cache, 1.0, do=True, cd=True) is None
    assert get(cache, 1.0, Question(WWW.name, WWW.name, 28), do=True) is None
    assert get(cache, 1.0, Question(WWW.name, WWW.name, 1, 3), do=True) is None
    assert get(cache, 1.0, Question(WWW.name, WWW.name.upper(), 1), do=True) is not None


def test_the_shortest_ttl_of_the_chain_counts() -> None:
    chain = (record("www.example.org 20 IN CNAME a.example"), record("a.example 300 IN A 203.0.113.9"))
    assert lifetime(WWW, Answer(NOERROR, chain)) == 20


def test_ttl_zero_is_not_kept() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(0), 0.0)
    assert len(cache) == 0


def test_negative_answer_lives_as_long_as_its_soa() -> None:
    cache = Cache(1 << 20)
    put(cache, Answer(NXDOMAIN, authority=(soa("example.org", ttl=60),)), 0.0)
    hit = get(cache, 59.0)
    assert hit is not None
    assert hit.answer.authority[0].ttl == 1
    assert get(cache, 60.0) is None


def test_negative_answer_without_soa_is_not_kept() -> None:
    for answer in (
        Answer(NXDOMAIN),
        Answer(NOERROR),
        Answer(NOERROR, (record("www.example.org CNAME a.example"),)),
    ):
        assert lifetime(WWW, answer) == 0


def test_failure_is_kept_for_seconds() -> None:
    cache = Cache(1 << 20)
    put(cache, Answer(SERVFAIL), 0.0)
    hit = get(cache, FAILURE_TTL - 0.1)
    assert hit is not None
    assert (hit.answer.rcode, hit.stale) == (SERVFAIL, False)
    assert get(cache, FAILURE_TTL) is None
    assert stale(cache, FAILURE_TTL) is None
    put(cache, Answer(REFUSED), FAILURE_TTL + 1)
    put(cache, positive(), FAILURE_TTL + 2)
    assert ttl_of(get(cache, FAILURE_TTL + 2)) == 300


def test_failure_does_not_displace_an_answer() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(10), 0.0)
    put(cache, Answer(SERVFAIL), 5.0)  # a prefetch that failed
    assert ttl_of(get(cache, 6.0)) == 4
    put(cache, Answer(SERVFAIL), 20.0)
    hit = get(cache, 21.0)
    assert hit is not None
    assert hit.stale
    assert ttl_of(hit) == STALE_TTL
    assert hit.answer.extended == ((EDE_STALE, ""),)
    assert get(cache, 26.0) is None  # time to ask again
    put(cache, positive(10), 26.0)
    assert ttl_of(get(cache, 26.0)) == 10


def test_stale_answer_is_there_for_a_day() -> None:
    cache = Cache(1 << 20)
    put(cache, Answer(NXDOMAIN, authority=(soa("example.org", ttl=60),)), 0.0)
    assert get(cache, 61.0) is None
    hit = stale(cache, 61.0)
    assert hit is not None
    assert hit.answer.authority[0].ttl == STALE_TTL
    assert hit.answer.extended == ((EDE_STALE_NXDOMAIN, ""),)
    assert stale(cache, 59.0 + MAX_STALE) is not None
    assert stale(cache, 60.0 + MAX_STALE) is None
    assert get(cache, 60.0 + MAX_STALE) is None
    assert len(cache) == 0


def test_stale_answers_can_be_switched_off() -> None:
    cache = Cache(1 << 20, serve_stale=False)
    put(cache, positive(10), 0.0)
    assert stale(cache, 11.0) is None
    put(cache, Answer(SERVFAIL), 11.0)
    hit = get(cache, 12.0)
    assert hit is not None
    assert hit.answer.rcode == SERVFAIL


def test_name_in_use_is_to_be_prefetched_once() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(100), 0.0)
    assert [get(cache, at).prefetch for at in (1.0, 89.0, 90.0, 91.0)] == [False, False, True, False]  # type: ignore[union-attr]  # all are hits
    again = get(cache, 95.5)
    assert again is not None
    assert again.prefetch  # the first brought nothing
    put(cache, positive(100), 96.0)
    assert not get(cache, 97.0).prefetch  # type: ignore[union-attr]  # a hit


def test_name_asked_once_is_not_prefetched() -> None:
    cache = Cache(1 << 20)
    put(cache, positive(100), 0.0)
    hit = get(cache, 99.0)
    assert hit is not None
    assert not hit.prefetch


def test_least_recently_used_goes_first() -> None:
    names = [f"n{number}.example" for number in range(100)]
    one = Cache(1 << 20)
    put(one, positive(300, names[0]), 0.0, question(names[0]))
    cache = Cache(one.size * 10 + 200)
    for name in names:
        put(cache, positive(300, name), 0.0, question(name))
        assert get(cache, 1.0, question(names[0])) is not None
    assert 8 <= len(cache) <= 10
    assert cache.evicted == 100 - len(cache)
    assert get(cache, 1.0, question(names[-1])) is not None
    cache.clear()
    assert (len(cache), cache.size) == (0, 0)


def test_answer_larger_than_the_cache_is_not_kept() -> None:
    cache = Cache(100)
    put(cache, positive(), 0.0)
    assert (len(cache), cache.size) == (0, 0)


@pytest.mark.parametrize("count", [1, 4, 12])
def test_counted_bytes_are_real_bytes(count: int) -> None:
    def fill(cache: Cache, start: int, entries: int) -> None:
        for number in range(start, start + entries):
            name = from_text(f"host-{number}.example.org")
            records = tuple(
                Record(name, 1, 1, 1000 + n, bytes((203, 0, n, number & 255))) for n in range(count)
            )
            asked = Question(name, name, 1)
            cache.put(
                asked, Answer(NOERROR, records), dnssec_ok=False, checking_disabled=False, now=number / 7
            )

    cache = Cache(1 << 30)
    gc.collect()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        fill(cache, 0, 3000)
        real = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert 0.7 < real / cache.size < 1.2


NAMES = [from_text(f"n{number}.example") for number in range(4)]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["get", "put", "nxdomain", "fail", "stale"]),
        st.integers(0, 3),
        st.booleans(),
        st.integers(0, 400),
        st.sampled_from([0.0, 0.5, 3.0, 40.0, 5000.0, 90_000.0]),
    ),
    max_size=60,
)


@given(STEPS)
def test_cache_behaves_as_a_simple_model(steps: list[tuple[str, int, bool, int, float]]) -> None:
    cache = Cache(1 << 20)
    answers: dict[tuple[int, bool], tuple[Answer, float, int]] = {}
    failures: dict[tuple[int, bool], float] = {}
    now = 0.0
    for step, number, do, ttl, wait in steps:
        now += wait
        name, key = NAMES[number], (number, do)
        asked = Question(name, name, 1)
        answer, stored, lives = answers.get(key, (Answer(SERVFAIL), 0.0, 0))
        fresh = key in answers and now < stored + lives
        old = key in answers and not fresh and now < stored + lives + MAX_STALE
        if step in ("put", "nxdomain"):
            good = Answer(NOERROR, (Record(name, 1, 1, ttl, bytes(4)),))
            if step == "nxdomain":
                good = Answer(NXDOMAIN, authority=(soa("example", ttl=ttl),))
            cache.put(asked, good, dnssec_ok=do, checking_disabled=False, now=now)
            failures.pop(key, None)
            answers.pop(key, None)
            if ttl:
                answers[key] = (good, now, ttl)
        elif step == "fail":
            cache.put(asked, Answer(SERVFAIL), dnssec_ok=do, checking_disabled=False, now=now)
            failures[key] = now + FAILURE_TTL
        elif step == "stale":
            hit = cache.stale(asked, dnssec_ok=do, checking_disabled=False, now=now)
            assert (hit is not None) == (fresh or old)
        else:
            hit = cache.get(asked, dnssec_ok=do, checking_disabled=False, now=now)
            if fresh:
                assert hit is not None
                assert not hit.stale
                assert hit.answer.rcode == answer.rcode
                left = [each.ttl for each in (*hit.answer.records, *hit.answer.authority)]
                assert left == [lives - int(now - stored)]
                assert left[0] > 0
            elif now < failures.get(key, 0.0):
                assert hit is not None
                assert hit.stale == old
                assert hit.answer.rcode == (answer.rcode if old else SERVFAIL)
            else:
                assert hit is None
    assert cache.size >= 0
    assert (cache.size == 0) == (len(cache) == 0)


def test_a_peek_sees_what_would_be_answered_and_leaves_no_mark() -> None:
    cache = Cache(1 << 20)
    assert cache.peek(WWW, now=1000.0) is None
    put(cache, positive(300), 1000.0)
    for _ in range(5):
        assert ttl_of(cache.peek(WWW, now=1100.0)) == 200
    put(cache, Answer(SERVFAIL), 1400.0)
    outdated = cache.peek(WWW, now=1400.0)
    assert (ttl_of(outdated), outdated is not None and outdated.stale) == (STALE_TTL, True)
    assert outdated == stale(cache, 1400.0)
    assert cache.peek(WWW, now=1400.0 + FAILURE_TTL) is None
    cache.serve_stale = False
    put(cache, Answer(REFUSED), 2000.0)
    failed = cache.peek(WWW, now=2000.0)
    assert failed is not None
    assert (failed.answer.rcode, failed.stale) == (REFUSED, False)
    assert (cache.hits, cache.misses, cache.stale_hits) == (0, 0, 1)
    hit = get(cache, 2000.0)
    assert hit is not None
    assert hit.answer == failed.answer


@given(st.lists(st.tuples(st.sampled_from(("good", "failed", "wait")), st.integers(1, 400)), max_size=8))
def test_a_peek_and_a_get_are_of_one_mind(steps: list[tuple[str, int]]) -> None:
    cache, now = Cache(1 << 20), 1000.0
    for what, number in steps:
        if what == "wait":
            now += number
        else:
            put(cache, positive(number) if what == "good" else Answer(SERVFAIL), now)
    old, helped = cache.peek_stale(WWW, now=now), stale(cache, now)
    assert old == (helped and helped.answer)
    seen, found = cache.peek(WWW, now=now), get(cache, now)
    assert (seen and (seen.answer, seen.stale)) == (found and (found.answer, found.stale))
