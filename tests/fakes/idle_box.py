"""A box that is not running: a data folder with its stores and a published policy, as `hushgate up` leaves it."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from gateway import changes
from gateway.data import Data
from gateway.journal.write import Writer
from gateway.model import EventRow, VerdictRow
from gateway.policy.decide import Policy
from gateway.settings import Lists, Settings, Store
from gateway.store.engine import open_journal
from tests.fakes.events import ALLOWED, BLOCKED, batch
from tests.fakes.policies import said


def made(folder: Path, *, store_url: str = "") -> Data:
    """The box in `folder`. Lists may be fetched from loopback, where the tests' web server is."""
    if not store_url:
        shutil.copytree(_on_sqlite().name, folder, dirs_exist_ok=True)
        return Data(folder)
    return _start(Data(folder), Settings(store=Store(url=store_url), lists=Lists(allow_private=True)))


@cache
def _on_sqlite() -> "tempfile.TemporaryDirectory[str]":
    """One that is made once: a hundred tests begin with a copy."""
    folder = tempfile.TemporaryDirectory(prefix="hg-idle-")
    _start(Data(Path(folder.name)), Settings(lists=Lists(allow_private=True)))
    return folder


def _start(data: Data, settings: Settings) -> Data:
    data.prepare()
    data.write_settings(settings)
    changes.republish(data, settings, "first start")
    return data


def says(data: Data, name: str, address: str = "192.0.2.7") -> str:
    """What the generation in force decides: "blocked: rules everyone 1 ||name^"."""
    return said(Policy.open(data.policy), name, address)


def note(data: Data, *rows: EventRow, verdicts: tuple[VerdictRow, ...] = (ALLOWED, BLOCKED)) -> None:
    """Write these events into the log, as the keeper would."""
    journal = open_journal(data.root, data.read_settings().store.url)
    try:
        sent = batch(*rows, verdicts=verdicts, sender=f"dns-0/1/{len(rows)}-{rows[0].time}-{rows[0].device}")
        Writer(journal).write([sent], rows[0].time)
    finally:
        journal.close()
