"""What bundles add to the catalogue counts as if it shipped with it; what the catalogue keeps, no bundle blocks."""

import json
from typing import Any

import pytest

from gateway.errors import OwnFault
from gateway.policy import bundled, catalogue
from gateway.policy.bundled import Tables
from gateway.policy.catalogue import Bypass, CatalogueFault, Row
from gateway.policy.state import BundleState

SHIPPED = catalogue.load()
KEPT = next(row for row in SHIPPED.rows if row.profile == "keep" and row.match == "suffix")
BLOCKED = next(row for row in SHIPPED.rows if row.profile == "essential" and row.match == "exact")


def host(pattern: str = "log.phones.example.com", **more: Any) -> dict[str, Any]:
    return {
        "pattern": pattern,
        "company": "Phones",
        "purposes": ["analytics"],
        "breakage": "nothing",
        "profile": "essential",
        "confidence": "high",
        "evidence": ["a capture"],
        **more,
    }


def vendor(*domains: str, **more: Any) -> dict[str, Any]:
    return {"company": "Phones", "country": "DE", "domains": domains, **more}


def check(**tables: Any) -> None:
    bundled.check(bundled.read("acme", Tables(**tables)), SHIPPED)


def state(name: str = "acme", /, **tables: Any) -> BundleState:
    return BundleState(name, json.dumps(tables).encode())


def test_rows_know_their_bundle_and_their_number() -> None:
    bypass = host("doh.phones.example.com", kinds=["doh"])
    found = bundled.read("acme", Tables(vendors=(vendor("phones.de"),), hosts=(host(),), bypass=(bypass,)))
    assert [(row.file, row.line, row.pattern) for row in found.every] == [
        ("bundle:acme", 1, "log.phones.example.com"),
        ("bundle:acme", 2, "doh.phones.example.com"),
    ]
    assert found.vendors[0].domains == ("phones.de",)


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"hosts": (host(purposes=["spying"]),)}, "bundle:acme:1"),
        ({"hosts": (host("xiaomi.com"),)}, "own domain"),
        ({"hosts": (host("mi.com", match="suffix"),)}, "covers all of"),
        ({"hosts": (host("phones.example", match="suffix"),)}, "whole domain"),
        ({"hosts": (host(), host())}, "already"),
        ({"hosts": (host(KEPT.pattern),)}, "already"),
        ({"hosts": (host(f"x.{KEPT.pattern}"),)}, "can never be blocked"),
        ({"hosts": tuple(host(f"a*.n{i}.example.com", match="glob") for i in range(201))}, "201 rows with"),
        ({"vendors": (vendor("mi.com"),)}, "Xiaomi's, not Phones's"),
        (
            {"vendors": ({**vendor("mi.com", telemetry_domains=["mi.com"]), "company": "Xiaomi"},)},
            "more than",
        ),
        ({"vendors": (vendor("a.example", telemetry_domains=["b.example"]),)}, "b.example is not among"),
        ({"vendors": (vendor(f"{'a' * 64}.example"),)}, "not a name"),
        ({"vendors": (vendor(*(f"n{i}.example" for i in range(101))),)}, "101 domains"),
    ],
)
def test_what_would_not_be_fit_for_the_catalogue_is_refused(tables: dict[str, Any], reason: str) -> None:
    with pytest.raises(CatalogueFault, match=reason):
        check(**tables)


def test_what_would_be_fit_is_taken() -> None:
    check(
        vendors=(vendor("phones.de", "ads-phones.de", telemetry_domains=["ads-phones.de"]),),
        hosts=(host(), host("ads-phones.de", match="suffix"), host(KEPT.pattern, profile="keep")),
        bypass=(host("doh.phones.example.com", kinds=["doh"]),),
    )


def test_without_bundles_the_catalogue_is_what_ships() -> None:
    assert bundled.merged(SHIPPED, ()) == SHIPPED


def test_rows_are_added_and_take_the_place_of_older_ones() -> None:
    renewed = host(BLOCKED.pattern, breakage="nothing any more")
    tables = {"hosts": [host(), renewed], "bypass": [host("doh.phones.example.com", kinds=["doh"])]}
    found = bundled.merged(SHIPPED, [state(**tables)])
    by_pattern = {row.pattern: row for row in found.rows}
    assert by_pattern["log.phones.example.com"].file == "bundle:acme"
    assert by_pattern[BLOCKED.pattern].breakage == "nothing any more"
    assert len(found.rows) == len(SHIPPED.rows) + 1
    assert isinstance(found.bypass[-1], Bypass)
    assert not any(isinstance(row, Bypass) for row in found.rows)


def test_what_the_catalogue_keeps_stays_kept() -> None:
    found = bundled.merged(SHIPPED, [state(hosts=[host(KEPT.pattern), host(f"x.{KEPT.pattern}")])])
    assert [row for row in found.every if row.file == "bundle:acme"] == []
    found = bundled.merged(SHIPPED, [state(hosts=[host(KEPT.pattern, profile="keep", breakage="more")])])
    assert next(row for row in found.every if row.pattern == KEPT.pattern).breakage == "more"


def test_of_two_bundles_the_first_by_name_has_the_word() -> None:
    states = [state("b", hosts=[host(product="b")]), state("a", hosts=[host(product="a")])]
    found = bundled.merged(SHIPPED, states)
    (row,) = (row for row in found.rows if row.pattern == host()["pattern"])
    assert isinstance(row, Row)
    assert (row.product, row.file) == ("a", "bundle:a")


def test_an_owner_that_the_catalogue_knows_is_said_last() -> None:
    found = bundled.merged(SHIPPED, [state(vendors=[vendor("phones.de")])])
    assert found.vendors[0].company == "Phones"
    assert found.vendors[1:] == SHIPPED.vendors


@pytest.mark.parametrize("content", [b"", b"[]", b'{"hosts": [{}]}', b'{"hosts": 1}', b"\xff"])
def test_what_cannot_be_read_names_its_bundle(content: bytes) -> None:
    with pytest.raises(OwnFault, match="bundle acme") as caught:
        bundled.merged(SHIPPED, [BundleState("acme", content)])
    assert "bundle remove acme" in caught.value.hint
