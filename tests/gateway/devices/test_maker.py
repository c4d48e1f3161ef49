import subprocess
import sys

import pytest

from gateway.devices.maker import MAX_NAME, maker_of


@pytest.mark.parametrize(
    ("mac", "maker"),
    [
        ("00:9e:c8:01:02:03", "Xiaomi Communications Co Ltd"),
        ("00-9E-C8-01-02-03", "Xiaomi Communications Co Ltd"),
        ("3c:22:fb:01:02:03", "Apple, Inc."),
        ("00:1b:c5:00:00:12", "Converging Systems Inc."),  # one of many that share 00:1b:c5
        ("02:9e:c8:01:02:03", ""),  # made up
        ("fc:fc:fc:00:00:00", ""),
        ("192.0.2.7", ""),
        ("", ""),
    ],
)
def test_the_maker_is_told_by_the_register(mac: str, maker: str) -> None:
    assert maker_of(mac) == maker


def test_every_name_is_short_and_printable() -> None:
    names = {maker_of(f"{number >> 16 & 0xFC:02x}:{number >> 8 & 255:02x}:{number & 255:02x}:00:00:01")
             for number in range(0, 1 << 24, 4_099)}  # fmt: skip
    assert all(len(name) <= MAX_NAME and name.isprintable() for name in names)
    assert len(names) > 50


def test_the_register_is_read_only_when_somebody_asks() -> None:
    look = "import sys, gateway.inventory; sys.exit(any(name.startswith('scapy') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", look], timeout=60, check=False).returncode == 0
