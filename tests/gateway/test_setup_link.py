from pathlib import Path

from gateway import setup_link
from gateway.settings import Panel
from gateway.store import accounts
from gateway.store.engine import open_store


def test_a_link_counts_until_it_is_spent_replaced_or_too_old(data_dir: Path) -> None:
    database = open_store(data_dir)
    with database.writing() as session:
        assert not setup_link.is_valid(session, "", 10)
        first = setup_link.make(session, 10)
        assert setup_link.is_valid(session, first, 11)
        assert not setup_link.is_valid(session, first[:-1], 11)
        assert not setup_link.is_valid(session, "\udcff", 11)
        assert setup_link.is_valid(session, first, 10 + 24 * 3600 - 1)
        assert not setup_link.is_valid(session, first, 10 + 24 * 3600)
        second = setup_link.make(session, 12)
        assert not setup_link.is_valid(session, first, 13)
        assert setup_link.is_valid(session, second, 13)
        setup_link.spend(session)
        assert not setup_link.is_valid(session, second, 13)
    database.close()


def test_the_token_stands_where_no_server_sees_it() -> None:
    assert setup_link.path("abc") == "/setup#abc"


def test_it_is_offered_only_while_there_is_no_password(data_dir: Path) -> None:
    database = open_store(data_dir)
    panel = Panel(listen="127.0.0.1:81")
    with database.writing() as session:
        first, second = (setup_link.offer(session, panel, 10) for _ in range(2))
        assert first.startswith("http://127.0.0.1:81/setup#")
        assert not setup_link.is_valid(session, first.partition("#")[2], 11)
        assert setup_link.is_valid(session, second.partition("#")[2], 11)
        accounts.add_account(session, "hash", now=1)
        assert setup_link.offer(session, panel, 10) == ""
    database.close()
