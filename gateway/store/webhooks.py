"""Where notices are sent, and how far each receiver has come."""

import msgspec
from sqlmodel import Session, col, select

from gateway.errors import Conflict, Missing
from gateway.store.access_tables import WebhookTable
from gateway.store.text import MAX_SOURCE, one_line

MAX_WEBHOOKS = 20  # each is a connection now and then, and a line of the status
_MAX_ERROR = 300


class Webhook(msgspec.Struct, frozen=True):
    """One receiver, without its secret."""

    id: int
    url: str
    events: tuple[str, ...]  # none for all
    enabled: bool
    created: int  # Unix seconds
    cursor: int  # the last notice that it got, or was given up
    failures: int  # in a row
    last_time: int  # Unix seconds of the last attempt; 0 for never
    last_error: str  # "" where it went well
    retry_at: int  # Unix seconds; before that it is left alone
    lost: int  # notices given up


def add_webhook(
    session: Session, url: str, secret: str, *, events: tuple[str, ...], now: int, cursor: int
) -> Webhook:
    """Add one; it is told of what comes after the notice `cursor`. Raises UsageError."""
    if len(list_webhooks(session)) >= MAX_WEBHOOKS:
        raise Conflict(f"there are {MAX_WEBHOOKS} webhooks already", hint="delete one that is not used")
    row = WebhookTable(
        url=one_line(url, "the webhook's address", MAX_SOURCE, empty=False),
        secret=secret,
        events=",".join(events),
        enabled=True,
        created=now,
        cursor=cursor,
        failures=0,
        last_time=0,
        last_error="",
        retry_at=0,
        lost=0,
    )
    session.add(row)
    session.flush()
    return _value(row)


def list_webhooks(session: Session) -> tuple[Webhook, ...]:
    """All of them, oldest first."""
    return tuple(_value(row) for row in session.exec(select(WebhookTable).order_by(col(WebhookTable.id))))


def get_webhook(session: Session, number: int) -> Webhook:
    """The one of this number. Raises Missing."""
    return _value(_row(session, number))


def secret_of(session: Session, number: int) -> str:
    """What its messages are signed with. Raises Missing."""
    return _row(session, number).secret


def update_webhook(
    session: Session,
    number: int,
    *,
    url: str | None = None,
    events: tuple[str, ...] | None = None,
    enabled: bool | None = None,
    cursor: int | None = None,
) -> Webhook:
    """Change what is given; it gets a fresh start. Raises UsageError."""
    row = _row(session, number)
    if url is not None:
        row.url = one_line(url, "the webhook's address", MAX_SOURCE, empty=False)
    if events is not None:
        row.events = ",".join(events)
    if enabled is not None:
        row.enabled = enabled
    if cursor is not None:
        row.cursor = cursor
    row.failures, row.retry_at = 0, 0
    session.add(row)
    session.flush()
    return _value(row)


def delivered(session: Session, number: int, *, cursor: int, now: int) -> None:
    """It has got all up to the notice `cursor`, if it still is there."""
    row = session.get(WebhookTable, number)
    if row is not None:
        row.cursor = max(row.cursor, cursor)
        row.failures, row.retry_at, row.last_time, row.last_error = 0, 0, now, ""
        session.add(row)
        session.flush()


def failed(
    session: Session,
    number: int,
    error: str,
    *,
    cursor: int,
    now: int,
    retry_at: int,
    lost: int,
    gone: bool,
) -> None:
    """An attempt failed: all up to `cursor` is done with, `lost` notices of it for good; the next is tried later.

    `gone`: the receiver wants no more.
    """
    row = session.get(WebhookTable, number)
    if row is not None:
        row.cursor = max(row.cursor, cursor)
        row.failures += 1
        row.retry_at, row.last_time = retry_at, now
        row.last_error = error.replace("\0", "\ufffd")[:_MAX_ERROR]
        row.lost += lost
        row.enabled = row.enabled and not gone
        session.add(row)
        session.flush()


def skipped(session: Session, number: int, *, cursor: int) -> None:
    """Nothing up to the notice `cursor` is for it."""
    row = session.get(WebhookTable, number)
    if row is not None and row.cursor < cursor:
        row.cursor = cursor
        session.add(row)
        session.flush()


def remove_webhook(session: Session, number: int) -> Webhook:
    """Remove it and say what it was. Raises Missing."""
    row = _row(session, number)
    value = _value(row)
    session.delete(row)
    session.flush()
    return value


def _row(session: Session, number: int) -> WebhookTable:
    row = session.get(WebhookTable, number) if 0 < number < 2**31 else None
    if row is None:
        raise Missing(f"no webhook {number}", hint="GET /v1/webhooks lists them")
    return row


def _value(row: WebhookTable) -> Webhook:
    return Webhook(
        id=row.id or 0,
        url=row.url,
        events=tuple(row.events.split(",")) if row.events else (),
        enabled=row.enabled,
        created=row.created,
        cursor=row.cursor,
        failures=row.failures,
        last_time=row.last_time,
        last_error=row.last_error,
        retry_at=row.retry_at,
        lost=row.lost,
    )
