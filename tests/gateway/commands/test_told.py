from argparse import Namespace

import pytest

from gateway.commands import told
from gateway.policy.publish import Applied

APPLIED = Applied(7, 2, 2, 18.04, ("||a^ blocks x in everyone: y", "||b^ blocks x in everyone: y"))


def test_a_sentence_and_where_it_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert told.tell(Namespace(json=False), "Rule 1 is set", {"id": 1}, APPLIED, about="||a^") == 0
    assert capsys.readouterr() == (
        "Rule 1 is set\nIn force: generation 7, 2 of 2 workers, 18 ms\n",
        "Beware: ||a^ blocks x in everyone: y\n",
    )


def test_or_one_object_with_the_row_and_its_generation(capsys: pytest.CaptureFixture[str]) -> None:
    told.tell(Namespace(json=True), "Rule 1 is set", {"id": 1}, APPLIED)
    assert capsys.readouterr() == (
        '{"id":1,"generation":7,"applied":{"workers":2,"of":2,"ms":18.0},"warnings":'
        '["||a^ blocks x in everyone: y","||b^ blocks x in everyone: y"]}\n',
        "",
    )


def test_what_published_nothing_claims_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    told.tell(Namespace(json=False), "There was\x1b no pause", {"paused": False}, None)
    told.tell(Namespace(json=True), "", {"paused": False}, None)
    assert capsys.readouterr().out == 'There was\\u001b no pause\n{"paused":false}\n'


def test_where_no_worker_runs_it_is_stored_only() -> None:
    assert told.in_force(Applied(7, 0, 0, 1.0)).startswith("Stored as generation 7; no worker runs")
