"""Both forms of a Pi-hole's backup give the same; a hostile archive gives one error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.exchange.teleporter import read
from gateway.exchange.values import DeviceIn, ListIn, RuleIn
from tests.fakes.archives import tarred, zipped
from tests.fakes.pihole import domains, gravity, v5, v6

DATABASE = gravity(
    *domains((1, 1, "ads.example", 1, "why", (0,)), (2, 0, "good.example", 1, "", (0,))),
    "INSERT INTO adlist (id, address) VALUES (1, 'https://lists.example/a.txt')",
    "INSERT INTO adlist_by_group VALUES (1, 0)",
    "INSERT INTO client (id, ip, comment) VALUES (1, '192.0.2.7', 'phone')",
    "INSERT INTO client_by_group VALUES (1, 0)",
)
V5 = v5(
    blacklist_exact=[{"id": 1, "type": 1, "domain": "ads.example", "enabled": 1, "comment": "why"}],
    whitelist_exact=[{"id": "2", "type": "0", "domain": "good.example", "enabled": "1", "comment": None}],
    blacklist_regex=[],
    adlist=[{"id": 1, "address": "https://lists.example/a.txt", "enabled": 1, "comment": None}],
    group=[{"id": 0, "enabled": 1, "name": "Default", "description": None}],
    client=[{"id": 1, "ip": "192.0.2.7", "comment": "phone"}],
    domainlist_by_group=[{"domainlist_id": 1, "group_id": 0}, {"domainlist_id": 2, "group_id": 0}],
    adlist_by_group=[{"adlist_id": 1, "group_id": 0}],
    client_by_group=[{"client_id": 1, "group_id": 0}],
)
LISTS = (ListIn("https://lists.example/a.txt"),)
DEVICES = (DeviceIn("192.0.2.7", "phone"),)


def local(text: str) -> RuleIn:
    return RuleIn(text, comment="local name")


def test_version_6_is_read_with_its_local_names() -> None:
    found = read(v6(DATABASE))
    assert found.rules == (
        RuleIn("ads.example", comment="why"),
        RuleIn("@@|good.example^"),
        local("|printer.lan^$dnsrewrite=192.0.2.53"),
        local("|printer^$dnsrewrite=192.0.2.53"),
        local("|box.lan^$dnsrewrite=2001:db8::5"),
        local("|www.lan^$dnsrewrite=box.lan"),
        local("|old.lan^$dnsrewrite=box.lan"),
        local("|older.lan^$dnsrewrite=box.lan"),
    )
    assert (found.lists, found.devices, found.refused, found.format) == (LISTS, DEVICES, (), "pihole")


def test_version_5_is_read_with_its_local_names() -> None:
    found = read(V5)
    assert set(found.rules) == {
        RuleIn("ads.example", comment="why"),
        RuleIn("@@|good.example^"),
        local("|printer.lan^$dnsrewrite=192.0.2.53"),
        local("|www.lan^$dnsrewrite=printer.lan"),
    }
    assert (found.lists, found.devices, found.refused) == (LISTS, DEVICES, ())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither zip nor tar"),
        (zipped({"readme": b""}), "no backup of a Pi-hole"),
        (v6(b"rubbish"), "gravity.db cannot be read"),
        (tarred({"group.json": b"{"}), "group.json in the archive cannot be read"),
        (tarred({"group.json": b'[{"id": {}}]'}), "group.json in the archive cannot be read"),
        (tarred({"group.json": b"[" * 5000}), "group.json in the archive cannot be read"),
        (zipped({"etc/pihole/gravity.db": DATABASE, "../../etc/passwd": b""}), "leads elsewhere"),
    ],
)
def test_what_is_none_is_one_error(content: bytes, reason: str) -> None:
    with pytest.raises(UsageError) as refused:
        read(content)
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    "toml", ["dns = 5", "[dns]\nhosts = 7", "[dns]\nhosts = [7, 'x']\ncnameRecords = ['a']", "\0"]
)
def test_odd_settings_lose_nothing_but_themselves(toml: str) -> None:
    assert len(read(v6(DATABASE, toml)).rules) == 2


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_ones_are_read_or_the_one_error(data: st.DataObject) -> None:
    for whole in (V5, v6(DATABASE)):
        content = bytearray(whole)
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        try:
            found = read(bytes(content))
        except UsageError:
            continue
        assert found.format == "pihole"


@given(st.dictionaries(st.sampled_from(["group", "client", "adlist"]), st.binary(max_size=60)))
def test_any_json_is_read_or_the_one_error(files: dict[str, bytes]) -> None:
    content = tarred({**{f"{name}.json": text for name, text in files.items()}, "group.json": b"null"})
    try:
        assert read(content).rules == ()
    except UsageError:
        assert files
