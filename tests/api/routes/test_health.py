"""Is the box there, and is it fit to serve?"""

from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from api.box import ApiBox
from api.routes import health
from gateway.data import Data
from tests.fakes import api, idle_box
from tests.fakes.api import Api
from tests.fakes.ears import listening


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    data = idle_box.made(data_dir)
    settings = data.read_settings()
    data.write_settings(
        msgspec.structs.replace(settings, dns=msgspec.structs.replace(settings.dns, workers=1))
    )
    with api.serving(data) as found:
        yield found


def answering(said: dict[str, Any], _: dict[str, Any]) -> dict[str, Any]:
    return said


def roles_answer(stack: ExitStack, data: Data, *, generation: int) -> None:
    for role in ("dns-0", "keeper", "panel"):
        said = {"role": role, "generation": generation}
        stack.enter_context(listening(data.run, role, partial(answering, said)))


def test_anybody_may_ask_whether_the_process_answers(served: Api) -> None:
    answer = served.client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_box_whose_roles_answer_is_ready(served: Api) -> None:
    with ExitStack() as stack:
        roles_answer(stack, served.data, generation=1)
        answer = served.client.get("/readyz")
    assert answer.status_code == 200, answer.text
    assert {part["name"] for part in answer.json()["parts"]} == {"dns", "policy", "keeper", "database"}


def test_a_part_that_is_not_ready_is_named_and_nothing_else_is_told(served: Api) -> None:
    answer = served.client.get("/readyz")
    assert answer.status_code == 503
    assert [part["name"] for part in answer.json()["parts"] if not part["ready"]] == ["dns", "keeper"]
    assert str(served.data.root) not in answer.text
    assert "dns-0" not in answer.text


def test_many_who_ask_at_once_cost_one_look(served: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH", 3600.0)
    looked: list[ApiBox] = []
    look = health._look

    def counted(box: ApiBox) -> health.Ready:
        looked.append(box)
        return look(box)

    monkeypatch.setattr(health, "_look", counted)
    for _ in range(5):
        served.client.get("/readyz")
    assert len(looked) == 1
