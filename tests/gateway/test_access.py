"""Which scopes open what."""

import pytest

from gateway.access import Scope, allowed


@pytest.mark.parametrize("wanted", Scope)
def test_admin_may_all(wanted: Scope) -> None:
    assert allowed(frozenset({Scope.ADMIN}), frozenset({wanted}))


@pytest.mark.parametrize("held", [scope for scope in Scope if scope is not Scope.ADMIN])
def test_every_other_scope_opens_itself_alone(held: Scope) -> None:
    open_to = {wanted for wanted in Scope if allowed(frozenset({held}), frozenset({wanted}))}
    assert open_to == {held}


def test_one_of_several_is_enough_and_none_is_not() -> None:
    assert allowed(frozenset({Scope.RULES}), frozenset({Scope.READ, Scope.RULES}))
    assert not allowed(frozenset(), frozenset(Scope))
