from pathlib import Path

import pytest

from gateway import changes
from gateway.commands import who
from gateway.data import Data
from gateway.errors import OwnFault, UsageError
from gateway.policy.state import DeviceState
from gateway.store import addresses
from gateway.store.engine import STORE_FILE
from tests.fakes.terminal import Terminal

MAC = "00:9e:c8:00:00:07"
DEVICES = (
    DeviceState("192.0.2.7", "Anna"),
    DeviceState("2001:db8::7", ""),
    DeviceState(MAC, "Ben", addresses=("192.0.2.9", "fe80::9")),
)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Anna", "192.0.2.7"),
        (" anna ", "192.0.2.7"),
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.99", "192.0.2.99"),  # nobody has named it
        ("2001:DB8:0::7", "2001:db8::7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("BEN", MAC),
        ("192.0.2.9", MAC),
        ("FE80::9", MAC),
        ("00-9E-C8-00-00-07", MAC),
        ("00:9e:c8:00:00:08", "00:9e:c8:00:00:08"),
    ],
)
def test_a_device_is_meant_by_its_name_its_mac_or_any_address(text: str, address: str) -> None:
    assert who.address(DEVICES, text) == address


@pytest.mark.parametrize("text", ["", "Ann", "192.0.2", "192.0.2.7/24"])
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no device") as caught:
        who.address(DEVICES, text)
    assert "hushgate devices" in caught.value.hint


def test_devices_are_known_from_the_policy_in_force(terminal: Terminal, data: Data) -> None:
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna")
    assert [(device.address, device.name) for device in who.known(data)] == [("192.0.2.7", "Anna")]


def test_the_log_knows_one_that_nobody_has_named_by_its_mac(data: Data) -> None:
    with changes.noting(data) as session:
        addresses.put_addresses(session, {"192.0.2.8": MAC}, now=1)
    assert who.key(data, (), "192.0.2.8") == MAC
    assert who.key(data, (), "192.0.2.7") == "192.0.2.7"
    (data.root / STORE_FILE).write_bytes(b"rubbish" * 1000)
    assert who.key(data, (), "192.0.2.8") == "192.0.2.8"


def test_without_a_policy_nothing_is_known(data_dir: Path) -> None:
    with pytest.raises(OwnFault):
        who.known(Data(data_dir))
