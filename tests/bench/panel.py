"""`python -m tests.bench.panel`: the panel of a real box as Lighthouse sees it, a phone on a slow link by default.

Lighthouse is fetched by npx for the measurement; it is no part of the project.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

from tests.bench import measure
from tests.browser.household import Household, living
from tests.live.chromium import PROGRAM, QUIET

LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = ("/", "/phones", "/log", "/rules", "/network", "/system")
COLUMNS = (
    "page",
    "performance",
    "accessibility",
    "best practices",
    "first paint, s",
    "largest paint, s",
    "blocked, ms",
    "kB",
)
_WAIT = 240  # seconds for one page


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table on stdout."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.panel", description=__doc__)
    parser.add_argument("--pages", nargs="+", default=PAGES, metavar="PATH")
    parser.add_argument("--rounds", type=int, default=3, help="of each page; the median is shown")
    parser.add_argument("--desktop", action="store_true", help="a desktop on a fast link")
    options = parser.parse_args(arguments)
    link = (
        "a desktop on a fast link"
        if options.desktop
        else "a phone on a slow link (150 ms, 1.6 Mbit/s, CPU / 4)"
    )
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}. {link}.\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    with living() as home:
        for page in options.pages:
            seen = [_look(home, page, desktop=options.desktop) for _ in range(options.rounds)]
            middle = sorted(seen, key=lambda one: one[0])[len(seen) // 2]
            numbers = [f"{one:.0f}" for one in middle[:3]] + [f"{one:.4g}" for one in middle[3:]]
            print(f"| {' | '.join((page, *numbers))} |")
            sys.stdout.flush()
    return 0


def _look(home: Household, page: str, *, desktop: bool) -> tuple[float, ...]:
    """Three scores of 100, two times in seconds, one in milliseconds, and what was transferred in kB."""
    command = [
        *("npx", "--yes", LIGHTHOUSE, f"{home.origin}{page}", "--quiet", "--output=json"),
        "--only-categories=performance,accessibility,best-practices",
        f"--extra-headers={json.dumps({'Cookie': home.cookie})}",
        f"--chrome-flags={' '.join(QUIET)}",
        *(("--preset=desktop",) if desktop else ()),
    ]
    environment = {**os.environ, "CHROME_PATH": str(PROGRAM)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_WAIT, check=True)
    told: dict[str, Any] = json.loads(done.stdout)
    audits = told["audits"]
    scores = [
        told["categories"][name]["score"] * 100 for name in ("performance", "accessibility", "best-practices")
    ]
    paints = [
        audits[name]["numericValue"] / 1000 for name in ("first-contentful-paint", "largest-contentful-paint")
    ]
    return (
        *scores,
        *paints,
        audits["total-blocking-time"]["numericValue"],
        audits["total-byte-weight"]["numericValue"] / 1000,
    )


if __name__ == "__main__":
    sys.exit(main())
