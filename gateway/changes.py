"""One change of what the user has set: stored, published, acknowledged by every worker, or nothing happened.

The rules are tried, published and only then committed, under the store's writer lock: a rule that no
generation can be made of never gets in the way of the next one. A process killed between the two leaves a
generation that the store does not know; the keeper notices and publishes again (`settle`).
"""

import contextlib
import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gateway import control
from gateway.data import Data
from gateway.errors import HushgateError, OwnFault
from gateway.policy import catalogue, copies, manifest
from gateway.policy.publish import Applied, Publisher, WorkerAck
from gateway.policy.state import PolicyState
from gateway.settings import Settings
from gateway.store import devices, generations, rules
from gateway.store.engine import Database, Session, open_journal, open_store
from gateway.store.policy import load_state

WORKER_WAIT = 10.0  # seconds in which a worker must have taken up a generation


class Change:
    """A change under way; `applied` is there once it is in force."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.applied: Applied | None = None

    def summary(self) -> dict[str, Any]:
        """`{"generation": 42, "applied": {"workers": 2, "of": 2, "ms": 18.1}}`; empty where nothing changed."""
        done = self.applied
        if done is None:
            return {}
        return {
            "generation": done.generation,
            "applied": {"workers": done.workers, "of": done.of, "ms": round(done.ms, 1)},
        }


@contextlib.contextmanager
def reading(data: Data) -> Iterator[Session]:
    """A session to look with."""
    database = open_store(data.root, data.read_settings().store.url)
    try:
        with database.reading() as session:
            yield session
    finally:
        database.close()


@contextlib.contextmanager
def change(data: Data, cause: str, *, lists: bool = False, publish: bool = True) -> Iterator[Change]:
    """Make one change in the body; at its end it is in force everywhere. Any error leaves all as it was.

    `lists`: the subscribed lists change, which may mean compiling them for seconds. The store is then
    committed first, so that nobody has to wait for the compiler.
    """
    database = open_store(data.root, data.read_settings().store.url)
    publisher = _publisher(data)
    try:
        with database.writing() as session:
            made = Change(session)
            yield made
            if publish and not lists:
                made.applied = publisher.publish_rules(lambda: _state(session, data))
                _commit(session, made.applied, cause, publisher, database, data)
                if manifest.current(data.policy).generation != made.applied.generation:
                    # Somebody published before our commit and could not see it.
                    made.applied = publisher.publish_rules(lambda: _committed(database, data))
            else:
                session.commit()
        if publish and lists:
            made.applied = publisher.publish(lambda: _committed(database, data))
            with database.writing() as session:
                _note(session, made.applied, cause)
                session.commit()
    finally:
        database.close()


def republish(data: Data, settings: Settings, cause: str) -> Applied:
    """Make what the store holds the generation in force, lists and catalogue compiled anew if need be."""
    database = open_store(data.root, settings.store.url)
    try:
        applied = _publisher(data).publish(lambda: _committed(database, data))
        with database.writing() as session:
            _note(session, applied, cause)
            session.commit()
    finally:
        database.close()
    return applied


def settle(data: Data, settings: Settings) -> Applied | None:
    """Publish where the generation in force is not the last one the store knows. None where all is well."""
    database = open_store(data.root, settings.store.url)
    try:
        with database.reading() as session:
            known = generations.last_generation(session)
    finally:
        database.close()
    with contextlib.suppress(OwnFault):  # none in force yet, or damaged: then it is published
        if manifest.current(data.policy).generation == known:
            return None
    return republish(data, settings, "brought up to date")


def drop_expired(data: Data) -> None:
    """Remove rules whose time has passed. The generation made of what is left is in force afterwards."""
    with change(data, "rules expired") as made:
        rules.remove_expired(made.session, int(time.time()))


def name_device(data: Data, address: str, *, name: str, kind: str) -> None:
    """Make sure that the device is known by this name."""
    with reading(data) as session:
        known = {device.address: device for device in devices.list_devices(session)}
    if address in known and (known[address].name, known[address].kind) == (name, kind):
        return
    with change(data, f"device {address} named {name}") as made:
        devices.put_device(made.session, address, now=int(time.time()), name=name, kind=kind)


def forget_device(data: Data, address: str) -> int:
    """Remove the device and wipe its log. How many rows were wiped. Raises UsageError for an unknown one."""
    from gateway.journal.wipe import wipe_device

    with change(data, f"device {address} removed") as made:
        device = devices.remove_device(made.session, address)
    journal = open_journal(data.root, data.read_settings().store.url)
    try:
        return wipe_device(journal, device.address)
    finally:
        journal.close()


def versions_in_use(data: Data) -> set[str]:
    """Versions of list copies that the generation in force reads from."""
    from gateway.policy.decide import Policy

    return {entry.version for entry in Policy.open(data.policy).shared.base.meta.lists}


def _state(session: Session, data: Data) -> PolicyState:
    return load_state(session, lambda version: copies.path_of(data.lists, version))


def _committed(database: Database, data: Data) -> PolicyState:
    with database.reading() as session:
        return _state(session, data)


def _commit(
    session: Session, applied: Applied, cause: str, publisher: Publisher, database: Database, data: Data
) -> None:
    try:
        _note(session, applied, cause)
        session.commit()
    except BaseException:
        session.rollback()
        # In force but not stored: take it back before anybody hears of it.
        publisher.publish_rules(lambda: _committed(database, data))
        raise


def _note(session: Session, applied: Applied, cause: str) -> None:
    counts = {"workers": applied.workers}
    generations.add_generation(session, applied.generation, now=int(time.time()), cause=cause, counts=counts)


def _publisher(data: Data) -> Publisher:
    return Publisher(
        data.policy,
        lambda generation: _tell(data.run, generation),
        catalogue.load(),
        wall=time.time,
        ticks=time.monotonic,
        random=os.urandom,
    )


def _tell(run: Path, generation: int) -> list[WorkerAck]:
    """Tell every living worker; one that is being restarted reads the manifest when it starts."""
    workers = [role for role in control.roles(run) if role.startswith("dns-")]
    if not workers:
        return []
    with ThreadPoolExecutor(len(workers)) as pool:
        acks = pool.map(lambda worker: _tell_one(run, worker, generation), workers)
        return [ack for ack in acks if ack is not None]


def _tell_one(run: Path, worker: str, generation: int) -> WorkerAck | None:
    try:
        said = control.call(run, worker, "policy", timeout=WORKER_WAIT)
    except control.Down:
        return None
    except HushgateError as error:
        return WorkerAck(worker, 0, str(error))
    return WorkerAck(
        worker, int(said["generation"]), "" if said["generation"] == generation else "another one"
    )
