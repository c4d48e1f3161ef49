"""`python -m tests.bench.panel_log`: how smoothly the log's page moves in a browser, flooded and with many rows."""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.bench import measure
from tests.browser.household import living
from tests.browser.visitor import DESKTOP, OPTIONS, PHONE, visiting

FLOOD = Path(__file__).parents[1] / "browser" / "flood.js"
ROWS = 100_000
COLUMNS = (
    "window",
    "what",
    "frames a second",
    "of at rest",
    "median, ms",
    "p95, ms",
    "p99, ms",
    "longest, ms",
    "elements",
    "MB of JavaScript",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table on stdout. The first line of each window is the page at rest: what this machine can do."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.panel_log", description=__doc__)
    parser.add_argument("--rate", type=int, default=200, help="events a second")
    parser.add_argument("--seconds", type=int, default=10, help="for each line")
    options = parser.parse_args(arguments)
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}. Chromium without a GPU.\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    length = options.seconds * 1000
    flood = f"flood.lasting({options.rate}, {length})"
    with living() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**OPTIONS)
        for window, size in (("desktop", DESKTOP), ("phone", PHONE)):
            with visiting(browser, home, size=size) as visitor:
                visitor.page.add_init_script(path=FLOOD)
                page = visitor.open("/log")
                page.get_by_role("listbox", name="Rows of the log").wait_for()
                session = visitor.context.new_cdp_session(page)
                rest = _line(session, page, window, "at rest", "0", length)
                _line(session, page, window, f"{options.rate} events/s", flood, length, rest)
                page.evaluate(f"flood.rows({ROWS})")
                page.get_by_text("This page keeps the newest").wait_for()
                for what, act in (
                    (f"{options.rate} events/s, {ROWS} rows", flood),
                    (f"scrolling, {ROWS} rows", f"flood.scrolling(50_000, {length})"),
                    (f"through all {ROWS} rows", f"flood.scrolling(4_000_000, {length})"),
                ):
                    _line(session, page, window, what, act, length, rest)
        browser.close()
    return 0


def _line(
    session: CDPSession, page: Page, window: str, what: str, act: str, milliseconds: int, rest: float = 0
) -> float:
    """Print one line. Returns its frames a second; `rest` are those of the page at rest."""
    found: list[float] = page.evaluate(
        f"Promise.all([flood.frames({milliseconds}), {act}]).then(([frames]) => frames)"
    )
    cuts = statistics.quantiles(found, n=100)
    rate = 1000 / statistics.fmean(found)
    times = [statistics.median(found), cuts[94], cuts[98], max(found)]
    elements = page.evaluate("document.querySelectorAll('*').length")
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    cells = [
        f"{rate:.1f}",
        f"{rate / (rest or rate):.0%}",
        *(f"{one:.1f}" for one in times),
        f"{elements:,}",
        f"{heap:.0f}",
    ]
    print(f"| {window} | {what} | {' | '.join(cells)} |")
    sys.stdout.flush()
    return rate


if __name__ == "__main__":
    sys.exit(main())
