"""Into the OpenAPI document: what holds for all routes and every change, written once instead of at each.

With dry_run=true: what it would come to. Under an Idempotency-Key: the answer of the first time. With If-Match: 412.
"""

import re
from typing import Any

from pydantic.json_schema import models_json_schema

from api.idempotency import REPLAYED
from api.problems import responses
from api.rights import METHODS
from api.schemas.changes import DryRun

OVERVIEW = """
Rules, lists, devices and log of a privacy firewall for phones.

- **Who asks**: programs send `Authorization: Bearer TOKEN` (`hushgate token create`, or `POST /v1/tokens`), each with
  the scopes it needs; browsers log in by `POST /v1/session` and send its `csrf` as `X-CSRF-Token` with each change.
- **Changes** answer when they are in force: `generation` says since which one, `applied` in how many workers and how
  fast. `?dry_run=true` changes nothing and says which names of the last days' log would get another verdict, for
  each device. `Idempotency-Key` makes it safe to send a change again, `If-Match` with an `ETag` not to undo what
  somebody else has changed.
- **Long lists** come as `{"items": […], "next": "…"}`: give `next` as `cursor` for what follows.
- **Times** are Unix seconds; in rows of the log, in live events and in webhooks ISO 8601 (UTC), as in exported files.
  `since` and `until` take both.
- **Errors** are problem documents (RFC 9457): `detail` says what is wrong, `hint` what to do, `errors` where.
""".strip()

_SENTENCE = re.compile(r"(.+?(?:[.?…](?=\s)|$))", re.DOTALL)
_REF = "#/components/schemas/{model}"
_DRY_RUN = {"$ref": _REF.format(model=DryRun.__name__)}
_HEADERS = {
    "ETag": {"description": "The version, for If-Match.", "schema": {"type": "string"}},
    REPLAYED: {"description": "`true` where it was answered before.", "schema": {"type": "string"}},
}


def describe(document: dict[str, Any]) -> None:
    """Add it: a summary to each operation of `document`, the rest to those that take `dry_run`."""
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _summarise(operation)
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


def _summarise(operation: dict[str, Any]) -> None:
    """The first sentence tells operations apart; FastAPI would take the function's name."""
    told = operation.get("description", "")
    if found := _SENTENCE.match(told):
        operation["summary"] = " ".join(found[1].split()).removesuffix(".")
        operation["description"] = told[found.end() :].strip()


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
