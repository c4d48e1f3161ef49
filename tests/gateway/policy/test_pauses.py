"""How long a pause holds, with clocks that tell the truth and clocks that do not."""

from ipaddress import ip_address

import pytest

from gateway.policy.matching.asker import Asker
from gateway.policy.pauses import pausing
from gateway.policy.state import PauseState

# Made at Unix time 1 000 000, 500 s after the boot "b1", for 300 s.
MADE = 1_000_000
ALL = PauseState("all", "", until=MADE + 300, boot_until=800.0, boot_id="b1")
PHONE = Asker("192.0.2.7", group="kids", ips=(ip_address("192.0.2.7"),))


def holds(pause: PauseState, now: float, boot: float, boot_id: str = "b1", asker: Asker = PHONE) -> bool:
    return pausing((pause,), asker, MADE, now, boot, boot_id) is pause


@pytest.mark.parametrize(
    ("now", "boot", "boot_id", "expected"),
    [
        (MADE + 299, 799.0, "b1", True),
        (MADE + 300, 800.0, "b1", False),
        (0, 799.0, "b1", True),  # the clock was set back: the boot's own seconds count
        (0, 801.0, "b1", False),
        (MADE + 9_999, 799.0, "b1", True),  # or forward
        (MADE + 200, 20.0, "b2", True),  # after a restart
        (MADE + 301, 20.0, "b2", False),
        (0, 20.0, "b2", False),  # a board without a battery starts in 1970
        (MADE - 3_600, 20.0, "b2", False),  # a clock from before the policy is wrong
        (MADE - 10, 20.0, "b2", True),  # … but for a little
        (MADE + 10, 301.0, "b2", False),  # a clock that stands still
    ],
)
def test_a_pause_ends_in_time_whatever_the_clock_says(
    now: float, boot: float, boot_id: str, expected: bool
) -> None:
    assert holds(ALL, now, boot, boot_id) is expected


@pytest.mark.parametrize(
    ("scope", "target", "expected"),
    [
        ("all", "", True),
        ("group", "kids", True),
        ("group", "everyone", False),
        ("device", "192.0.2.7", True),
        ("device", "::ffff:192.0.2.7", True),
        ("device", "192.0.2.8", False),
        ("planet", "earth", False),
    ],
)
def test_a_pause_concerns_whom_it_names(scope: str, target: str, expected: bool) -> None:
    assert holds(PauseState(scope, target, MADE + 300, 800.0, "b1"), MADE, 500.0) is expected


def test_of_several_pauses_one_that_holds_is_enough() -> None:
    over = PauseState("all", "", MADE - 1, 499.0, "b1")
    assert pausing((over, ALL), PHONE, MADE, MADE, 500.0, "b1") is ALL
    assert pausing((over,), PHONE, MADE, MADE, 500.0, "b1") is None


def test_a_pause_is_for_all_addresses_of_a_device() -> None:
    mac = "00:9e:c8:00:00:07"
    asker = Asker(mac, ips=(ip_address("192.0.2.7"), ip_address("2001:db8::7")))
    for target, expected in ((mac, True), ("2001:db8::7", True), ("192.0.2.8", False)):
        pause = PauseState("device", target, until=MADE + 300, boot_until=800.0, boot_id="b1")
        assert (pausing([pause], asker, MADE, MADE + 1, 501.0, "b1") is pause) is expected
