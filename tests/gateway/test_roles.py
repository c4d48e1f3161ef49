"""One role in one process: which there are, and how its life ends."""

import asyncio
import logging
import os
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import keeper, roles
from gateway.data import Data
from gateway.dns import resolver, worker
from gateway.errors import OwnFault, UsageError
from gateway.settings import OFF, Dns, Firewall, Panel, Settings


@pytest.fixture(autouse=True)
def _process_as_before() -> Iterator[None]:
    """A role has its process for itself; here it must leave it as it was."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    root = logging.getLogger()
    before = root.level, root.handlers[:]
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    root.setLevel(before[0])
    root.handlers[:] = before[1]


def settings(**dns: object) -> Settings:
    """Without a panel, unless it is what is tried."""
    made = Dns(**dns)  # type: ignore[arg-type] # short for the few that tests set
    return Settings(dns=made, panel=Panel(listen=OFF))


def test_dns_comes_first_and_the_panel_last() -> None:
    assert roles.names(Settings(dns=Dns(workers=2))) == ["dns-0", "dns-1", "keeper", "panel"]


def test_a_panel_that_is_off_is_no_role() -> None:
    assert roles.names(settings(workers=2)) == ["dns-0", "dns-1", "keeper"]


def test_a_router_s_packets_are_guarded_before_the_log_is_kept() -> None:
    made = Settings(dns=Dns(workers=1), panel=Panel(listen=OFF), firewall=Firewall(mode="router"))
    assert roles.names(made) == ["dns-0", "firewall", "keeper"]


def test_a_recursive_upstream_brings_the_resolver_before_all() -> None:
    assert roles.names(settings(workers=1, upstreams=("recursive",))) == ["resolver", "dns-0", "keeper"]
    own = settings(workers=1, upstreams=("udp://192.0.2.1",), domains={"lan": ("recursive",)})
    assert roles.names(own)[0] == "resolver"


def test_there_is_a_worker_for_each_processor_that_may_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5})
    assert roles.workers(Settings()) == 3
    assert roles.workers(settings(workers=7)) == 7


async def _ends_when_told(*_: object) -> None:
    stop = next(one for one in _ if isinstance(one, asyncio.Event))
    os.kill(os.getpid(), signal.SIGTERM)
    await stop.wait()


def test_a_role_lives_until_the_signal(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "run", _ends_when_told)
    monkeypatch.setattr(keeper, "run", _ends_when_told)
    for role in ("dns-0", "dns-17", "keeper"):
        assert roles.run(role, Data(data_dir), Settings()) == 0
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 1024


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OwnFault("no policy", hint="hushgate up"), "dns-0: ERROR no policy (hushgate up)"),
        (OSError(98, "Address already in use"), "dns-0: ERROR [Errno 98] Address already in use"),
    ],
)
def test_a_role_that_cannot_live_says_why_in_one_line(
    data_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    said: str,
) -> None:
    async def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(worker, "run", fail)
    assert roles.run("dns-0", Data(data_dir), Settings()) == 1
    assert capsys.readouterr().err == f"{said}\n"


@pytest.mark.parametrize("role", ["", "dns", "dns-", "dns-x", "pane"])
def test_a_role_that_there_is_not_is_refused(
    data_dir: Path, capsys: pytest.CaptureFixture[str], role: str
) -> None:
    assert roles.run(role, Data(data_dir), Settings()) == 1
    assert f"there is no role {role!r}" in capsys.readouterr().err
    with pytest.raises(UsageError):
        roles._life(role, Data(data_dir), Settings())


def test_the_resolver_becomes_another_program(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def become(*_: object) -> None:
        raise OwnFault("became unbound")  # else it would not come back

    monkeypatch.setattr(resolver, "become", become)
    assert roles.run("resolver", Data(data_dir), Settings()) == 1
