"""The checks from outside, where they lie next to the checkout: they know nothing of the inside."""

import subprocess
import sys

import pytest

from tests.live.house import ROOT

CHECKS = ROOT.parent / "shared" / "accept"


@pytest.mark.parametrize("check", ["main_job.py", "rule_in_force.py"])
def test_check_from_outside_holds(check: str) -> None:
    if not (CHECKS / check).is_file():
        pytest.skip(f"{check} is not beside this checkout (../shared/accept)")
    done = subprocess.run(
        [sys.executable, CHECKS / check],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout + done.stderr
