"""What counts as credentials is told by tests/api/routes/test_session.py and tests/api/test_rights.py."""

import pytest
from fastapi import Request

from api.auth import callers
from api.auth.callers import Caller, address_of, caller_of, may_change
from gateway.access import Scope
from gateway.store import tokens
from gateway.store.faults import StoreAway
from tests.fakes.api import Api
from tests.fakes.person import Person


def request(method: str = "GET", peer: str = "192.0.2.7", **headers: str) -> Request:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": method,
            "scheme": "http",
            "path": "/",
            "headers": given,
            "client": (peer, 1),
        }
    )


def test_a_token_says_who_calls_and_from_where(served: Api) -> None:
    secret = served.token(Scope.RULES)
    caller = caller_of(request(authorization=f"Bearer {secret}"), served.box)
    assert caller is not None
    assert caller.scopes == frozenset({Scope.RULES})
    assert (caller.address, caller.login) == ("192.0.2.7", None)
    assert caller.author.who == caller.name


def test_its_use_is_noted_once_a_minute(served: Api) -> None:
    secret = served.token(Scope.RULES)
    for peer in ("192.0.2.7", "192.0.2.8"):
        caller_of(request(peer=peer, authorization=f"Bearer {secret}"), served.box)
    with served.box.works.reading() as session:
        found = tokens.find_token(session, secret)
    assert found is not None
    assert found.last_address == "192.0.2.7"
    assert callers.NOTE_USE_EVERY == 60


def test_a_disk_that_takes_nothing_keeps_nobody_out(
    served: Api, admin: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = served.token(Scope.READ)

    def refuses(*_: object) -> None:
        raise StoreAway("the disk is full")

    monkeypatch.setattr(served.box.works, "noting", refuses)
    monkeypatch.setattr(callers, "NOTE_USE_EVERY", -1)
    assert caller_of(request(authorization=f"Bearer {secret}"), served.box) is not None
    assert admin.client.get("/v1/session").status_code == 200


def test_a_program_with_a_token_needs_no_csrf_token() -> None:
    assert may_change(request("POST"), Caller("token x", frozenset(), ""))


def test_an_ipv4_peer_of_an_ipv6_socket_is_called_by_its_own_address() -> None:
    assert address_of(request(peer="::ffff:192.0.2.7")) == "192.0.2.7"
    assert address_of(Request({"type": "http", "headers": []})) == ""
