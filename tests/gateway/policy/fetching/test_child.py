"""A list fetched in a process of its own comes out as if it had been fetched here."""

import subprocess
import sys
from pathlib import Path

from gateway.policy.fetching import copies
from gateway.policy.fetching.child import Errand, fetch_apart
from gateway.policy.sources import Outcome
from gateway.settings import Lists
from tests.fakes.list_server import serving, text

NEAR = Lists(allow_private=True)


def test_the_copy_and_what_is_wrong_with_it_are_those_of_the_list(tmp_path: Path) -> None:
    with serving({"/ads.txt": text(b"||a.example^\n||b.example^$nonsense\n", ETag='"1"')}) as server:
        errand = Errand(f"http://127.0.0.1:{server.port}/ads.txt", str(tmp_path), None, NEAR)
        found = fetch_apart(errand)
        again = fetch_apart(Errand(errand.source, errand.store, found.copy, NEAR))
    assert found.copy is not None
    assert copies.path_of(tmp_path, found.copy.version).read_bytes().startswith(b"||a.example^")
    assert found.report is not None
    assert (found.outcome, found.report.rules, found.report.refusals[0].line) == (Outcome.NEW, 1, 2)
    assert (again.outcome, again.copy) == (Outcome.UNCHANGED, found.copy)


def test_whom_no_list_may_be_fetched_from_is_refused_there_too(tmp_path: Path) -> None:
    with serving({"/": text(b"a.example\n")}) as server:
        found = fetch_apart(Errand(f"http://127.0.0.1:{server.port}/", str(tmp_path), None, Lists()))
        assert server.asked == []
    assert (found.outcome, found.copy) == (Outcome.KEPT, None)
    assert "loopback" in found.reason
    assert found.hint


def test_a_process_that_takes_too_long_keeps_what_there_was(tmp_path: Path) -> None:
    found = fetch_apart(Errand("https://lists.example/", str(tmp_path), None, NEAR), deadline=0.0)
    assert (found.outcome, found.copy) == (Outcome.KEPT, None)
    assert "longer than" in found.reason


def test_an_http_client_does_not_come_along_with_it() -> None:
    """The panel imports this file, and an HTTP client costs whoever imports it 15 MB."""
    code = "import sys, gateway.policy.fetching.child; print('httpcore' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
