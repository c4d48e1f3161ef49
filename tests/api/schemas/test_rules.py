import pytest
from pydantic import ValidationError

from api.schemas.rules import RuleCreate, RulePublic, RulesBulk, RuleUpdate
from gateway.errors import UsageError
from gateway.store.rules import StoredRule


def test_until_when_is_told_in_one_of_two_ways() -> None:
    assert RuleCreate.model_validate({"text": "x"}).until(100) is None
    assert RuleCreate.model_validate({"text": "x", "for": 60}).until(100) == 160
    assert RuleUpdate.model_validate({"expires": 0}).until(100) == 0
    with pytest.raises(ValidationError, match="one of"):
        RuleUpdate.model_validate({"expires": 5, "for": 60})


@pytest.mark.parametrize("expires", [1, 99, 100])
def test_what_has_passed_is_refused_before_it_is_stored(expires: int) -> None:
    with pytest.raises(UsageError, match="has passed"):
        RuleCreate.model_validate({"text": "x", "expires": expires}).until(100)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": "x" * 2001},
        {"text": "x", "seconds": 5},
        {"text": "x", "for": 0},
        {"text": "x", "expires": -1},
        {"text": "x", "expires": 1 << 62},
        {"text": "x", "tags": ["t"] * 21},
        {"text": "x", "tags": [""]},
        {"text": "x", "origin": "bundle:x"},
    ],
)
def test_what_is_not_as_documented_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        RuleCreate.model_validate(body)


@pytest.mark.parametrize("numbers", [[0], [-1], [1 << 31], list(range(1, 10_002))])
def test_bulk_is_bounded(numbers: list[int]) -> None:
    with pytest.raises(ValidationError):
        RulesBulk.model_validate({"delete": numbers})


def test_a_rule_is_shown_with_all_that_is_stored() -> None:
    stored = StoredRule(1, "||a^", "everyone", "c", True, 5, 6, "bundle:x", ("t",), 7)
    assert RulePublic.of(stored).model_dump() == {
        "id": 1,
        "text": "||a^",
        "group": "everyone",
        "comment": "c",
        "tags": ["t"],
        "enabled": True,
        "created": 5,
        "changed": 7,
        "expires": 6,
        "origin": "bundle:x",
    }
