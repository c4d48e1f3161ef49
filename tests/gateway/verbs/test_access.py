import pytest

from gateway.access import Scope
from gateway.cli import parser
from gateway.verbs.grammar import SCOPES


def test_the_scopes_are_those_that_there_are() -> None:
    assert tuple(Scope) == SCOPES


def test_a_token_has_a_name_and_one_scope_or_more() -> None:
    options = parser().parse_args(["token", "create", "--name", "x", "--scope", "read", "--scope", "rules"])
    assert (options.call, options.name, options.scope, options.duration) == (
        "token:create",
        "x",
        ["read", "rules"],
        None,
    )
    assert parser().parse_args(["token", "revoke", "x"]).token == "x"


@pytest.mark.parametrize(
    "words",
    [
        ["token", "create", "--name", "x"],
        ["token", "create", "--scope", "read"],
        ["token", "create", "--name", "x", "--scope", "all"],
    ],
)
def test_what_is_missing_or_no_choice_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(words)


def test_the_account_has_a_link_and_can_be_reset() -> None:
    assert parser().parse_args(["account"]).call == "account:show"
    assert parser().parse_args(["account", "setup-link"]).call == "account:link"
    assert parser().parse_args(["account", "reset"]).call == "account:reset"
