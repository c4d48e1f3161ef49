"""From the words of a request to what the journal is asked."""

import msgspec

from api.log_filters import device_names, filters_of, keys_of
from api.schemas.log import LogFilters
from gateway.model import Action, Channel, Layer
from gateway.store import devices
from tests.fakes.api import Api

PHONE = "192.0.2.7"


def _named(served: Api) -> None:
    with served.box.works.change("named") as change:
        devices.put_device(change.session, PHONE, now=1, name="Ann's phone")
        devices.put_device(change.session, "192.0.2.8", now=1)


def test_devices_are_meant_by_name_address_or_key(served: Api) -> None:
    _named(served)
    assert keys_of(served.box, ["Ann's phone", PHONE, "192.0.2.9", "nobody"]) == (
        PHONE,
        PHONE,
        "192.0.2.9",
        "nobody",
    )
    assert keys_of(served.box, []) == ()


def test_only_devices_with_a_name_have_one(served: Api) -> None:
    _named(served)
    assert device_names(served.box) == {PHONE: "Ann's phone"}


def test_every_word_is_handed_on(served: Api) -> None:
    keys = ("name", "address", "company", "purpose", "country", "list")
    numbers = {"since": 1, "until": 2, "rule": 3, "line": 4}
    query = LogFilters.model_validate({**numbers, "type": ["A"], **{key: ["a", "b"] for key in keys}})
    found = filters_of(served.box, query)
    assert (found.since, found.until, found.rule, found.line, found.type) == (1, 2, 3, 4, ("A",))
    assert [getattr(found, key) for key in keys] == [("a", "b")] * len(keys)
    choices = {"action": [Action.BLOCKED], "channel": [Channel.TLS], "layer": [Layer.RULES]}
    found = filters_of(served.box, LogFilters.model_validate(choices))
    assert (found.action, found.channel, found.layer) == (("blocked",), ("tls",), ("rules",))


def test_no_words_are_no_filters(served: Api) -> None:
    found = filters_of(served.box, LogFilters.model_validate({}))
    assert not any(msgspec.structs.asdict(found).values())
