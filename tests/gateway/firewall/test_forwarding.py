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


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "forwarding.json"


def _all(root: Path) -> list[str]:
    return [(root / switch).read_text().strip() for switch in SWITCHES]


def test_what_was_turned_on_is_turned_back(root: Path, kept: Path) -> None:
    turn_on(kept, root)
    assert _all(root) == ["1", "1"]
    turn_on(kept, root)  # by a second guard, the first having been killed
    turn_back(kept, root)
    assert _all(root) == ["0", "0"]
    assert not kept.exists()


def test_what_was_on_before_stays_on(root: Path, kept: Path) -> None:
    (root / SWITCHES[0]).write_text("1\n")
    turn_on(kept, root)
    turn_back(kept, root)
    assert _all(root) == ["1", "0"]


def test_a_kernel_without_ipv6_passes_ipv4_on(root: Path, kept: Path) -> None:
    (root / SWITCHES[1]).unlink()
    turn_on(kept, root)
    assert (root / SWITCHES[0]).read_text() == "1"


def test_where_one_cannot_be_turned_none_is(root: Path, kept: Path) -> None:
    (root / SWITCHES[1]).unlink()
    (root / SWITCHES[1]).mkdir()
    with pytest.raises(OwnFault, match="passed on"):
        turn_on(kept, root)
    assert (root / SWITCHES[0]).read_text() == "0"


def test_where_it_cannot_be_kept_packets_are_passed_on_all_the_same(root: Path) -> None:
    turn_on(root / "nowhere" / "forwarding.json", root)
    assert _all(root) == ["1", "1"]


@pytest.mark.parametrize("content", [b"", b"{", b'{"../../etc/passwd": "x"}', b"[1]"])
def test_a_file_that_is_none_of_ours_turns_nothing(root: Path, kept: Path, content: bytes) -> None:
    kept.write_bytes(content)
    turn_back(kept, root)
    assert _all(root) == ["0", "0"]
