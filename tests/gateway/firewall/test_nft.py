"""Against the kernel's own packet filter, in a network namespace that the test made."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.errors import OwnFault
from gateway.firewall import nft
from gateway.firewall.script import Plan, render
from tests.fakes.network import Namespace, Topology

TABLE = render(Plan(("lan0",), "wan0", 53))
OTHER = "table ip of_others {\n\tchain theirs {\n\t\tcounter\n\t}\n}\n"


@pytest.fixture
def machine(topology: Topology) -> Iterator[Namespace]:
    with topology.gateway.entered():
        yield topology.gateway


def _listed(machine: Namespace) -> str:
    return machine.run("nft", "list", "ruleset").stdout


def test_the_table_comes_and_goes_and_no_other_is_touched(machine: Namespace) -> None:
    nft.apply(OTHER)
    others = _listed(machine)
    assert not nft.is_in_force()
    nft.apply(TABLE)
    assert nft.is_in_force()
    first = _listed(machine)
    assert first.startswith(others)
    assert "table inet hushgate" in first
    nft.apply(TABLE)  # in its own place, not beside itself
    assert _listed(machine) == first
    assert nft.counters() == {"dns_brought_home": 0, "encrypted_dns_refused": 0}
    nft.remove()
    assert _listed(machine) == others
    nft.remove()  # nothing there is nothing to complain of


def test_a_script_with_a_fault_changes_nothing(machine: Namespace) -> None:
    nft.apply(TABLE)
    before = _listed(machine)
    with pytest.raises(OwnFault, match=r"nft refuses: .*syntax error"):
        nft.apply(f"{TABLE}\ntable inet hushgate {{ nonsense }}\n")
    assert _listed(machine) == before


def test_where_nft_is_missing_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OwnFault, match="not installed") as caught:
        nft.apply(TABLE)
    assert caught.value.hint == "apt-get install nftables"


def test_who_may_not_is_told_what_it_takes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "nft"
    refusing.write_text("#!/bin/sh\necho 'Error: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    with pytest.raises(OwnFault, match="nft refuses") as caught:
        nft.apply(TABLE)
    assert "CAP_NET_ADMIN" in caught.value.hint
