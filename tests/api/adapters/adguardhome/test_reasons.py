"""Our verdicts in their words."""

import pytest

from api.adapters.adguardhome.reasons import list_id, reason_of
from gateway.model import Action, Layer


@pytest.mark.parametrize("action", list(Action))
@pytest.mark.parametrize("layer", ["", *Layer])
def test_every_verdict_has_a_reason_and_only_blocked_ones_are_filtered(action: str, layer: str) -> None:
    assert reason_of(action, layer).startswith("Filtered") == (action == Action.BLOCKED)


def test_lists_have_their_numbers_and_own_rules_have_none() -> None:
    assert list_id(Layer.RULES, "everyone", {"everyone": 9}) == 0
    assert list_id(Layer.LISTS, "mine", {"mine": 4}) == 4
    assert list_id(Layer.LISTS, "gone", {}) == list_id(Layer.CATALOGUE, "mine", {"mine": 4}) == -1
