"""The catalogue over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access import Scope
from gateway.policy import catalogue
from tests.fakes import api, hostile, idle_box
from tests.fakes.api import Api


@pytest.fixture
def served(data_dir: Path) -> Iterator[Api]:
    with api.serving(idle_box.made(data_dir)) as found:
        yield found


def rows(served: Api, **query: Any) -> list[dict[str, Any]]:
    answer = served.call("GET", "/v1/catalogue", Scope.READ, params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


def test_every_row_is_there_page_by_page(served: Api) -> None:
    found: list[str] = []
    cursor = ""
    while True:
        page = served.call("GET", "/v1/catalogue", params={"limit": 100, "cursor": cursor}).json()
        found += [row["pattern"] for row in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert found == [row.pattern for row in catalogue.load().every]


def test_rows_are_found_by_what_is_known_of_them(served: Api) -> None:
    (row,) = rows(served, q="tracking.miui.com")[:1]
    assert row["company"] == "Xiaomi"
    assert row["evidence"]
    assert row["breakage"]
    assert row["origin"] == "xiaomi.toml"
    assert {row["company"] for row in rows(served, company="xiaomi")} == {"Xiaomi"}
    assert all("push" in row["purposes"] for row in rows(served, purpose="PUSH"))
    assert {row["profile"] for row in rows(served, profile="keep", limit=1000)} == {"keep"}
    assert any(row["bypass"] for row in rows(served, limit=1000))
    assert rows(served, country="XX") == []


def test_companies_are_summed_up(served: Api) -> None:
    found = served.call("GET", "/v1/companies", Scope.READ).json()["items"]
    xiaomi = next(one for one in found if one["company"] == "Xiaomi")
    assert xiaomi["country"] == "CN"
    assert "miui.com" in xiaomi["domains"]
    assert xiaomi["hosts"] == len(rows(served, company="Xiaomi", limit=1000))
    assert xiaomi["hosts"] == xiaomi["kept"] + sum(xiaomi["profiles"].values())
    assert [one["hosts"] for one in found] == sorted((one["hosts"] for one in found), reverse=True)


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_whatever_is_sought_does_no_harm(served: Api, text: str) -> None:
    for key in ("q", "company", "purpose", "country", "profile", "origin", "cursor", "limit"):
        assert served.call("GET", "/v1/catalogue", params={key: text}).status_code in (200, 414, 422)
