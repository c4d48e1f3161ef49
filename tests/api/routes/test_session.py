"""The first password, logging in and out, who is logged in."""

import time

import pytest

from gateway import setup_link
from gateway.access import Scope
from gateway.store import audit, logins
from tests.fakes.api import Api
from tests.fakes.person import PASSWORD, Person


def actions(served: Api) -> list[tuple[str, str, str]]:
    with served.box.works.reading() as session:
        return [(one.who, one.whence, one.action) for one in audit.list_entries(session)]


def test_the_setup_link_sets_the_first_password_once(served: Api) -> None:
    assert served.client.get("/v1/setup").json() == {"needed": True, "second_factor": False}
    assert Person(served).tries().status_code == 409
    with served.box.works.noting() as session:
        token = setup_link.make(session, int(time.time()))
    person = Person(served)
    answer = person.client.post("/v1/setup", json={"token": token, "password": PASSWORD})
    assert answer.status_code == 201
    assert person.client.get("/v1/session").json()["name"] == "admin"
    assert served.client.get("/v1/setup").json() == {"needed": False, "second_factor": False}
    again = person.client.post("/v1/setup", json={"token": token, "password": "another password"})
    assert again.status_code == 409
    assert ("admin", "192.168.1.7", "password set by the setup link") in actions(served)
    Person(served).logs_in()


@pytest.mark.parametrize(
    "password", ["tooshort1", "x" * 1001, "with\0a NUL in it", "1234567890", "aaaaaaaaaaaa"]
)
def test_a_bad_password_is_refused_and_leaves_the_link(served: Api, password: str) -> None:
    with served.box.works.noting() as session:
        token = setup_link.make(session, int(time.time()))
    refused = served.client.post("/v1/setup", json={"token": token, "password": password})
    assert refused.status_code == 422
    assert "password" in refused.json()["detail"]
    assert password not in refused.text
    with served.box.works.reading() as session:
        assert setup_link.is_valid(session, token, time.time())


def test_a_wrong_or_expired_setup_link_is_refused_and_guessing_is_slowed(served: Api) -> None:
    with served.box.works.noting() as session:
        expired = setup_link.make(session, int(time.time()) - 25 * 3600)
    answers = [
        served.client.post("/v1/setup", json={"token": token, "password": PASSWORD})
        for token in (expired, "", "x", "y", "z", "q", "r", "s")
    ]
    assert [answer.status_code for answer in answers] == [403] * 6 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert actions(served).count(("somebody", "127.0.0.1", "setup refused")) == 6


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(admin: Person) -> None:
    kept = admin.tries().headers["set-cookie"]
    name, *attributes = kept.split("; ")
    assert name.startswith("hushgate_session=")
    assert {"HttpOnly", "SameSite=strict", "Path=/", "Max-Age=2592000"} == set(attributes)


def test_over_https_the_cookie_is_for_https_alone(admin: Person) -> None:
    admin.client.headers["Origin"] = "https://127.0.0.1:8080"
    answer = admin.client.post(
        "https://127.0.0.1:8080/v1/session", json={"password": PASSWORD}, headers={"Sec-Fetch-Site": "none"}
    )
    assert answer.status_code == 403  # a typed address sends no such request
    answer = admin.client.post("https://127.0.0.1:8080/v1/session", json={"password": PASSWORD})
    assert answer.headers["set-cookie"].startswith("__Host-hushgate_session=")
    assert "; Secure" in answer.headers["set-cookie"]
    assert "max-age" in answer.headers["strict-transport-security"]


def test_a_login_makes_the_old_cookie_count_no_more(served: Api, admin: Person) -> None:
    old = admin.client.cookies["hushgate_session"]
    admin.logs_in()
    assert admin.client.cookies["hushgate_session"] != old
    thief = Person(served)
    thief.client.cookies.set("hushgate_session", old)
    assert thief.client.get("/v1/session").status_code == 401


def test_changes_need_the_token_beside_the_cookie(admin: Person) -> None:
    body = {"name": "x", "scopes": ["read"]}
    for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "f" * 64}):
        refused = admin.client.post("/v1/tokens", json=body, headers=headers)
        assert refused.status_code == 403
        assert "X-CSRF-Token" in refused.json()["detail"]
    assert admin.client.get("/v1/session").json()["csrf"] == admin.csrf
    assert admin.call("POST", "/v1/tokens", json=body).status_code == 201


