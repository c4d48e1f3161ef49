"""`python -m tests.bench.panel_log`: how smoothly the log's page moves in a browser, flooded and with many rows."""

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench import measure
from tests.browser.household import living
from tests.browser.visitor import DESKTOP, OPTIONS, PHONE, visiting

FLOOD = Path(__file__).parents[1] / "browser" / "flood.js"
ROWS = 100_000
COLUMNS = ("window", "what", "frames a second", "median, ms", "p95, ms", "p99, ms", "longest, ms")


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
                _line(page, window, "at rest", "0", length)
                _line(page, window, f"{options.rate} events/s", flood, length)
                page.evaluate(f"flood.rows({ROWS})")
                page.get_by_text("This page keeps the newest").wait_for()
                _line(page, window, f"{options.rate} events/s, {ROWS} rows", flood, length)
                _line(page, window, f"scrolling, {ROWS} rows", f"flood.scrolling(50_000, {length})", length)
                _line(
                    page, window, f"through all {ROWS} rows", f"flood.scrolling(4_000_000, {length})", length
                )
                heap = page.evaluate("performance.memory.usedJSHeapSize") / 1e6
                print(f"\n{window}: {heap:.0f} MB of JavaScript\n")
        browser.close()
    return 0


def _line(page: Page, window: str, what: str, act: str, milliseconds: int) -> None:
    found: list[float] = page.evaluate(
        f"Promise.all([flood.frames({milliseconds}), {act}]).then(([frames]) => frames)"
    )
    cuts = statistics.quantiles(found, n=100)
    rate = 1000 / statistics.fmean(found)
    numbers = [rate, statistics.median(found), cuts[94], cuts[98], max(found)]
    print(f"| {window} | {what} | {' | '.join(f'{one:.1f}' for one in numbers)} |")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
