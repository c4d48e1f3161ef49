"""Every answer is as the OpenAPI document says, whatever is asked: Schemathesis against a running API."""

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi import checks

from gateway import changes
from gateway.access import Scope
from gateway.data import Data
from gateway.settings import Dns, Lists
from gateway.store import devices, groups, lists, rules, webhooks
from tests.fakes import api_server, idle_box
from tests.fakes.api_server import ApiServer
from tests.fakes.events import event
from tests.fakes.ports import free_port

CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
]
EXAMPLES = 4  # of each operation, fit and unfit each: bounded, so that the suite goes on
SOAK = 150
# This box does not run whole, and has no worker: so they say by 503.
AWAY = ("/readyz", "/v1/trace", "/v1/network", "/v1/network:test")
NO_HTTP = b"Invalid HTTP request received."  # uvicorn's word, long before anything of ours has seen it
STREAMS = "text/event-stream"  # has no end: tests/api/test_live.py


@pytest.fixture
def server(data_dir: Path) -> Iterator[ApiServer]:
    data = idle_box.made(data_dir)
    # Nobody waits for a host that Schemathesis made up.
    # Nor does the demo phone ask whatever else answers DNS on this machine.
    dns = Dns(listen=(f"127.0.0.1:{free_port()}",))
    settings = msgspec.structs.replace(data.read_settings(), dns=dns, lists=Lists(timeout_seconds=1))
    data.write_settings(settings)
    _furnish(data)
    with api_server.running(data) as found:
        yield found


def _furnish(data: Data) -> None:
    """Things of the first few numbers, so that what is asked for often is there."""
    now = int(time.time())
    names = ("a.example", "b.example", "c.example")
    idle_box.note(
        data, *(event(name, time=now - place, verdict=place % 2) for place, name in enumerate(names))
    )
    with changes.change(data, "furnished") as change:
        session = change.session
        groups.add_group(session, "children")
        for name in names:
            rules.add_rule(session, f"||{name}^", now=now, comment="a remark")
        devices.put_device(session, "192.0.2.7", now=now, name="phone", group="children")
        lists.add_list(session, "https://a.example/list.txt", name="mine")
        webhooks.add_webhook(session, "https://a.example/hook", "whsec_x", events=(), now=now, cursor=0)


def test_every_answer_to_an_admin_is_as_documented(server: ApiServer) -> None:
    _check(server, EXAMPLES, admin=True)


def test_every_answer_to_a_stranger_is_as_documented(server: ApiServer) -> None:
    _check(server, 1, admin=False)


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_answer_is_as_documented_for_long(server: ApiServer) -> None:
    _check(server, SOAK, admin=True)


def _check(server: ApiServer, examples: int, *, admin: bool) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    found: list[str] = []
    for number, result in enumerate(schema.get_all_operations()):
        operation: Any = result.ok()  # type: ignore[union-attr]  # an error raises, and that is as it should be
        if _has_no_end(operation):
            continue
        headers = {}
        if admin:  # a new one each time: what is tried may revoke a token
            headers["Authorization"] = f"Bearer {server.token(f'try {number}', Scope.ADMIN)}"
        for mode in GenerationMode:
            found += _tried(operation, mode, headers, examples)
    assert not found, "\n\n".join(found)


def _has_no_end(operation: Any) -> bool:
    answers = operation.definition.raw.get("responses", {}).values()
    return any(STREAMS in answer.get("content", {}) for answer in answers)


def _tried(operation: Any, mode: GenerationMode, headers: dict[str, str], examples: int) -> list[str]:
    faults: list[str] = []

    asked = [check for check in CHECKS if operation.path not in AWAY or check is not CHECKS[0]]

    @hypothesis.settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[hypothesis.Phase.generate],
    )
    @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        try:
            answer = case.call(headers=headers, timeout=30)
            if answer.content != NO_HTTP:
                case.validate_response(answer, checks=asked, headers=headers)
        except AssertionError as error:
            faults.append(f"{operation.label}: {error}")
        except BaseExceptionGroup as group:
            faults.append(f"{operation.label}: {group.exceptions[0]}")

    # Without parameters there is nothing that could be unfit.
    with contextlib.suppress(hypothesis.errors.Unsatisfiable):
        ask()
    return faults[:1]
