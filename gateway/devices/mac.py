"""MAC addresses as text: "aa:bb:cc:dd:ee:ff". Values only."""

import re

_MAC = re.compile(r"[0-9a-f]{2}(?:([:-])[0-9a-f]{2})(?:\1[0-9a-f]{2}){4}")
_GROUP_BIT, _LOCAL_BIT = 0x01, 0x02  # of the first octet (IEEE 802, 8.2.2)


def mac_of(text: str) -> str | None:
    """The MAC that `text` spells, with colons or hyphens, as it is written here; None if it is none."""
    plain = text.strip().lower()
    return plain.replace("-", ":") if len(plain) == 17 and _MAC.fullmatch(plain) else None


def is_of_one_device(mac: str) -> bool:
    """False for the empty one and for those that mean many: multicast, broadcast."""
    return mac != "00:00:00:00:00:00" and not int(mac[:2], 16) & _GROUP_BIT


def is_random(mac: str) -> bool:
    """Was it made up by the device (phones do, one for each network) and not given to it by its maker?"""
    return bool(int(mac[:2], 16) & _LOCAL_BIT)
