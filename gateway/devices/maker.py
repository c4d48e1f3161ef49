"""Who made a device, by its MAC: from the IEEE's register as Wireshark keeps it and scapy brings it along.

It is text of 3 MB, read when somebody asks for the first time (a tenth of a second) and searched as it is: a table
of its 50 000 rows would take four times as much. Not for the roles that have to stay small.
"""

import contextlib
import ctypes
from functools import cache, lru_cache
from runpy import run_module

from gateway.devices.mac import is_random, mac_of

MAX_NAME = 80  # characters


@lru_cache(1024)
def maker_of(mac: str) -> str:
    """ "Xiaomi Communications Co Ltd"; "" for an unknown one, one that was made up, or what is no MAC."""
    known = mac_of(mac)
    if known is None or is_random(known):
        return ""
    digits = known.upper()
    text, first = _register(), f"\n{digits[:8]}".encode()
    start = text.find(first)
    rows = text[start + 1 : text.find(b"\n", text.rfind(first) + 1)].splitlines() if start >= 0 else []
    # Who needs few numbers shares the first 24 bits and has 28 or 36 of his own: the longest counts.
    for prefix in (f"{digits[:13]}0/36", f"{digits[:10]}0/28", digits[:8]):
        for row in rows:  # "00:9E:C8  \tXiaomiCommun\tXiaomi Communications Co Ltd"
            begin, _, name = row.partition(b"\t")
            if begin.strip() == prefix.encode():
                return name.decode().split("\t")[-1].strip()[:MAX_NAME]
    return ""


@cache
def _register() -> bytes:
    # Run, not imported: an imported module would stay, with the text twice as large as the bytes kept here.
    text: str = run_module("scapy.libs.manuf")["DATA"]
    register = b"\n%b\n" % text.encode()
    del text
    with contextlib.suppress(AttributeError):  # a C library without it has another way of keeping memory
        ctypes.CDLL(None).malloc_trim(0)  # glibc would keep the 13 MB that unpacking took
    return register
