import re

import pytest

from gateway.access import Scope
from gateway.errors import Conflict, Missing, UsageError
from gateway.store import tokens
from gateway.store.engine import Database


def test_a_token_is_found_by_its_secret_which_is_not_stored(store: Database) -> None:
    with store.writing() as session:
        made, secret = tokens.add_token(session, "backup", (Scope.RULES, Scope.READ), now=5, expires=9)
        assert re.fullmatch(r"hg_[A-Za-z0-9_-]{43}", secret)
        assert (made.scopes, made.created, made.expires, made.last_used) == (
            (Scope.READ, Scope.RULES),
            5,
            9,
            0,
        )
        assert tokens.find_token(session, secret) == made == tokens.get_token(session, made.id)
        assert secret not in repr(made)
        for wrong in ("", secret[:-1], secret + "x", "hg_" + "é" * 43, "hg_" + "A" * 43):
            assert tokens.find_token(session, wrong) is None


def test_its_use_is_noted(store: Database) -> None:
    with store.writing() as session:
        made, _ = tokens.add_token(session, "backup", (Scope.READ,), now=5)
        tokens.used_token(session, made.id, now=77, address="192.0.2.7")
        (found,) = tokens.list_tokens(session)
        assert (found.last_used, found.last_address) == (77, "192.0.2.7")
        tokens.used_token(session, 99, now=77, address="")


def test_it_is_revoked_by_number_or_name(store: Database) -> None:
    with store.writing() as session:
        for name in ("a", "b", "7"):
            tokens.add_token(session, name, (Scope.READ,), now=5)
        assert tokens.remove_token(session, 1).name == "a"
        assert tokens.remove_token(session, "2").name == "b"
        assert tokens.remove_token(session, "7").name == "7"
        for wrong in (1, "b", "", "x\0y", "9" * 30, -1, 2**70, "٣"):
            with pytest.raises(Missing):
                tokens.remove_token(session, wrong)
        with pytest.raises(Missing):
            tokens.get_token(session, 1)


def test_what_makes_no_sense_is_refused(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with store.writing() as session:
        tokens.add_token(session, "a", (Scope.READ,), now=5)
        with pytest.raises(Conflict, match="a token a already"):
            tokens.add_token(session, "a", (Scope.READ,), now=5)
        with pytest.raises(UsageError, match="needs a scope"):
            tokens.add_token(session, "b", (), now=5)
        with pytest.raises(UsageError, match="expired already"):
            tokens.add_token(session, "b", (Scope.READ,), now=5, expires=5)
        with pytest.raises(UsageError, match="control character"):
            tokens.add_token(session, "b\nc", (Scope.READ,), now=5)
        monkeypatch.setattr(tokens, "MAX_TOKENS", 1)
        with pytest.raises(Conflict, match="1 tokens already"):
            tokens.add_token(session, "b", (Scope.READ,), now=5)
