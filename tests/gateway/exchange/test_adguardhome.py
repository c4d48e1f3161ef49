"""AdGuard Home's settings of several schemas, and YAML made to harm."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.exchange import adguardhome
from gateway.exchange.adguardhome import read
from gateway.exchange.values import DeviceIn, GroupIn, ListIn, RuleIn

NEW = """
http: {address: "0.0.0.0:3000"}
users: [{name: admin, password: $2a$10$abc}]
dns: {bind_hosts: [0.0.0.0], blocking_mode: default}
filters:
  - {enabled: true, url: "https://lists.example/filter_1.txt", name: AdGuard DNS filter, id: 1}
  - {enabled: false, url: "https://lists.example/filter_2.txt", name: Off, id: 2}
  - {enabled: true, url: /opt/own.txt, name: Own, id: 3}
whitelist_filters:
  - {enabled: true, url: "https://lists.example/allow.txt", name: Allow, id: 4}
user_rules:
  - '||ads.example^$important'
  - '@@||good.example^'
  - '! a comment'
  - 0.0.0.0 hosts.example
  - '||tv.example^$client=''Living room'''
  - 'nonsense^$unheard'
  - ''
clients:
  runtime_sources: {whois: true}
  persistent:
    - name: Phone
      ids: [192.0.2.7, "AA:BB:CC:DD:EE:FF"]
      tags: [device_phone, os_android]
      use_global_settings: true
      use_global_blocked_services: true
    - name: Tablet
      ids: [192.0.2.8, 10.0.0.0/8, my-client-id]
      use_global_settings: false
      filtering_enabled: false
      use_global_blocked_services: false
    - {name: Watch, ids: ["2001:DB8::1"], use_global_settings: false, filtering_enabled: true}
filtering:
  blocked_services: {schedule: {time_zone: Local}, ids: [youtube]}
  rewrites:
    - {domain: box.lan, answer: 192.0.2.1, enabled: true}
    - {domain: "*.box.lan", answer: box.lan}
    - {domain: off.lan, answer: 192.0.2.2, enabled: false}
    - {domain: same.lan, answer: A}
    - {domain: "x^$important", answer: 192.0.2.3}
schema_version: 29
"""
OLD = """
bind_host: 0.0.0.0
dns:
  blocked_services: [tiktok]
  rewrites: [{domain: box.lan, answer: 192.0.2.1}]
clients:
  - {name: Old phone, ip: 192.0.2.9, mac: "", use_global_settings: true}
filters: []
user_rules: ['||ads.example^']
schema_version: 5
"""


def test_all_that_can_be_taken_is_taken() -> None:
    found = read(NEW.encode())
    assert found.rules == (
        RuleIn("||ads.example^$important"),
        RuleIn("@@||good.example^"),
        RuleIn("hosts.example"),
        RuleIn("||tv.example^$client='Living room'"),
        RuleIn("|box.lan^$dnsrewrite=192.0.2.1", comment="rewrite"),
        RuleIn("*.box.lan$dnsrewrite=box.lan", comment="rewrite"),
        RuleIn("|off.lan^$dnsrewrite=192.0.2.2", comment="rewrite", enabled=False),
    )
    assert found.lists == (
        ListIn("https://lists.example/filter_1.txt", "AdGuard DNS filter"),
        ListIn("https://lists.example/filter_2.txt", "Off", enabled=False),
    )
    assert found.devices == (
        DeviceIn("aa:bb:cc:dd:ee:ff", "Phone", tags=("device_phone", "os_android")),
        DeviceIn("192.0.2.8", "Tablet", group="Tablet (own)"),
        DeviceIn("2001:db8::1", "Watch", group="Watch (own)"),
    )
    assert found.groups == (
        GroupIn("Tablet (own)", inherit=False, catalogue=False, comment="was not filtered"),
        GroupIn("Watch (own)"),
    )


def test_what_cannot_be_taken_is_reported() -> None:
    assert [one.text for one in read(NEW.encode()).refused] == [
        *(
            "nonsense^$unheard",
            "same.lan → A",
            "x^$important",
            "/opt/own.txt",
            "https://lists.example/allow.txt",
        ),
        *("Tablet", "Tablet: 10.0.0.0/8", "Tablet: my-client-id", "youtube"),
    ]


def test_an_old_schema_is_read() -> None:
    found = read(OLD.encode())
    assert [rule.text for rule in found.rules] == ["||ads.example^", "|box.lan^$dnsrewrite=192.0.2.1"]
    assert found.devices == (DeviceIn("192.0.2.9", "Old phone"),)
    assert [one.text for one in found.refused] == ["tiktok"]


BOMB = "a: &a [x]\n" + "\n".join(
    f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join([f'*{chr(97 + i)}'] * 9)}]" for i in range(9)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "aliases"),
        ("user_rules: " + "[" * 500 + "]" * 500, "too deep"),
        ("user_rules: " + "[" * 100_000, "too deep"),
        ("user_rules: [" + "a," * (adguardhome.MAX_NODES + 1) + "]", "too long"),
        ("[1, 2]", "no settings of AdGuard Home"),
        ("a: 1", "no settings of AdGuard Home"),
        ("user_rules: [", "no readable YAML"),
        ("user_rules: \x00", "no readable YAML"),
        ("{user_rules: [], user_rules: {[]: 1}}", "no readable YAML"),
        ("#" + "x" * (5 << 20), "more than 4 MB"),
        ("", "no settings of AdGuard Home"),
    ],
)
def test_what_is_made_to_harm_is_one_error(text: str, reason: str) -> None:
    began = time.monotonic()
    with pytest.raises(UsageError) as refused:
        read(text.encode())
    assert reason in str(refused.value)
    assert time.monotonic() - began < 10


def test_tags_make_no_objects() -> None:
    found = read(
        b"user_rules: !!python/object/apply:os.system ['echo ||harm.example^']\nschema_version: !!int 29\n"
    )
    assert [rule.text for rule in found.rules] == []


ODD = st.sampled_from(
    ["[]", "{}", "5", "[5, x]", "[{}]", "null", "[{name: [x], ids: {}, url: {}}]", "x", "{ids: 3}"]
)


@given(*[ODD] * 6)
def test_any_shape_is_read(
    rules: str, filters: str, clients: str, rewrites: str, dns: str, services: str
) -> None:
    text = (
        f"schema_version: 29\nuser_rules: {rules}\nfilters: {filters}\nwhitelist_filters: {filters}\n"
        f"clients: {clients}\nfiltering: {{rewrites: {rewrites}, blocked_services: {services}}}\ndns: {dns}\n"
    )
    assert read(text.encode()).format == "adguardhome"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_the_one_error(content: bytes) -> None:
    try:
        read(b"user_rules: " + content)
    except UsageError as fault:
        said = str(fault)
        assert said.isprintable()
