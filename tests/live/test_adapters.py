"""The clients of AdGuard Home and Pi-hole, as they are published, against a running box."""

import asyncio
import gc
import socket
import warnings
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from adguardhome import AdGuardHome, AdGuardHomeAuthenticationError, AdGuardHomeResponseError
from adguardhome.filtering import FilteringReason
from adguardhome.querylog import QueryLogEntry
from hole import Hole
from hole.exceptions import HoleError

from gateway.data import Data
from tests.fakes.list_server import Handler, serving
from tests.fakes.upstream import FakeUpstream
from tests.live.house import BLOCKED, OTHER, OUTSIDE, RULED, House, eventually, living

MINUTE = timedelta(minutes=1)


@pytest.fixture
def adapted(data_dir: Path, world: FakeUpstream) -> Iterator[House]:
    environment = {
        "HUSHGATE_PANEL__ADAPTERS": "adguardhome,pihole",
        "HUSHGATE_LISTS__ALLOW_PRIVATE": "true",
    }
    with living(House(data_dir / "box", world.url, environment=environment)) as running:
        eventually(lambda: _serves(running))
        yield running


def _serves(house: House) -> bool:
    """Does the panel answer? It starts after DNS."""
    place = urlsplit(url(house))
    try:
        socket.create_connection((place.hostname or "", place.port or 0), 1).close()
    except OSError:
        return False
    return True


def url(house: House) -> str:
    return f"http://{Data(house.data).read_settings().panel.listen}"


def token(house: House, *scopes: str) -> str:
    words = [word for scope in scopes for word in ("--scope", scope)]
    secret: str = house.one("token", "create", "--name", "-".join(scopes), *words)["token"]
    return secret


def test_adguard_homes_client(adapted: House) -> None:
    with serving({"/list.txt": _list}) as web:
        source = f"http://127.0.0.1:{web.port}/list.txt"
        asyncio.run(_adguard_home(adapted, url(adapted), token(adapted, "admin"), source))


def _list(page: Handler) -> None:
    page.reply(200, f"||{OTHER}^\n".encode())


async def _adguard_home(house: House, base: str, secret: str, source: str) -> None:
    async with AdGuardHome(base, username="anybody", password=secret) as client:
        status = await client.status()
        assert status.supported
        assert (status.running, status.protection_enabled) == (True, True)

        await client.filtering.set_user_rules(["! a remark", f"||{RULED}^"])
        assert await client.filtering.user_rules() == (f"||{RULED}^",)
        assert house.address(RULED) == BLOCKED
        check = await client.filtering.check_host(RULED)
        assert (check.reason, check.rules[0].text) == (FilteringReason.FILTERED_BLOCKLIST, f"||{RULED}^")

        await client.disable_protection(MINUTE)
        assert house.address(RULED) == OUTSIDE
        resumes = (await client.status()).protection_resumes_in
        assert resumes is not None
        assert timedelta(0) < resumes <= MINUTE
        await client.enable_protection()
        assert house.address(RULED) == BLOCKED
        await client.disable_protection()
        assert (await client.status()).protection_enabled is False
        await client.enable_protection()

        await client.filtering.disable()
        assert house.address(RULED) == OUTSIDE
        assert not (await client.filtering.get()).enabled
        await client.filtering.enable()
        assert house.address(RULED) == BLOCKED

        await client.filtering.blocklists.add(source, name="mine")
        assert house.address(OTHER) == BLOCKED
        (mine,) = await client.filtering.blocklists.list()
        assert (mine.name, mine.rules_count, mine.enabled) == ("mine", 1, True)
        check = await client.filtering.check_host(OTHER)
        assert check.rules[0].filter_list_id == mine.id
        await client.filtering.blocklists.disable(source)
        assert house.address(OTHER) == OUTSIDE
        await client.filtering.blocklists.enable(source)
        assert await client.filtering.blocklists.refresh() == 0
        await client.filtering.blocklists.remove(source)
        assert await client.filtering.blocklists.list() == ()
        with pytest.raises(AdGuardHomeResponseError, match="allowlists"):
            await client.filtering.allowlists.add(source, name="theirs")
        with pytest.raises(AdGuardHomeResponseError):
            await client.filtering.set_user_rules([f"||{RULED}^$unheard"])

        await _log_of(client)
        await _neutral(client)


