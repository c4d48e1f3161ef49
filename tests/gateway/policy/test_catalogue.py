"""The catalogue's reader: what it refuses, and where it says the fault is."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from gateway.model import Facts, Profile
from gateway.names import from_text
from gateway.policy.catalogue import Catalogue, CatalogueFault, load
from gateway.policy.rule import Match, Rule

VENDOR = """\
[vendor]
company = "Acme"
country = "CN"
domains = ["acme.com", "acme-stats.net"]
telemetry_domains = ["acme-stats.net"]
"""
ROW = {
    "pattern": "track.acme.com",
    "purposes": ["analytics"],
    "breakage": "none reported",
    "profile": "essential",
    "confidence": "high",
    "evidence": ["seen in a capture"],
}


def table(kind: str = "host", *, without: str = "", **fields: Any) -> str:
    """A row as TOML: `ROW` with `fields` in place of its own."""
    row = {name: value for name, value in (ROW | fields).items() if name != without}
    lines = (f"{name} = {msgspec.json.encode(value).decode()}" for name, value in row.items())
    return "\n".join([f"\n[[{kind}]]", *lines, ""])


def read(tmp_path: Path, text: str, **others: str) -> Catalogue:
    (tmp_path / "acme.toml").write_text(text)
    for name, other in others.items():
        (tmp_path / f"{name}.toml").write_text(other)
    return load(tmp_path)


def refusal(tmp_path: Path, text: str, **others: str) -> str:
    with pytest.raises(CatalogueFault) as caught:
        read(tmp_path, text, **others)
    return str(caught.value)


def test_a_row_knows_its_vendor_its_file_and_its_line(tmp_path: Path) -> None:
    catalogue = read(tmp_path, VENDOR + table(country="SG", place="Singapore"))
    (row,) = catalogue.rows
    assert (row.company, row.file, row.line) == ("Acme", "acme.toml", 7)
    assert (row.country, row.place, row.match) == ("SG", "Singapore", "exact")
    assert catalogue.vendors[0].domains == ("acme.com", "acme-stats.net")


def test_a_row_may_name_another_company_than_its_file(tmp_path: Path) -> None:
    assert read(tmp_path, VENDOR + table(company="Partner")).rows[0].company == "Partner"


def test_a_file_without_vendor_needs_the_company_in_each_row(tmp_path: Path) -> None:
    assert "acme.toml:2: track.acme.com: Object missing required field `company`" in refusal(
        tmp_path, table()
    )


def test_bypass_rows_carry_kinds_and_addresses(tmp_path: Path) -> None:
    text = (
        VENDOR
        + table()
        + table("bypass", pattern="dns.acme.com", kinds=["doh"], addresses=["192.0.2.1", "::1"])
    )
    catalogue = read(tmp_path, text)
    (row,) = catalogue.bypass
    assert (row.kinds, row.addresses) == (("doh",), ("192.0.2.1", "::1"))
    assert [row.pattern for row in catalogue.every] == ["track.acme.com", "dns.acme.com"]


def test_a_row_blocks_from_its_profile_on(tmp_path: Path) -> None:
    text = VENDOR
    for profile in ("essential", "balanced", "strict", "keep"):
        text += table(pattern=f"{profile}.acme.com", profile=profile)
    blocked = {
        profile: [row.profile for row in read(tmp_path, text).rows if row.blocked_by(profile)]
        for profile in Profile
    }
    assert blocked == {
        Profile.ESSENTIAL: ["essential"],
        Profile.BALANCED: ["essential", "balanced"],
        Profile.STRICT: ["essential", "balanced", "strict"],
    }


def test_rows_become_rules(tmp_path: Path) -> None:
    text = (
        VENDOR
        + table()
        + table(pattern="ad.acme.com", match="suffix")
        + table(pattern="up.acme.com", profile="keep")
    )
    rules = [row.rule for row in read(tmp_path, text).rows]
    assert rules == [
        Rule("track.acme.com", 7, Match.EXACT, from_text("track.acme.com")),
        Rule("ad.acme.com", 15, Match.SUFFIX, from_text("ad.acme.com")),
        Rule("up.acme.com", 24, Match.EXACT, from_text("up.acme.com"), allow=True),
    ]


@pytest.mark.parametrize(
    ("name", "covered"),
    [("res-cn.dns.acme.com", True), ("res-.dns.acme.com", True), ("res-a.b.dns.acme.com", False),
     ("x.res-cn.dns.acme.com", False), ("res-cn.dns.acme.com.evil.com", False), ("res-cn-dns.acme.com", False)],
)  # fmt: skip
def test_a_star_stays_within_its_label(tmp_path: Path, name: str, covered: bool) -> None:
    (row,) = read(tmp_path, VENDOR + table(pattern="res-*.dns.acme.com", match="glob")).rows
    assert row.rule.match is Match.REGEX
    assert bool(re2.search(row.rule.regex, name)) is covered


def test_facts_tell_all_that_why_prints(tmp_path: Path) -> None:
    text = VENDOR + table(purposes=["push", "crash"], evidence=["a capture", "a report"], country="RU")
    assert read(tmp_path, text).rows[0].facts == Facts(
        company="Acme",
        purpose="push, crash",
        country="RU",
        breakage="none reported",
        confidence="high",
        evidence="a capture; a report",
        pattern="track.acme.com",
    )


@pytest.mark.parametrize("field", ["pattern", "purposes", "breakage", "profile", "confidence", "evidence"])
def test_a_row_without_a_required_field_is_refused(tmp_path: Path, field: str) -> None:
    assert f"missing required field `{field}`" in refusal(tmp_path, VENDOR + table(without=field))


@pytest.mark.parametrize(
    "fields",
    [{"evidence": []}, {"evidence": [""]}, {"breakage": ""}, {"purposes": []}, {"purposes": ["spying"]},
     {"profile": "harsh"}, {"confidence": "sure"}, {"country": "China"}, {"match": "regex"},
     {"addresses": ["192.0.2.256"]}, {"surprise": 1}, {"line": 1}, {"file": "x"}, {"kinds": ["doh"]}],
    ids=str,
)  # fmt: skip
def test_a_row_that_breaks_the_schema_is_refused_with_its_line(
    tmp_path: Path, fields: dict[str, Any]
) -> None:
    assert refusal(tmp_path, VENDOR + table(**fields)).startswith("acme.toml:7: track.acme.com: ")


def test_a_bypass_without_kinds_is_refused(tmp_path: Path) -> None:
    assert "missing required field `kinds`" in refusal(tmp_path, VENDOR + table("bypass"))


@pytest.mark.parametrize(
    ("pattern", "match"),
    [("a..b.acme.com", "exact"), ("x" * 64 + ".acme.com", "exact"), ("Track.acme.com", "exact"),
     ("track.acme.com.", "exact"), ("*.acme.com", "glob"), ("x.*.acme.com", "glob"), ("x.ac*.com", "glob"),
     ("x-*.acme.com", "exact"), ("track.acme.com", "glob")],
)  # fmt: skip
def test_a_pattern_that_is_no_name_or_too_wide_is_refused(tmp_path: Path, pattern: str, match: str) -> None:
    assert f"acme.toml:7: {pattern}: " in refusal(tmp_path, VENDOR + table(pattern=pattern, match=match))


@pytest.mark.parametrize("profile", ["essential", "balanced", "strict", "keep"])
@pytest.mark.parametrize("pattern", ["acme.com", "com"])
def test_a_whole_vendor_domain_is_neither_blocked_nor_kept(
    tmp_path: Path, pattern: str, profile: str
) -> None:
    text = VENDOR + table(pattern=pattern, match="suffix", profile=profile)
    assert "covers all of acme.com" in refusal(tmp_path, text)


def test_a_vendors_domain_name_itself_is_not_blocked(tmp_path: Path) -> None:
    assert "blocks a vendor's own domain" in refusal(tmp_path, VENDOR + table(pattern="acme.com"))


def test_a_domain_of_another_files_vendor_is_not_blocked_either(tmp_path: Path) -> None:
    text = table(pattern="acme.com", match="suffix", company="Beta")
    assert refusal(tmp_path, VENDOR, beta=text).startswith("beta.toml:2: acme.com: covers all of acme.com")


def test_a_domain_that_serves_telemetry_alone_may_be_blocked_as_a_whole(tmp_path: Path) -> None:
    assert read(tmp_path, VENDOR + table(pattern="acme-stats.net", match="suffix")).rows


def test_a_suffix_of_an_unknown_whole_domain_is_refused(tmp_path: Path) -> None:
    text = VENDOR + table(pattern="example.org", match="suffix")
    assert "covers a whole domain that no vendor's telemetry_domains name" in refusal(tmp_path, text)


def test_a_telemetry_domain_belongs_to_the_vendor(tmp_path: Path) -> None:
    text = VENDOR.replace('["acme-stats.net"]', '["other.net"]') + table()
    assert refusal(tmp_path, text) == "acme.toml:1: other.net is not among the vendor's domains"


def test_a_pattern_is_there_once_in_all_files(tmp_path: Path) -> None:
    text = VENDOR + table()
    assert (
        refusal(tmp_path, text + table(profile="keep"))
        == "acme.toml:15: track.acme.com: is in acme.toml:7 already"
    )
    twice = table("bypass", kinds=["doh"], company="Beta")
    assert "beta.toml:2: track.acme.com: is in acme.toml:7 already" in refusal(tmp_path, text, beta=twice)


def test_a_block_below_a_kept_suffix_is_refused_because_it_would_never_happen(tmp_path: Path) -> None:
    text = (
        VENDOR
        + table()
        + table(pattern="a.io.acme.com")
        + table(pattern="io.acme.com", match="suffix", profile="keep")
    )
    assert "a.io.acme.com: can never be blocked: acme.toml:23 keeps io.acme.com" in refusal(tmp_path, text)


def test_a_kept_host_below_a_blocked_suffix_is_fine(tmp_path: Path) -> None:
    text = (
        VENDOR + table(pattern="io.acme.com", match="suffix") + table(pattern="a.io.acme.com", profile="keep")
    )
    assert len(read(tmp_path, text).rows) == 2


def test_a_row_may_not_promise_more_restraint_than_the_suffix_above_it(tmp_path: Path) -> None:
    text = (
        VENDOR
        + table(pattern="io.acme.com", match="suffix")
        + table(pattern="a.io.acme.com", profile="strict")
    )
    assert "a.io.acme.com: is blocked from essential on: acme.toml:7, io.acme.com" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[vendor\n", "at line 1"),
        ("[strange]\n", "unknown table 'strange'"),
        ("vendor = 3\n", "a header of its own"),
        ("[[vendor]]\ncompany = 'A'\n", "not a table of its own"),
        ("[host]\npattern = 'a.b.c'\n", "a header of its own"),
        ("host = [{ pattern = 'a.b.c' }]\n", "a header of its own"),
        ("[vendor]\ncompany = 'A'\ncountry = 'CN'\ndomains = ['Acme.com']\n", "acme.toml:1: A: "),
    ],
)
def test_a_file_of_another_shape_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    answer = refusal(tmp_path, text)
    assert answer.startswith("acme.toml:")
    assert reason in answer


def test_a_folder_that_holds_no_catalogue_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text(table())
    with pytest.raises(CatalogueFault, match="no catalogue here"):
        load(tmp_path)
    with pytest.raises(CatalogueFault, match="missing"):
        load(tmp_path / "missing")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(CatalogueFault):
        load(tmp_path)


_LINES = st.sampled_from(
    [*VENDOR.splitlines(), *table().splitlines(), "[[bypass]]", "[host]", "[[vendor]]", 'match = "glob"', "line = 1",
     'pattern = "*"', 'pattern = "acme.com"', 'match = "suffix"', '"""', "host = []", "addresses = ['x']"]
)  # fmt: skip


@given(st.lists(_LINES | st.text(max_size=20), max_size=30))
def test_any_text_is_a_catalogue_or_a_catalogue_fault(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "acme.toml").write_text("\n".join(lines), encoding="utf-8", errors="replace")
    with suppress(CatalogueFault):
        assert list(load(folder).every)
