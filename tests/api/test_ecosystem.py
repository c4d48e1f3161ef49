"""A typed Python client, generated from the OpenAPI document and used against a running API."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access import Scope
from tests.fakes import api_server, idle_box
from tests.fakes.api_server import ApiServer
from tests.fakes.events import event

GENERATOR = Path(sys.executable).with_name("openapi-python-client")
NAME = "hushgate_client"
# The generator knows few.
CONFIG = "content_type_overrides: {application/gzip: application/octet-stream, image/svg+xml: text/html}"
NOW = 1_700_000_000


@pytest.fixture
def server(data_dir: Path) -> Iterator[ApiServer]:
    data = idle_box.made(data_dir)
    idle_box.note(data, event("tracking.example", time=NOW, verdict=1))
    with api_server.running(data) as found:
        yield found


@pytest.fixture
def client(server: ApiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The generated package. Not kept in git: whoever wants one generates it."""
    if not GENERATOR.exists():
        pytest.skip("openapi-python-client is not installed here")
    package, config = tmp_path / NAME, tmp_path / "config.yml"
    config.write_text(CONFIG)
    done = subprocess.run(
        [
            *(GENERATOR, "generate", "--url", f"{server.url}/openapi.json"),
            *("--output-path", str(package), "--meta", "none"),
            *("--config", str(config), "--fail-on-warning"),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module(NAME)
    for module in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[module]


def test_a_generated_client_makes_finds_and_deletes_rules(server: ApiServer, client: Any) -> None:
    def operation(tag: str, name: str) -> Any:
        return importlib.import_module(f"{NAME}.api.{tag}.{name}")

    models = importlib.import_module(f"{NAME}.models")
    token = server.token("generated", Scope.ADMIN)
    with client.AuthenticatedClient(server.url, token, raise_on_unexpected_status=True) as asking:
        body = models.RuleCreate(text="||tracking.example^", comment="by a generated client")
        made = operation("rules", "rules_create").sync(client=asking, body=body)
        assert isinstance(made, models.RuleChanged), made
        assert made.generation == 2
        assert made.comment == "by a generated client"
        listed = operation("rules", "rules_search").sync(client=asking)
        assert [rule.id for rule in listed.items] == [made.id]
        said = operation("why", "why_explain").sync(client=asking, name="www.tracking.example")
        assert said.action == "blocked"
        log = operation("log", "log_list_all").sync(client=asking)
        assert [row.name for row in log.items] == ["tracking.example"]
        gone = operation("rules", "rules_delete").sync(made.id, client=asking)
        assert gone.id == made.id
        wrong = operation("rules", "rules_create").sync(
            client=asking, body=models.RuleCreate(text="||a^$unheard")
        )
        assert isinstance(wrong, models.Problem), wrong
        assert wrong.status == 422


def test_every_operation_has_a_name_of_its_own_that_reads_well(server: ApiServer) -> None:
    import httpx

    document = httpx.get(f"{server.url}/openapi.json").json()
    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for method, operation in path.items()
        if isinstance(operation, dict) and "operationId" in operation
    ]
    assert len(names) == len(set(names))
    assert not [name for name in names if not name.isidentifier() or name != name.lower()]