def test_another_logins_token_does_not_do(served: Api, admin: Person) -> None:
    other = Person(served).logs_in()
    body = {"name": "x", "scopes": ["read"]}
    refused = admin.client.post("/v1/tokens", json=body, headers={"X-CSRF-Token": other.csrf})
    assert refused.status_code == 403


def test_a_wrong_token_is_not_made_good_by_a_cookie(admin: Person) -> None:
    for wrong in ("Bearer x", "Basic YTpi", "Bearer", ""):
        assert admin.client.get("/v1/session", headers={"Authorization": wrong}).status_code == 401


def test_two_cookies_of_the_name_are_none(admin: Person) -> None:
    value = admin.client.cookies["hushgate_session"]
    admin.client.cookies.clear()
    twice = {"Cookie": f"hushgate_session={value}; hushgate_session={'A' * 43}"}
    assert admin.client.get("/v1/session", headers=twice).status_code == 401
    assert admin.client.get("/v1/session", headers={"Cookie": f"hushgate_session={value}"}).status_code == 200


def test_logging_out_ends_the_login(served: Api, admin: Person) -> None:
    assert admin.call("DELETE", "/v1/session").status_code == 204
    assert admin.client.get("/v1/session").status_code == 401
    assert served.call("DELETE", "/v1/session").status_code == 409


def test_logins_are_listed_and_ended(served: Api, admin: Person) -> None:
    other = Person(served, "192.168.1.8").logs_in()
    found = admin.client.get("/v1/sessions").json()["items"]
    assert {(one["address"], one["agent"], one["current"]) for one in found} == {
        ("192.168.1.7", "Firefox", True),
        ("192.168.1.8", "Firefox", False),
    }
    (number,) = (one["id"] for one in found if not one["current"])
    assert admin.call("DELETE", f"/v1/sessions/{number}").status_code == 204
    assert other.client.get("/v1/session").status_code == 401
    assert admin.call("DELETE", f"/v1/sessions/{number}").status_code == 404


def test_a_login_ends_when_nobody_uses_it(admin: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    monkeypatch.setattr("api.auth.callers.time.time", lambda: now + logins.IDLE - 1)
    assert admin.client.get("/v1/session").status_code == 200  # which is a use
    monkeypatch.setattr("api.auth.callers.time.time", lambda: now + 2 * logins.IDLE - 3)
    assert admin.client.get("/v1/session").status_code == 200
    monkeypatch.setattr("api.auth.callers.time.time", lambda: now + 4 * logins.IDLE)
    assert admin.client.get("/v1/session").status_code == 401


def test_a_token_says_who_it_is(served: Api) -> None:
    said = served.call("GET", "/v1/session", Scope.READ).json()
    assert said["name"].startswith("token ")
    assert (said["scopes"], said["csrf"]) == (["read"], "")


@pytest.mark.usefixtures("admin")
def test_wrong_passwords_are_slowed_by_place_and_noted_without_them(served: Api) -> None:
    guesser = Person(served, "192.168.1.66")
    answers = [guesser.tries(f"wrong password {n}").status_code for n in range(8)]
    assert answers == [401] * 6 + [429] * 2
    refused = guesser.tries()
    assert refused.status_code == 429  # the right one comes too late as well
    assert 1 <= int(refused.headers["retry-after"]) <= 2
    Person(served, "192.168.1.67").logs_in()
    said = actions(served)
    assert said.count(("somebody", "192.168.1.66", "login failed")) == 6


def test_many_guessers_slow_strangers_but_not_whoever_is_known(served: Api, admin: Person) -> None:
    answers = [Person(served, f"192.168.2.{n}").tries("wrong password").status_code for n in range(30)]
    assert answers[:20] == [401] * 20
    assert set(answers[21:]) == {429}
    admin.logs_in()


def test_secrets_are_not_in_the_audit(served: Api, admin: Person) -> None:
    admin.logs_in()
    with served.box.works.reading() as session:
        said = repr(audit.list_entries(session))
    assert PASSWORD not in said
    assert admin.client.cookies["hushgate_session"] not in said
    assert admin.csrf not in said
