"""How guessing is slowed is told by tests/api/routes/test_session.py; here: what it must never do."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from api.auth import entrance
from api.auth.entrance import MAX_KNOWN, Entrance
from api.problems import Refused
from gateway.store import accounts, audit
from tests.fakes.api import Api
from tests.fakes.person import PASSWORD, Person


def test_many_guesses_at_once_gain_nothing(served: Api, admin: Person) -> None:
    made = Entrance()

    def guess(_: int) -> int:
        try:
            made.prove(served.box, "192.168.9.9", "wrong password", "")
        except Refused as refused:
            return refused.status
        return 200

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(guess, range(24)))
    assert answers.count(401) <= 6
    assert set(answers) == {401, 429}
    assert admin.client.get("/v1/session").status_code == 200


@pytest.mark.usefixtures("admin")
def test_a_guess_that_is_turned_away_costs_no_hash(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made, checked = Entrance(), []

    def fits(stored: str, _password: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr(made.passwords, "fits", fits)
    for _ in range(20):
        with pytest.raises(Refused):
            made.prove(served.box, "192.168.9.9", "wrong password", "")
    assert len(checked) == 6


@pytest.mark.usefixtures("admin")
def test_what_is_audited_is_bounded_by_what_is_let_in(served: Api) -> None:
    made = Entrance()
    for _ in range(20):
        with pytest.raises(Refused):
            made.prove(served.box, "192.168.9.9", "wrong password", "")
    with served.box.works.reading() as session:
        failed = [one for one in audit.list_entries(session) if one.action == "login failed"]
    assert len(failed) == 6


@pytest.mark.usefixtures("admin")
def test_who_is_known_is_bounded() -> None:
    made = Entrance()
    for number in range(MAX_KNOWN + 50):
        made.passed(f"10.0.{number // 250}.{number % 250}")
    assert len(made._known) == MAX_KNOWN


@pytest.mark.usefixtures("admin")
def test_a_login_without_its_second_factor_says_nothing_of_the_password(served: Api) -> None:
    with served.box.works.noting() as session:
        accounts.set_second_factor(session, "GEZDGNBVGY3TQOJQ", (), step=0, now=int(time.time()))
    said = []
    for password in (PASSWORD, "wrong password"):
        with pytest.raises(Refused) as refused:
            entrance.Entrance().prove(served.box, "192.168.9.9", password, "")
        said.append((refused.value.status, str(refused.value), refused.value.hint))
    assert said[0] == said[1]
