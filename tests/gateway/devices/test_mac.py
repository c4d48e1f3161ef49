import pytest

from gateway.devices.mac import is_of_one_device, is_random, mac_of


@pytest.mark.parametrize(
    ("text", "mac"),
    [
        ("aa:bb:cc:dd:ee:ff", "aa:bb:cc:dd:ee:ff"),
        (" AA-BB-CC-DD-EE-FF ", "aa:bb:cc:dd:ee:ff"),
        ("aa:bb:cc-dd:ee:ff", None),
        ("aa:bb:cc:dd:ee", None),
        ("aa:bb:cc:dd:ee:ff:00", None),
        ("aabbccddeeff", None),  # may well be a name
        ("aa:bb:cc:dd:ee:fg", None),
        ("::1", None),
        ("a:b:c:d:e:f", None),
        ("", None),
    ],
)
def test_a_mac_is_known_as_people_write_it(text: str, mac: str | None) -> None:
    assert mac_of(text) == mac


def test_those_that_mean_nobody_or_many_are_told_apart() -> None:
    assert is_of_one_device("00:9e:c8:00:00:01")
    assert is_of_one_device("02:00:00:00:00:00")
    for mac in ("00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "33:33:00:00:00:16", "01:00:5e:00:00:fb"):
        assert not is_of_one_device(mac)


def test_a_mac_that_a_phone_made_up_is_seen_by_its_local_bit() -> None:
    assert [is_random(f"{first}:00:00:00:00:01") for first in ("00", "02", "a6", "da", "a4")] == [
        False, True, True, True, False,
    ]  # fmt: skip