async def _log_of(client: AdGuardHome) -> None:
    entries: tuple[QueryLogEntry, ...] = ()
    for _ in range(100):
        entries = (await client.querylog.get(search=RULED)).entries
        if entries:
            break
        await asyncio.sleep(0.1)  # between two looks: the keeper commits four times a second
    assert {entry.question.name for entry in entries} == {RULED}
    assert FilteringReason.FILTERED_BLOCKLIST in {entry.reason for entry in entries}
    first = await client.querylog.get(limit=1)
    second = await client.querylog.get(limit=1, older_than=first.cursor)
    assert second.entries[0] != first.entries[0] or second.cursor != first.cursor
    stats = await client.stats.get()
    assert stats.blocked_filtering > 0
    assert RULED in stats.top_blocked_domains
    assert len(stats.dns_queries_history) == 24
    await client.stats.set_config(await client.stats.config())
    await client.querylog.set_config(await client.querylog.config())
    with pytest.raises(AdGuardHomeResponseError):
        await client.stats.disable()
    await client.querylog.clear()
    assert (await client.querylog.get(search=RULED)).entries == ()


async def _neutral(client: AdGuardHome) -> None:
    for toggle in (client.parental, client.safebrowsing):
        assert await toggle.enabled() is False
        await toggle.disable()
        with pytest.raises(AdGuardHomeResponseError, match="nothing like it"):
            await toggle.enable()
    assert (await client.safesearch.config()).enabled is False
    await client.safesearch.disable()
    with pytest.raises(AdGuardHomeResponseError, match="nothing like it"):
        await client.safesearch.enable()
    assert (await client.update.get()).disabled


def test_adguard_homes_client_may_only_what_its_token_may(adapted: House) -> None:
    async def ask(base: str, secret: str) -> None:
        async with AdGuardHome(base, username="anybody", password=secret) as client:
            assert (await client.status()).running
            with pytest.raises(AdGuardHomeAuthenticationError):
                await client.disable_protection(MINUTE)
            with pytest.raises(AdGuardHomeAuthenticationError):
                await client.filtering.set_user_rules([])
        async with AdGuardHome(base, username="anybody", password="wrong") as client:
            with pytest.raises(AdGuardHomeAuthenticationError):
                await client.status()
        async with AdGuardHome(base) as client:
            with pytest.raises(AdGuardHomeAuthenticationError):
                await client.status()

    asyncio.run(ask(url(adapted), token(adapted, "read")))


def test_pi_holes_client(adapted: House) -> None:
    adapted.one("rules", "add", f"||{RULED}^")
    assert adapted.address(RULED) == BLOCKED
    asyncio.run(_pi_hole(adapted, url(adapted), token(adapted, "read", "devices")))
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()  # the client leaves the connection of a refused login open


async def _pi_hole(house: House, base: str, secret: str) -> None:
    place = urlsplit(base)
    async with aiohttp.ClientSession() as session:
        client = Hole(place.hostname, session, password=secret, port=place.port)
        for _ in range(100):
            await client.get_data()
            if client.ads_blocked_today:
                break
            await asyncio.sleep(0.1)  # between two looks: the keeper commits four times a second
        assert client.status == "enabled"
        assert client.ads_blocked_today >= 1
        assert client.dns_queries_today >= client.ads_blocked_today
        assert 0 < client.ads_percentage_today <= 100
        assert client.unique_clients == 1
        assert RULED in {one["domain"] for one in client.top_ads}
        assert client.core_current.startswith("v")
        assert not client.core_update
        await client.disable(60)
        assert client.status == "disabled"
        assert 0 < client.blocking_status["timer"] <= 60
        assert house.address(RULED) == OUTSIDE
        await client.enable()
        assert client.status == "enabled"
        assert house.address(RULED) == BLOCKED
        await client.disable()
        assert client.blocking_status["timer"] is None
        await client.enable()
        await client.logout()
        assert "Invalid password" in await _refused(
            Hole(place.hostname, session, password="wrong", port=place.port)
        )


async def _refused(client: Any) -> str:
    try:
        await client.get_data()
    except HoleError as error:
        return str(error)
    return "not refused"


def test_neither_is_there_unless_it_is_wanted(house: House) -> None:
    async def statuses(base: str) -> list[int]:
        async with aiohttp.ClientSession() as session:
            found = []
            for path in ("/control/status", "/api/stats/summary"):
                async with session.get(f"{base}{path}") as answer:
                    found.append(answer.status)
            return found

    eventually(lambda: _serves(house))
    assert asyncio.run(statuses(url(house))) == [404, 404]
