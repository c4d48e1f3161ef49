"""Into the OpenAPI document: which scopes an operation asks for, and what the doors may answer in its place."""

from typing import Any

from api.problems import responses

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def describe(document: dict[str, Any]) -> None:
    """Add it to each operation of `document`."""
    for path in document["paths"].values():
        for method, operation in path.items():
            if method in METHODS:
                _scopes(operation)
                _refusals(operation)


def scopes_of(operation: dict[str, Any]) -> list[str]:
    """Of a described operation: one of these suffices; none: it is open to all."""
    found: list[str] = operation["x-scopes"]
    return found


def _scopes(operation: dict[str, Any]) -> None:
    ways = operation.get("security", ())
    any_of = sorted({scope for way in ways for one in way.values() for scope in one})
    operation["x-scopes"] = any_of
    if not any_of:
        return
    named = " or ".join(f"`{scope}`" for scope in any_of)
    more = f"Scope: {named}." if "admin" in any_of else f"Scope: {named} (one suffices; `admin` does too)."
    operation["description"] = "\n\n".join(part for part in (operation.get("description", ""), more) if part)
    # A token is no OAuth grant: the scopes beside it would be read as "all of these".
    operation["security"] = [{name: [] for name in way} for way in operation["security"]]


def _refusals(operation: dict[str, Any]) -> None:
    codes = [400, 403, 414, 421]
    if operation["x-scopes"]:
        codes.append(422)  # a parameter that there is not: api/parameters.py
    if "requestBody" in operation:
        codes += [408, 413, 503]
    for code, told in responses(*codes).items():
        told = {key: value for key, value in told.items() if key != "model"}
        operation["responses"].setdefault(str(code), told)
