"""The OpenAPI document tells of every change what it may answer."""

from typing import Any

import pytest

from api import document
from api.schemas.changes import DryRun

SCHEMA = {"$ref": "#/components/schemas/Rule"}
DRY_RUN = {"$ref": "#/components/schemas/DryRun"}


def described(answers: dict[str, Any], *, parameter: str = "dry_run") -> dict[str, Any]:
    operation = {"parameters": [{"name": parameter, "in": "query"}], "responses": answers}
    whole: dict[str, Any] = {"paths": {"/v1/things": {"post": operation}}}
    document.describe(whole)
    return whole


@pytest.mark.parametrize("code", ["200", "201"])
def test_a_change_may_be_tried_and_may_be_answered_again(code: str) -> None:
    answer = {"description": "", "content": {"application/json": {"schema": SCHEMA}}}
    whole = described({code: answer})
    answers = whole["paths"]["/v1/things"]["post"]["responses"]
    tried = answers["200"]["content"]["application/json"]["schema"]
    assert tried == ({"anyOf": [SCHEMA, DRY_RUN]} if code == "200" else DRY_RUN)
    assert {"409", "412", "422"} <= answers.keys()
    assert answers[code]["headers"].keys() == {"ETag", "Idempotency-Replayed"}
    assert set(DryRun.model_fields) == set(whole["components"]["schemas"]["DryRun"]["properties"])


def test_what_changes_nothing_is_left_alone() -> None:
    whole = described({"200": {"description": ""}}, parameter="limit")
    assert whole["paths"]["/v1/things"]["post"]["responses"] == {"200": {"description": ""}}
    assert whole["components"]["schemas"] == {}


@pytest.mark.parametrize(
    ("told", "summary", "description"),
    [
        ("One rule, with its version.", "One rule, with its version", ""),
        ("Add a rule. When this answers,\nit holds.", "Add a rule", "When this answers,\nit holds."),
        ("All of `/v1.json`, as a\nfile. Large.", "All of `/v1.json`, as a file", "Large."),
        ("Does it answer?", "Does it answer?", ""),
    ],
)
def test_the_first_sentence_is_the_summary(told: str, summary: str, description: str) -> None:
    operation = {"summary": "Index", "description": told, "responses": {}}
    document.describe({"paths": {"/v1/things": {"get": operation}}})
    assert (operation["summary"], operation["description"]) == (summary, description)
