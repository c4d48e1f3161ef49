"""Events as they leave the box."""

import json

import pytest

from api.schemas.webhooks import EventPublic
from api.webhooks import events
from gateway.journal import notices
from gateway.journal.notices import Notice

CONTACT = Notice(7, 1_700_000_000, notices.FIRST_CONTACT, "a0:b1:c2:d3:e4:f5", "Xiaomi", "tracking.example")


def test_an_event_says_by_itself_what_it_is_about() -> None:
    shown = json.loads(events.encode(events.event(CONTACT, {"a0:b1:c2:d3:e4:f5": "Anna's phone"}, "attic")))
    assert shown == {
        "id": "attic-7-1700000000",
        "time": "2023-11-14T22:13:20Z",
        "kind": "first-contact",
        "topic": "hushgate/attic/first-contact",
        "box": "attic",
        "device": {"key": "a0:b1:c2:d3:e4:f5", "name": "Anna's phone"},
        "company": "Xiaomi",
        "subject": "Xiaomi",
        "detail": "tracking.example",
    }


def test_an_event_about_no_device_has_none() -> None:
    failed = Notice(8, 1, notices.LIST_FAILED, "", "mine", "the server answers 500")
    assert events.event(failed, {}, "attic").device is None


@pytest.mark.parametrize("box", ["a/b", "+", "#", "a\0b", "", "ü"])
def test_a_topic_has_three_levels_whatever_the_box_is_called(box: str) -> None:
    topic = events.event(CONTACT, {}, box).topic
    assert topic.count("/") == 2
    assert not set(topic) & set("+#\0")


def test_hostile_words_stay_within_their_json() -> None:
    hostile = Notice(1, 1, notices.NEW_DEVICE, 'x"\r\n\x1b[31m', "\u202e</script>", "\0")
    assert json.loads(events.encode(events.event(hostile, {}, "b")))["device"]["key"] == 'x"\r\n\x1b[31m'
    assert b"\n" not in events.encode(events.event(hostile, {}, "b"))


def test_a_trial_is_told_from_what_has_happened() -> None:
    assert events.trial(3, 9, "b").kind == events.TEST not in events.KINDS


def test_the_document_describes_what_is_sent() -> None:
    for sent in (events.event(CONTACT, {}, "attic"), events.trial(1, 2, "attic")):
        assert EventPublic.model_validate_json(events.encode(sent)).kind == sent.kind
