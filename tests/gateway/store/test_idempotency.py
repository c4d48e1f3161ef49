import pytest

from gateway.errors import Conflict, UsageError
from gateway.store import idempotency
from gateway.store.engine import Database
from gateway.store.idempotency import Answer, find_answer, keep_answer, key_of, request_of

NOW = 1_700_000_000
ANSWER = Answer(201, '"abc"', b'{"id": 1}')
REQUEST = request_of("POST", "/v1/rules?", b"{}")


def test_the_answer_comes_again_within_a_day(store: Database) -> None:
    key = key_of("token a", "k")
    with store.writing() as session:
        keep_answer(session, key, REQUEST, ANSWER, now=NOW)
        session.commit()
    with store.writing() as session:
        assert find_answer(session, key, REQUEST, now=NOW + 86_000) == ANSWER
        assert find_answer(session, key, REQUEST, now=NOW + 86_400) is None
        assert find_answer(session, key_of("token b", "k"), REQUEST, now=NOW) is None
        keep_answer(session, key, REQUEST, Answer(200, "", b""), now=NOW + 86_400)
        assert find_answer(session, key, REQUEST, now=NOW + 86_401) == Answer(200, "", b"")


def test_another_request_under_the_same_key_is_refused(store: Database) -> None:
    with store.writing() as session:
        keep_answer(session, "k", REQUEST, ANSWER, now=NOW)
        with pytest.raises(UsageError, match="another request"):
            find_answer(session, "k", request_of("POST", "/v1/rules?", b"{ }"), now=NOW)


def test_a_secret_and_what_is_too_long_are_not_kept_but_not_done_again_either(store: Database) -> None:
    long = Answer(200, "", bytes(range(256)) * 10_000)
    incompressible = Answer(200, "", b"".join(request_of("", "", b"%d" % i).encode() for i in range(2000)))
    with store.writing() as session:
        keep_answer(session, "secret", REQUEST, ANSWER, now=NOW, whole=False)
        keep_answer(session, "long", REQUEST, incompressible, now=NOW)
        keep_answer(session, "packed", REQUEST, long, now=NOW)
        for key in ("secret", "long"):
            with pytest.raises(Conflict, match="not kept"):
                find_answer(session, key, REQUEST, now=NOW)
        assert find_answer(session, "packed", REQUEST, now=NOW) == long


def test_old_ones_and_what_is_too_many_go(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "KEPT", 3)
    with store.writing() as session:
        keep_answer(session, "yesterday", REQUEST, ANSWER, now=NOW - 86_400)
        for number in range(5):
            keep_answer(session, f"k{number}", REQUEST, ANSWER, now=NOW + number)
        there = {
            key
            for key in ("yesterday", *(f"k{number}" for number in range(5)))
            if find_answer(session, key, REQUEST, now=NOW - 1000)
        }
        assert there == {"k2", "k3", "k4"}


def test_no_two_requests_are_spelled_alike() -> None:
    assert request_of("POST", "/a", b"b") != request_of("POST", "/ab", b"")
    assert key_of("a", "bc") != key_of("ab", "c")
