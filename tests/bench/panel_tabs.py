"""`python -m tests.bench.panel_tabs`: what the panel's process takes while tabs show the live log of a busy house.

The rows are real: phones that ask for names nobody asked for before. The browser is on the same machine.
"""

import argparse
import itertools
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from urllib.request import Request, urlopen

from playwright.sync_api import Page, sync_playwright

from api.built import Built
from gateway.roles import PANEL
from tests.bench import measure
from tests.browser.household import PHONES, Household, living
from tests.browser.visitor import OPTIONS, visiting

COLUMNS = ("what", "rows/s seen", "panel's CPU", "panel's PSS")
CHUNK = 20  # names a phone asks for at a time


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a table on stdout."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.panel_tabs", description=__doc__)
    parser.add_argument("--tabs", type=int, default=5, help="with the live log, in one browser; at most 5")
    parser.add_argument("--rate", type=int, default=200, help="questions a second")
    parser.add_argument("--seconds", type=int, default=20, help="for each line")
    options = parser.parse_args(arguments)
    print(f"Machine: {measure.machine()}; {time.strftime('%Y-%m-%d')}.\n")
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    with living() as home:
        box = home.live.box.process.pid
        panel = next(pid for pid in measure.tree(box) if PANEL in measure.name_of(pid))
        names = (f"n{number}.example.org" for number in itertools.count())
        _line("nobody there", panel, home, names, 0, options.seconds)
        _line(f"{options.rate} questions/s", panel, home, names, options.rate, options.seconds)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(**OPTIONS)
            with visiting(browser, home) as visitor:
                tabs = [visitor.page, *(visitor.context.new_page() for _ in range(options.tabs - 1))]
                for tab in tabs:
                    tab.goto(f"{home.origin}/log")
                    tab.get_by_role("listbox", name="Rows of the log").wait_for()
                what = f"{options.rate} questions/s, {options.tabs} tabs with the live log"
                _line(what, panel, home, names, options.rate, options.seconds, tabs)
            browser.close()
        fetched = _fetch_all(home)
        print(f"| after {fetched} fetches of its files | | | {measure.pss_mb([panel]):.0f} MB |")
    return 0


def _line(
    what: str,
    panel: int,
    home: Household,
    names: Iterator[str],
    rate: int,
    seconds: int,
    tabs: Sequence[Page] = (),
) -> None:
    before = [_newest(tab) for tab in tabs]
    used = measure.cpu_seconds([panel])
    asking = threading.Thread(target=_ask, args=(home, names, rate, seconds), name="phones")
    asking.start()
    if tabs:
        tabs[0].wait_for_timeout(seconds * 1000)  # the browser is driven meanwhile
    asking.join()
    share = (measure.cpu_seconds([panel]) - used) / seconds
    seen = [_newest(tab) - was for tab, was in zip(tabs, before, strict=True)]
    told = f"{min(seen) / seconds:.0f} in each" if seen else ""
    print(f"| {what} | {told} | {share:.0%} | {measure.pss_mb([panel]):.0f} MB |")
    sys.stdout.flush()


def _ask(home: Household, names: Iterator[str], rate: int, seconds: int) -> None:
    """So many questions a second, from all phones by turns."""
    phones = itertools.cycle(PHONES)
    began = time.monotonic()
    sent = 0
    while (gone := time.monotonic() - began) < seconds:
        if sent + CHUNK <= gone * rate:
            home.ask(next(phones), *itertools.islice(names, CHUNK))
            sent += CHUNK
        else:
            time.sleep(0.01)  # until the next are due


def _newest(tab: Page) -> int:
    """How many rows the tab has: the log's page says so."""
    text = tab.locator("section.stream .bar > span").first.inner_text()
    digits = "".join(letter for letter in text if letter.isdigit())
    return int(digits or "0")


def _fetch_all(home: Household) -> int:
    """Every file of the build, as a browser takes it, ten times over."""
    count = 0
    for _ in range(10):
        for name in Built().parts():
            if name.endswith(".html"):
                continue
            request = Request(f"{home.origin}/{name}", headers={"Accept-Encoding": "br, gzip"})
            with urlopen(request, timeout=10) as answer:
                answer.read()
            count += 1
    return count


if __name__ == "__main__":
    sys.exit(main())
