"""The password and the second factor."""

import time

import pyotp
import pytest

from api.auth import entrance
from api.routes import account
from gateway.access import Scope
from tests.fakes.api import Api
from tests.fakes.person import PASSWORD, Person

OTHER = "another good password"


class Clock:
    """Time as the entrance and the account see it; a code counts once, so each needs a time step of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = time.time()
        for room in (entrance, account):
            monkeypatch.setattr(room, "time", self)

    def time(self) -> float:
        self.now += 30
        return self.now

    def monotonic(self) -> float:
        return self.now

    def code(self, secret: str) -> str:
        """Of the moment at which it will be looked at."""
        return pyotp.TOTP(secret).at(int(self.now + 30))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def enrolled(admin: Person, clock: Clock, code: str = "") -> tuple[str, list[str]]:
    begun = admin.call("POST", "/v1/account/totp", json={"password": PASSWORD, "code": code})
    assert begun.status_code == 200, begun.text
    secret = begun.json()["secret"]
    confirmed = admin.call("POST", "/v1/account/totp:confirm", json={"code": clock.code(secret)})
    assert confirmed.status_code == 200, confirmed.text
    return secret, confirmed.json()["codes"]


def test_a_new_password_ends_the_other_logins(served: Api, admin: Person) -> None:
    other = Person(served).logs_in()
    body = {"password": PASSWORD, "new": OTHER}
    assert admin.call("POST", "/v1/account/password", json=body).json() == {"ended": 1}
    assert admin.client.get("/v1/session").status_code == 200
    assert other.client.get("/v1/session").status_code == 401
    assert Person(served).tries().status_code == 401
    assert Person(served).tries(OTHER).status_code == 200


def test_a_session_alone_changes_no_password(admin: Person) -> None:
    for body in ({"password": "wrong password", "new": OTHER}, {"password": "", "new": OTHER}):
        assert admin.call("POST", "/v1/account/password", json=body).status_code == 401
    assert admin.call("POST", "/v1/account/password", json={"new": OTHER}).status_code == 422
    short = {"password": PASSWORD, "new": "short"}
    assert admin.call("POST", "/v1/account/password", json=short).status_code == 422
    assert admin.client.get("/v1/session").status_code == 200


def test_a_second_factor_counts_once_its_first_code_has_come(
    served: Api, admin: Person, clock: Clock
) -> None:
    begun = admin.call("POST", "/v1/account/totp", json={"password": PASSWORD}).json()
    assert begun["uri"].startswith("otpauth://totp/Hushgate:admin%40127.0.0.1?secret=")
    assert begun["svg"].startswith("<svg ")
    Person(served).logs_in()  # not confirmed: not needed
    secret = begun["secret"]
    assert admin.call("POST", "/v1/account/totp:confirm", json={"code": "12345"}).status_code == 422
    assert (
        admin.call("POST", "/v1/account/totp:confirm", json={"code": clock.code(secret)}).status_code == 200
    )
    assert admin.client.get("/v1/account").json()["second_factor"] is True
    assert served.client.get("/v1/setup").json()["second_factor"] is True
    assert Person(served).tries().status_code == 401
    code = clock.code(secret)
    Person(served).logs_in(code)
    assert Person(served).tries(code=code).status_code == 401  # spent
    Person(served).logs_in(clock.code(secret))


def test_it_waits_for_its_first_code_only_so_long(admin: Person, clock: Clock) -> None:
    begun = admin.call("POST", "/v1/account/totp", json={"password": PASSWORD}).json()
    clock.now += account.ENROL_SECONDS
    late = admin.call("POST", "/v1/account/totp:confirm", json={"code": clock.code(begun["secret"])})
    assert late.status_code == 409
    assert admin.call("POST", "/v1/account/totp:confirm", json={"code": "123456"}).status_code == 409


def test_enrolling_again_needs_password_and_code_and_the_old_one_counts_meanwhile(
    served: Api, admin: Person, clock: Clock
) -> None:
    assert admin.call("POST", "/v1/account/totp", json={"password": "wrong password"}).status_code == 401
    old, _ = enrolled(admin, clock)
    assert admin.call("POST", "/v1/account/totp", json={"password": PASSWORD}).status_code == 401
    new, _ = enrolled(admin, clock, clock.code(old))
    assert Person(served).tries(code=clock.code(old)).status_code == 401
    Person(served).logs_in(clock.code(new))


def test_each_recovery_code_counts_once(served: Api, admin: Person, clock: Clock) -> None:
    secret, codes = enrolled(admin, clock)
    assert len(set(codes)) == 10
    Person(served).logs_in(codes[0])
    Person(served).logs_in(codes[1].upper().replace("-", " "))
    assert Person(served).tries(code=codes[0]).status_code == 401
    assert admin.client.get("/v1/account").json()["recovery_left"] == 8
    body = {"password": PASSWORD, "code": clock.code(secret)}
    renewed = admin.call("POST", "/v1/account/recovery", json=body).json()["codes"]
    assert not set(renewed) & set(codes)
    assert Person(served).tries(code=codes[2]).status_code == 401
    Person(served).logs_in(renewed[0])


def test_guessing_codes_with_the_right_password_is_slowed_for_all(
    served: Api, admin: Person, clock: Clock
) -> None:
    secret, _ = enrolled(admin, clock)
    answers = [
        Person(served, f"192.168.3.{n}").tries(code="000000").status_code
        for n in range(7)
        if clock.code(secret) != "000000"
    ]
    assert answers[:5] == [401] * 5
    clock.now -= 30 * 20  # no time has passed
    assert Person(served, "192.168.3.99").tries(code="000000").status_code == 429


def test_the_second_factor_is_given_up_with_password_and_code(
    served: Api, admin: Person, clock: Clock
) -> None:
    secret, _ = enrolled(admin, clock)
    assert admin.call("POST", "/v1/account/totp:remove", json={"password": PASSWORD}).status_code == 401
    body = {"password": PASSWORD, "code": clock.code(secret)}
    assert admin.call("POST", "/v1/account/totp:remove", json=body).json()["second_factor"] is False
    Person(served).logs_in()
    assert admin.call("POST", "/v1/account/recovery", json={"password": PASSWORD}).status_code == 409


def test_without_an_account_there_is_nothing_to_show(served: Api) -> None:
    assert served.call("GET", "/v1/account").status_code == 404
    assert served.call("GET", "/v1/account", Scope.RULES).status_code == 403
