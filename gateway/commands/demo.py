"""`demo`: a phone for those who have none at hand. It asks the running box over real sockets, as a device
of its own that is named and marked as demo; nothing is sent to anybody but the box.
"""

import contextlib
import threading
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator

from gateway import changes
from gateway.commands import output
from gateway.commands.devices import forget
from gateway.data import Data, existing
from gateway.demo import device
from gateway.demo.phone import Outcome, Phone, way
from gateway.demo.playing import MAX_SECONDS, is_logged, play
from gateway.errors import UsageError
from gateway.store.engine import Database, open_journal
from gateway.works import plainly


def demo(options: Namespace) -> int:
    """Play the phone, or wipe it."""
    data = existing(options.data.absolute())
    ways = way(data.read_settings().dns)
    if options.remove:
        return _remove(options, data, ways.source)
    if not 0 <= options.seconds <= MAX_SECONDS:  # "nan" is no number of seconds either
        raise UsageError("the demo cannot last that long", hint=f"--seconds from 0 to {MAX_SECONDS:.0f}")
    never = threading.Event()  # Ctrl-C ends it
    with contextlib.closing(Phone(ways, never)) as phone:
        phone.find_box()
        with changes.works(data) as works:
            device.come(works, ways.source)
        tally = _play(options, phone, never)
    with _journal(data) as journal:
        is_logged(lambda: contextlib.nullcontext(journal), ways.source, phone.last, never)
    if not options.json:
        failed = tally[Outcome.FAILED] + tally[Outcome.SILENT]
        output.note(
            f"\n{device.NAME} asked as device {ways.source}: {tally[Outcome.BLOCKED]} names were blocked, "
            f"{tally[Outcome.ANSWERED]} answered, {failed} not found.\n"
            f"See each with its company and purpose: {output.command(f'log --device {ways.source}', data.root)}\n"
            f"Wipe it again: {output.command('demo --remove', data.root)}"
        )
    return 0


def _play(options: Namespace, phone: Phone, ending: threading.Event) -> Counter[Outcome]:
    """How many names were blocked, answered, failed."""
    tally: Counter[Outcome] = Counter()
    for scene, told in play(phone, options.seconds, ending):
        tally.update(told.values())
        blocked = [name for name, how in told.items() if how is Outcome.BLOCKED]
        if options.json:
            output.json_line({"scene": scene, "asked": len(told), "blocked": blocked})
        else:
            print(f"{scene}: {len(told)} names asked, {len(blocked)} blocked", flush=True)
            for name in blocked:
                print(f"    {name}", flush=True)
    return tally


def _remove(options: Namespace, data: Data, source: str) -> int:
    with changes.reading(data) as session:
        played = [one.address for one in device.here(session, source)]
        keys = device.keys(session, source)
    wiped = sum(forget(data, one)[0] for one in keys)
    if options.json:
        output.json_line({"devices": played, "wiped_rows": wiped})
    elif played or wiped:
        print(f"The demo phone is gone, and {wiped} rows of the log with it")
    else:
        print("There is no demo phone")
    return 0


@contextlib.contextmanager
def _journal(data: Data) -> Iterator[Database]:
    """The log. Raises StoreAway."""
    with plainly(), contextlib.closing(open_journal(data.root, data.read_settings().store.url)) as journal:
        yield journal
