"""Into the OpenAPI document: what every change may answer, written once instead of at each route.

With dry_run=true: what it would come to. Under an Idempotency-Key: the answer of the first time. With If-Match: 412.
"""

from typing import Any

from pydantic.json_schema import models_json_schema

from api.idempotency import REPLAYED
from api.problems import responses
from api.rights import METHODS
from api.schemas.changes import DryRun

_REF = "#/components/schemas/{model}"
_DRY_RUN = {"$ref": _REF.format(model=DryRun.__name__)}
_HEADERS = {
    "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
    REPLAYED: {"description": "`true` where it was answered before.", "schema": {"type": "string"}},
}


def describe(document: dict[str, Any]) -> None:
    """Add it to each operation of `document` that takes `dry_run`."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    found = [
        operation
        for path in document["paths"].values()
        for method, operation in path.items()
        if method in METHODS and _is_change(operation)
    ]
    if found:
        _, made = models_json_schema([(DryRun, "serialization")], ref_template=_REF)
        for name, schema in made["$defs"].items():
            schemas.setdefault(name, schema)
    for operation in found:
        _change(operation)


def _is_change(operation: dict[str, Any]) -> bool:
    return any(parameter.get("name") == "dry_run" for parameter in operation.get("parameters", ()))


def _change(operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    for code, told in responses(409, 412, 422).items():
        told = {key: value for key, value in told.items() if key != "model"}
        answers.setdefault(str(code), told)
    for code, told in answers.items():
        if code.startswith("2"):
            told.setdefault("headers", {}).update(_HEADERS)
    done = answers.setdefault("200", {"description": "What it would come to (dry_run=true)."})
    content = done.setdefault("content", {}).setdefault("application/json", {})
    schema = content.get("schema")
    content["schema"] = {"anyOf": [schema, _DRY_RUN]} if schema else _DRY_RUN
