"""A session for a token."""

from gateway.access import Scope
from tests.fakes.api import Api


def begin(served: Api, password: str) -> tuple[int, dict[str, object]]:
    answer = served.client.post("/api/auth", json={"password": password})
    return answer.status_code, answer.json().get("session", {})


def test_a_token_begins_a_session_that_ends_when_it_is_told_to(served: Api) -> None:
    status, session = begin(served, served.token(Scope.READ))
    assert (status, session["valid"]) == (200, True)
    sid = {"X-FTL-SID": str(session["sid"])}
    assert served.client.get("/api/auth", headers=sid).json()["session"]["valid"]
    assert served.client.get("/api/info/version", headers=sid).status_code == 200
    assert served.client.delete("/api/auth", headers=sid).status_code == 204
    assert served.client.delete("/api/auth", headers=sid).status_code == 401
    assert served.client.get("/api/info/version", headers=sid).status_code == 401
    assert served.client.get("/api/auth", headers=sid).status_code == 401


def test_what_is_no_token_or_expired_begins_none(served: Api) -> None:
    for password in ("", "wrong", "hg_" + "A" * 43, served.token(Scope.ADMIN, expires=2)):
        assert begin(served, password)[0] == 401
    assert served.client.post("/api/auth", json={"password": "x" * 201}).status_code == 400
    assert served.client.post("/api/auth", json={}).status_code == 400
    assert served.client.post("/api/auth", content=b"{").status_code == 400


def test_a_session_is_neither_taken_from_a_cookie_nor_from_the_url(served: Api) -> None:
    _, session = begin(served, served.token(Scope.ADMIN))
    sid = session["sid"]
    assert served.client.get("/api/info/version", headers={"Cookie": f"sid={sid}"}).status_code == 401
    assert served.client.get(f"/api/info/version?sid={sid}").status_code == 401


def test_seats_are_counted(served: Api) -> None:
    answers = [begin(served, served.token(Scope.READ))[0] for _ in range(20)]
    assert answers.count(200) == 16
    assert answers.count(429) == 4
