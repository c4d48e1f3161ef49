from pathlib import Path

import pytest

from gateway.errors import OwnFault
from gateway.firewall.forwarding import SWITCHES, turn_back, turn_on


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for switch in SWITCHES:
        (tmp_path / switch).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / switch).write_text("0\n")
    return tmp_path


def _all(root: Path) -> list[str]:
    return [(root / switch).read_text().strip() for switch in SWITCHES]


def test_what_was_turned_on_is_turned_back(root: Path) -> None:
    before = turn_on(root)
    assert _all(root) == ["1", "1"]
    turn_back(before, root)
    assert _all(root) == ["0", "0"]


def test_what_was_on_before_stays_on(root: Path) -> None:
    (root / SWITCHES[0]).write_text("1\n")
    turn_back(turn_on(root), root)
    assert _all(root) == ["1", "0"]


def test_a_kernel_without_ipv6_passes_ipv4_on(root: Path) -> None:
    (root / SWITCHES[1]).unlink()
    assert turn_on(root) == {SWITCHES[0]: "0"}


def test_where_one_cannot_be_turned_none_is(root: Path) -> None:
    (root / SWITCHES[1]).unlink()
    (root / SWITCHES[1]).mkdir()
    with pytest.raises(OwnFault, match="passed on"):
        turn_on(root)
    assert (root / SWITCHES[0]).read_text() == "0"
    with pytest.raises(OwnFault, match="turned back"):
        turn_back({SWITCHES[1]: "0"}, root)
