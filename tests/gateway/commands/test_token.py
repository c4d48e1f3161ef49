import re
import time

from gateway import changes
from gateway.data import Data
from gateway.store import audit, tokens
from tests.fakes.terminal import Terminal


def test_the_secret_and_nothing_else_is_data(terminal: Terminal, data: Data) -> None:
    said = terminal.good("token", "create", "--scope", "rules", "--scope", "read", "--name", "backup")
    secret = said.out.removesuffix("\n")
    assert re.fullmatch(r"hg_[A-Za-z0-9_-]{43}", secret)
    assert "not shown again" in said.err
    with changes.reading(data) as session:
        token = tokens.find_token(session, secret)
        assert token is not None
        assert (token.name, token.scopes, token.expires) == ("backup", ("read", "rules"), 0)
        noted = audit.list_entries(session)[0]
    assert (noted.action, noted.target) == ("token made", "backup")
    assert secret not in repr(noted)


def test_one_for_a_while_ends(terminal: Terminal) -> None:
    made = terminal.one("token", "create", "--scope", "read", "--name", "short", "--for", "90d")
    assert made["token"].startswith("hg_")
    assert abs(made["expires"] - time.time() - 90 * 86_400) < 60
    assert re.search(r"short +read .* in (89|90) d +never", terminal.good("token").out)


def test_tokens_are_listed_without_secrets_and_revoked(terminal: Terminal) -> None:
    assert "hushgate token create" in terminal.good("token").err
    made = terminal.one("token", "create", "--scope", "read", "--name", "x")
    (row,) = terminal.rows("token", "list")
    assert row["name"] == "x"
    assert made["token"] not in str(row)
    assert terminal.good("token", "revoke", "x").out == "Token x is revoked.\n"
    assert terminal.rows("token") == []
    assert "no token 'x'" in terminal.refused("token", "revoke", "x")


def test_a_name_that_is_taken_is_refused(terminal: Terminal) -> None:
    terminal.good("token", "create", "--scope", "read", "--name", "x")
    assert "already" in terminal.refused("token", "create", "--scope", "read", "--name", "x")
