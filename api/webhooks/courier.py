"""Takes notices to their receivers: in order, again and again for a day, and never in DNS's or the API's way.

A thread of its own: what it waits for is the network, and the panel's end must not wait for it.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence

from api.box import ApiBox
from api.webhooks import events, sending, signing
from api.webhooks.sending import Message, SendFault
from gateway.errors import HushgateError
from gateway.journal import notices
from gateway.journal.notices import Notice
from gateway.store import devices, webhooks
from gateway.store.webhooks import Webhook

LOOK_EVERY = 2.0  # seconds
IDLE_EVERY = 60.0  # seconds, where there is no webhook; a new one wakes the courier
FIRST_WAIT = 5  # seconds until a failed delivery is tried again; doubled up to LAST_WAIT
LAST_WAIT = 3600
GIVE_UP = 86_400  # seconds after which a notice is old news
AT_ONCE = 50  # notices looked at in one turn of a webhook
TURN = 10.0  # seconds after which the next webhook has its turn

_log = logging.getLogger(__name__)

Send = Callable[[str, Message], int]


class Bell(threading.Event):
    """Rung when there is a new webhook, or one was changed."""


class Courier:
    """Delivers until it is stopped."""

    def __init__(self, box: ApiBox, send: Send | None = None, wall: Callable[[], float] = time.time) -> None:
        self._box = box
        self._send = send or self._sent
        self._wall = wall
        self._name = events.box_name()
        self._woken = box.kept(Bell)
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin. Nothing is sent before there is a webhook."""
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self, patience: float = 1.0) -> None:
        """End, after the delivery under way if it takes no longer than `patience` seconds. Safe twice."""
        self._ending.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join(patience)

    def _run(self) -> None:
        while not self._ending.is_set():
            any_there = True
            try:
                any_there = self.round()
            except HushgateError as error:  # a database is away: its own part says so, and it may come back
                _log.warning("webhooks wait: %s", error)
            except Exception:  # noqa: BLE001  # whatever one brings about, the others get theirs
                _log.exception("webhooks: an error of our own")
            self._woken.wait(LOOK_EVERY if any_there else IDLE_EVERY)
            self._woken.clear()

    def round(self) -> bool:
        """Give each webhook its turn; False where there is none. Raises StoreAway."""
        with self._box.works.reading() as session:
            found = [one for one in webhooks.list_webhooks(session) if one.enabled]
        for hook in found:
            if self._ending.is_set():
                break
            # A wait of more than there ever is was noted by a clock that was wrong.
            if not 0 < hook.retry_at - self._wall() <= LAST_WAIT:
                self._turn(hook)
        return bool(found)

    def _turn(self, hook: Webhook) -> None:
        with self._box.journal() as journal:
            if hook.cursor > notices.last_id(journal):  # the log was begun anew, and counts from 1 again
                with self._box.works.noting() as session:
                    webhooks.update_webhook(session, hook.id, cursor=0)
                return
            found = notices.onwards(journal, hook.cursor, AT_ONCE)
        if not found:
            return
        wanted = [notice for notice in found if not hook.events or notice.kind in hook.events]
        if not wanted:
            with self._box.works.noting() as session:
                webhooks.skipped(session, hook.id, cursor=found[-1].id)
            return
        self._deliver(hook, found, wanted)

    def _deliver(self, hook: Webhook, found: Sequence[Notice], wanted: Sequence[Notice]) -> None:
        with self._box.works.reading() as session:
            secret = webhooks.secret_of(session, hook.id)
            names = {device.address: device.name for device in devices.list_devices(session)}
        until = time.monotonic() + TURN
        done = hook.cursor
        for notice in wanted:
            if self._ending.is_set() or time.monotonic() > until:
                break
            try:
                self._send(hook.url, self._message(notice, names, secret))
            except SendFault as fault:
                self._failed(hook, fault, done, found, wanted)
                return
            done = notice.id
        else:
            done = found[-1].id
        with self._box.works.noting() as session:
            webhooks.delivered(session, hook.id, cursor=done, now=int(self._wall()))

    def _message(self, notice: Notice, names: Mapping[str, str], secret: str) -> Message:
        return signed(events.event(notice, names, self._name), secret, int(self._wall()))

    def _failed(
        self,
        hook: Webhook,
        fault: SendFault,
        done: int,
        found: Sequence[Notice],
        wanted: Sequence[Notice],
    ) -> None:
        now = int(self._wall())
        old = {notice.id for notice in found if notice.id > done and notice.time <= now - GIVE_UP}
        lost = sum(notice.id in old for notice in wanted)
        gone = fault.status == sending.GONE
        retry_at = now + min(FIRST_WAIT << min(hook.failures, 20), LAST_WAIT)
        with self._box.works.noting() as session:
            webhooks.failed(
                session,
                hook.id,
                str(fault),
                cursor=max(old, default=done),
                now=now,
                retry_at=retry_at,
                lost=lost,
                gone=gone,
            )
        if gone or lost or not hook.failures:
            _log.warning("webhook %d: %s%s", hook.id, fault, f"; {lost} notices are given up" if lost else "")

    def _sent(self, url: str, message: Message) -> int:
        return sending.send(url, message, allow_private=self._box.settings.panel.private_webhooks)


def signed(event: events.Event, secret: str, now: int) -> Message:
    """The event as it is sent."""
    body = events.encode(event)
    return Message(signing.headers(secret, event.id, now, body), body)
