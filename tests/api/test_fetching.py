"""Few fetches at once."""

import contextlib

import pytest

from api.fetching import MOST, in_turn
from api.problems import Refused


def test_there_is_room_for_some_and_it_is_given_back() -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(MOST):
            stack.enter_context(in_turn())
        with pytest.raises(Refused) as refused, in_turn():
            pass
        assert refused.value.status == 503
    with pytest.raises(RuntimeError), in_turn():
        raise RuntimeError
    with in_turn():
        pass
