"""An event as it leaves the box: JSON that says by itself what it is about, and a topic for MQTT."""

import re
import socket
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from gateway.journal import notices
from gateway.journal.notices import Notice

TEST = "test"  # sent when somebody tries a webhook out
KINDS = (notices.NEW_DEVICE, notices.FIRST_CONTACT, notices.LIST_FAILED, notices.TAMPERING)

_NO_TOPIC = re.compile(r"[^A-Za-z0-9_.-]+")  # `/`, `+`, `#` and NUL mean something in a topic (MQTT 5.0 §4.7)


class About(msgspec.Struct, frozen=True):
    """The device in question."""

    key: str  # its MAC, or its IP address
    name: str  # "" where nobody has named it


class Event(msgspec.Struct, frozen=True):
    """One event."""

    id: str  # the same each time it is sent: who has seen it already may ignore it
    time: str  # ISO 8601, UTC
    kind: str
    topic: str  # "hushgate/BOX/KIND"
    box: str
    device: About | None
    company: str  # of a first contact; else ""
    subject: str  # the company, the list …; "" where there is none
    detail: str  # the name that was asked for, the error


def box_name() -> str:
    """What this box calls itself."""
    return socket.gethostname()[:64] or "box"


def event(notice: Notice, names: Mapping[str, str], box: str) -> Event:
    """The event of a notice; `names`: device key → what it is called."""
    return Event(
        id=f"{_topic_part(box)}-{notice.id}-{notice.time}",
        time=datetime.fromtimestamp(notice.time, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        kind=notice.kind,
        topic=f"hushgate/{_topic_part(box)}/{_topic_part(notice.kind)}",
        box=box,
        device=About(notice.device, names.get(notice.device, "")) if notice.device else None,
        company=notice.subject if notice.kind == notices.FIRST_CONTACT else "",
        subject=notice.subject,
        detail=notice.detail,
    )


def trial(number: int, now: int, box: str) -> Event:
    """The event that tries out the webhook of this number."""
    shown = Notice(number, now, TEST, "", f"webhook {number}", "This is how an event arrives.")
    return event(shown, {}, box)


def encode(one: Event) -> bytes:
    """As it is sent and signed."""
    return msgspec.json.encode(one)


def _topic_part(text: str) -> str:
    return _NO_TOPIC.sub("-", text).strip("-") or "box"
