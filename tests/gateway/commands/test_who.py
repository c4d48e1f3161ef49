from pathlib import Path

import pytest

from gateway.commands import who
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.policy.state import DeviceState
from tests.fakes.terminal import Terminal

DEVICES = (DeviceState("192.0.2.7", "Anna"), DeviceState("2001:db8::7", ""))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Anna", "192.0.2.7"),
        (" anna ", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.99", "192.0.2.99"),  # nobody has named it
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
    ],
)
def test_a_device_is_meant_by_its_name_or_any_address(text: str, address: str) -> None:
    assert who.address(DEVICES, text) == address


@pytest.mark.parametrize("text", ["", "Ann", "192.0.2", "192.0.2.7/24"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no device") as caught:
        who.address(DEVICES, text)
    assert "hushgate devices" in caught.value.hint


def test_devices_are_known_from_the_policy_in_force(terminal: Terminal, data: Data) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    assert [(device.address, device.name) for device in who.known(data)] == [("192.0.2.7", "Anna")]


def test_without_a_policy_nothing_is_known(data_dir: Path) -> None:
    with pytest.raises(OwnFault):
        who.known(Data(data_dir))
