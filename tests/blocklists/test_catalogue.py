"""The catalogue that ships: what it must hold, whatever else changes in it."""

import csv
from functools import cache
from ipaddress import ip_address
from pathlib import Path

import pytest
import re2

import blocklists
from gateway.model import Profile
from gateway.names import from_text, is_below
from gateway.policy.catalogue import Bypass, Catalogue, Row, load
from gateway.policy.rule import Match

FACTS = Path(__file__).parents[2].parent / "shared" / "facts"
needs_facts = pytest.mark.skipif(
    not FACTS.is_dir(), reason="the research behind the catalogue is not in this checkout"
)

WHOLE = (
    "miui.com", "xiaomi.com", "xiaomi.net", "mi.com", "alibaba.com", "alicdn.com", "aliexpress.com", "alipay.com",
    "aliyun.com", "aliyuncs.com", "amap.com", "taobao.com", "tmall.com", "uc.cn", "ucweb.com", "youku.com",
)  # fmt: skip
NEEDED = (
    "update.miui.com", "update.intl.miui.com", "ultimateota.d.miui.com", "unlock.update.intl.miui.com",
    "global.market.xiaomi.com", "account.xiaomi.com", "api.account.xiaomi.com", "find.api.micloud.xiaomi.net",
    "us.find.api.micloud.xiaomi.net", "api.io.mi.com", "de.api.io.mi.com", "appmarket.micloud.xiaomi.net",
)  # fmt: skip
TELEMETRY = (
    "sa.api.intl.miui.com", "tracking.miui.com", "tracking.intl.miui.com", "tracking.rus.miui.com",
    "data.mistat.xiaomi.com", "sdkconfig.ad.xiaomi.com", "anything.ad.xiaomi.com", "ulogs.umeng.com",
    "alog.umeng.com", "h-adashx.ut.taobao.com", "audid-api.taobao.com", "log.mmstat.com",
)  # fmt: skip


@cache
def shipped() -> Catalogue:
    return load()


def covers(row: Row, name: str) -> bool:
    rule = row.rule
    if rule.match is Match.REGEX:
        return bool(re2.search(rule.regex, name))
    return from_text(name) == rule.name or (
        rule.match is Match.SUFFIX and is_below(from_text(name), rule.name)
    )


def blocked(name: str, profile: Profile) -> bool:
    """What the catalogue alone says: a keep row beats every block."""
    rows = [row for row in shipped().every if covers(row, name)]
    return any(row.blocked_by(profile) for row in rows) and not any(row.profile == "keep" for row in rows)


def test_the_catalogue_is_package_data() -> None:
    names = {file.name for file in blocklists.catalogue().iterdir()}
    assert {"xiaomi.toml", "alibaba.toml", "bypass.toml"} <= names
    assert blocklists.sources().is_file()


@pytest.mark.parametrize("profile", Profile)
def test_what_the_phone_needs_survives_each_profile(profile: Profile) -> None:
    kept = [row.pattern for row in shipped().every if row.profile == "keep"]
    assert [name for name in (*NEEDED, *kept) if blocked(name, profile)] == []
    assert {name for name in NEEDED if name != "de.api.io.mi.com"} <= set(kept)


@pytest.mark.parametrize("profile", Profile)
def test_no_whole_vendor_domain_is_blocked(profile: Profile) -> None:
    assert [name for name in WHOLE if blocked(name, profile) or blocked(f"unlisted.{name}", profile)] == []
    assert {domain for vendor in shipped().vendors for domain in vendor.domains} >= set(WHOLE)


@pytest.mark.parametrize("profile", Profile)
def test_known_telemetry_is_blocked_in_each_profile(profile: Profile) -> None:
    assert [name for name in TELEMETRY if not blocked(name, profile)] == []


def test_the_essential_profile_breaks_nothing_known_and_rests_on_more_than_a_guess() -> None:
    rows = [row for row in shipped().every if row.blocked_by(Profile.ESSENTIAL)]
    assert {row.breakage for row in rows} <= {"none reported", "ads disappear"}
    assert {row.confidence for row in rows} <= {"high", "medium"}


def test_push_and_public_resolvers_wait_for_strict() -> None:
    for name in (
        "app.chat.xiaomi.net",
        "fr.app.chat.global.xiaomi.net",
        "dns.google",
        "one.one.one.one",
        "id.dns.nextdns.io",
    ):
        assert [blocked(name, profile) for profile in Profile] == [False, False, True], name


def test_the_vendors_own_resolvers_are_blocked_from_balanced_on() -> None:
    for name in (
        "resolvers-cn.httpdns.aliyuncs.com",
        "resolver.gslb.mi-idc.com",
        "dns.io.mi.com",
        "dns.alidns.com",
    ):
        assert [blocked(name, profile) for profile in Profile] == [False, True, True], name


def test_the_addresses_of_ways_around_dns_are_public_and_known() -> None:
    addresses = {ip_address(text) for row in shipped().every for text in row.addresses}
    assert all(address.is_global for address in addresses)
    for text in (
        "8.8.8.8",
        "1.1.1.1",
        "9.9.9.9",
        "223.5.5.5",
        "119.29.29.29",
        "114.114.114.114",
        "203.107.1.65",
        "240c::6666",
    ):
        assert ip_address(text) in {ip_address(known) for row in shipped().bypass for known in row.addresses}


def test_every_bypass_says_so() -> None:
    assert all("dns-bypass" in row.purposes for row in shipped().bypass)
    assert all(isinstance(row, Bypass) for row in shipped().every if "dns-bypass" in row.purposes)


def test_every_row_has_facts_worth_printing() -> None:
    for row in shipped().every:
        assert all(
            (row.facts.company, row.facts.purpose, row.facts.product, row.facts.breakage, row.facts.evidence)
        )


def _read(name: str) -> list[dict[str, str]]:
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@needs_facts
def test_every_seed_is_a_row_and_what_must_stay_open_stays_open() -> None:
    rows = {row.pattern: row for row in shipped().every}
    seeds = _read("catalogue_seed.csv")
    assert [seed["host_pattern"] for seed in seeds if seed["host_pattern"] not in rows] == []
    for seed in seeds:
        row = rows[seed["host_pattern"]]
        assert (row.profile == "keep") == (seed["default_action"] == "allow"), row.pattern
        if seed["must_not_block"] == "push-optional" or seed["default_action"] == "ask":
            assert row.profile == "strict", row.pattern


@needs_facts
@pytest.mark.parametrize("name", ["hosts_xiaomi.csv", "hosts_alibaba.csv"])
def test_every_host_that_three_independent_lists_name_is_a_row(name: str) -> None:
    rows = {row.pattern for row in shipped().every}
    named = [host["host"] for host in _read(name) if int(host["independent_families"]) >= 3]
    assert [host for host in named if host not in rows and host not in WHOLE] == []


@needs_facts
def test_the_lists_that_a_row_counts_are_the_lists_that_name_it() -> None:
    counts = {
        host["host"]: int(host["independent_families"])
        for f in ("xiaomi", "alibaba")
        for host in _read(f"hosts_{f}.csv")
    }
    for row in shipped().every:
        for evidence in row.evidence:
            if evidence.startswith("named by"):
                assert len(evidence.split(": ", 1)[1].split(", ")) == counts[row.pattern], row.pattern


@needs_facts
def test_every_known_address_is_somewhere_in_the_catalogue() -> None:
    addresses = {text for row in shipped().every for text in row.addresses}
    assert {known["ip"] for known in _read("known_ips.csv")} <= addresses
