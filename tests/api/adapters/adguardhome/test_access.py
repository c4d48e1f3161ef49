"""Basic with a token as the password, or a cookie for it."""

import base64

import pytest

from gateway.access import Scope
from tests.fakes.api import Api

STATUS = "/control/status"


def login(served: Api, *scopes: Scope) -> str:
    answer = served.client.post("/control/login", json={"name": "x", "password": served.token(*scopes)})
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    served.client.cookies.clear()
    return cookie.partition(";")[0].partition("=")[2]


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        f"Basic {base64.b64encode(b'nopassword').decode()}",
        f"Basic {base64.b64encode(bytes([255, 254])).decode()}",
        f"Basic {'A' * 100_000}",
        "Bearer x",
    ],
)
def test_rubbish_for_credentials_is_nobody(served: Api, header: str) -> None:
    answer = served.client.get(STATUS, headers={"Authorization": header})
    assert answer.status_code in (401, 431)


def test_an_expired_token_is_nobody(served: Api) -> None:
    token = served.token(Scope.ADMIN, expires=2)
    assert served.client.get(STATUS, auth=("x", token)).status_code == 401
    answer = served.client.post("/control/login", json={"name": "x", "password": token})
    assert answer.status_code == 403


def test_a_cookie_is_as_good_until_it_logs_out(served: Api) -> None:
    cookie = {"Cookie": f"agh_session={login(served, Scope.READ)}"}
    assert served.client.get(STATUS, headers=cookie).status_code == 200
    served.client.get("/control/logout", headers=cookie)
    assert served.client.get(STATUS, headers=cookie).status_code == 401


def test_a_form_of_another_page_cannot_use_the_cookie(served: Api) -> None:
    cookie = {"Cookie": f"agh_session={login(served, Scope.ADMIN)}"}
    path = "/control/querylog_clear"
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        headers = {**cookie, **({"Content-Type": kind} if kind else {})}
        assert served.client.post(path, headers=headers, content=b"{}").status_code == 415
    assert served.client.post(path, headers=cookie, json={}).status_code == 200
    foreign = {**cookie, "Origin": "http://evil.example"}
    assert served.client.post(path, headers=foreign, json={}).status_code == 403
    assert served.client.post(path, headers=cookie).status_code == 415


def test_our_own_sessions_cookie_is_none_of_theirs(served: Api) -> None:
    headers = {"Cookie": "hushgate_session=x; agh_session="}
    assert served.client.get(STATUS, headers=headers).status_code == 401
