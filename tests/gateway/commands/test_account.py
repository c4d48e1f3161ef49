import time

import msgspec

from gateway import changes, setup_link
from gateway.data import Data
from gateway.settings import Panel
from gateway.store import accounts, audit, logins
from tests.fakes.terminal import Terminal


def token_of(link: str) -> str:
    return link.strip().rpartition("/setup#")[2]


def is_valid(data: Data, link: str) -> bool:
    with changes.reading(data) as session:
        return setup_link.is_valid(session, token_of(link), time.time())


def test_a_new_link_replaces_the_one_before(terminal: Terminal, data: Data) -> None:
    first = terminal.good("account", "setup-link")
    assert "once" in first.err
    second = terminal.one("account", "setup-link")["link"]
    assert second.startswith("http://")
    assert not is_valid(data, first.out)
    assert is_valid(data, second)


def test_with_a_password_there_is_no_link_but_a_reset(terminal: Terminal, data: Data) -> None:
    with changes.noting(data) as session:
        accounts.add_account(session, "hash", now=1)
        logins.add_login(session, "admin", now=int(time.time()), address="192.0.2.7", agent="")
    assert terminal.one("account") == {
        "password": True,
        "second_factor": False,
        "recovery_codes": 0,
        "logins": 1,
    }
    assert "set already" in terminal.refused("account", "setup-link")
    link = terminal.good("account", "reset").out
    assert is_valid(data, link)
    said = terminal.good("account")
    assert "hushgate account setup-link" in said.err
    assert terminal.one("account")["logins"] == 0
    with changes.reading(data) as session:
        noted = audit.list_entries(session)[0]
    assert noted.action == "account reset"
    assert token_of(link) not in repr(noted)


def test_without_a_panel_there_is_no_link(terminal: Terminal, data: Data) -> None:
    data.write_settings(msgspec.structs.replace(data.read_settings(), panel=Panel(listen="off")))
    assert "has no panel" in terminal.refused("account", "setup-link")
