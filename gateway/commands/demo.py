"""`demo`: a phone for those who have none at hand. It asks the running box over real sockets, as a device
of its own that is named and marked as demo.

The order of its questions is what public captures and teardowns show of a Redmi Note in use; nothing but the
names is played, and nothing is sent to anybody but the box.
"""

import random
import secrets
import socket
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address

from gateway import changes
from gateway.commands import output
from gateway.data import existing
from gateway.dns import wire
from gateway.dns.types import AAAA, HTTPS, A
from gateway.errors import OwnFault, WireError
from gateway.names import from_text
from gateway.settings import Settings, endpoint

NAME = "Redmi Note (demo)"
KIND = "demo"
LOOPBACK = "127.77.0.8"  # on loopback each address of 127/8 can be a device of its own
_WAIT = 3.0  # seconds for one answer

# What happens on the phone, and which names it asks for while it does.
SCENES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "The screen is switched on",
        (
            "connect.rom.miui.com",
            "tracking.intl.miui.com",
            "data.mistat.intl.xiaomi.com",
            "app.chat.global.xiaomi.net",
            "resolver.msg.global.xiaomi.net",
            "update.intl.miui.com",
            "time.android.com",
        ),
    ),
    (
        "The browser opens a page",
        (
            "sa.api.intl.miui.com",
            "globalapi.ad.xiaomi.com",
            "sdkconfig.ad.intl.xiaomi.com",
            "www.wikipedia.org",
            "upload.wikimedia.org",
            "sa.api.intl.miui.com",
            "api.ad.intl.xiaomi.com",
        ),
    ),
    (
        "A private tab opens another one",
        ("sa.api.intl.miui.com", "www.bbc.com", "ichef.bbci.co.uk", "sa.api.intl.miui.com"),
    ),
    (
        "A folder is opened on the home screen",
        (
            "tracking.intl.miui.com",
            "data.mistat.intl.xiaomi.com",
            "globalapi.ad.xiaomi.com",
            "diagnosis.ad.intl.xiaomi.com",
        ),
    ),
    (
        "The settings are opened",
        ("tracking.intl.miui.com", "sdkconfig.ad.intl.xiaomi.com", "account.xiaomi.com", "api.io.mi.com"),
    ),
    (
        "A shopping app is opened",
        (
            "ulogs.umeng.com",
            "alogus.umeng.com",
            "h-adashx.ut.taobao.com",
            "log.mmstat.com",
            "g.alicdn.com",
            "resolvers-sg.httpdns.aliyuncs.com",
            "audid-api.taobao.com",
        ),
    ),
    (
        "The phone lies on the table",
        ("data.mistat.intl.xiaomi.com", "tracking.intl.miui.com", "find.api.micloud.xiaomi.net"),
    ),
)


def demo(options: Namespace) -> int:
    """Play the phone, or wipe it."""
    data = existing(options.data.absolute())
    in_force = data.read_settings()
    server, source = _way(in_force)
    if options.remove:
        changes.forget_device(data, source)
        output.note("The demo phone and all it did are gone.")
        return 0
    changes.name_device(data, source, name=NAME, kind=KIND)
    tally: Counter[str] = Counter()
    with _socket(server, source) as sock:
        for scene, names in _scenes(options.seconds):
            told: dict[str, str] = {}
            for name in names:
                told[name] = _ask(sock, name)
            tally.update(told.values())
            blocked = [name for name, how in told.items() if how == "blocked"]
            if options.json:
                output.json_line({"scene": scene, "asked": len(told), "blocked": blocked})
            else:
                print(f"{scene}: {len(told)} names asked, {len(blocked)} blocked", flush=True)
                for name in blocked:
                    print(f"    {name}", flush=True)
    if not options.json:
        where = f" --data {data.root}"
        output.note(
            f"\n{NAME} asked as device {source}: {tally['blocked']} names were blocked, "
            f"{tally['answered']} answered, {tally['failed']} failed.\n"
            f"See each with its company and purpose: hushgate log --device {source}{where}\n"
            f"Wipe it again: hushgate demo --remove{where}"
        )
    return 0


def _way(in_force: Settings) -> tuple[tuple[str, int], str]:
    """Where to ask, and as which address."""
    for text in in_force.dns.listen:
        address, port = endpoint(text, "dns.listen")
        if ip_address(address).version == 4:
            if address == "0.0.0.0" or ip_address(address).is_loopback:
                return ("127.0.0.1" if address == "0.0.0.0" else address, port), LOOPBACK
            return (address, port), address
    address, port = endpoint(in_force.dns.listen[0], "dns.listen")
    return ("::1" if address == "::" else address, port), "::1" if address == "::" else address


def _scenes(seconds: float) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The scenes, spread over the time."""
    pause = max(seconds, 0.0) / len(SCENES)
    for number, scene in enumerate(SCENES):
        if number:
            time.sleep(pause * random.uniform(0.7, 1.3))
        yield scene


def _socket(server: tuple[str, int], source: str) -> socket.socket:
    sock = socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(_WAIT)
    sock.bind((source, 0))
    sock.connect(server)
    return sock


def _ask(sock: socket.socket, name: str) -> str:
    """Ask as Android does: A, AAAA and HTTPS. "blocked", "answered" or "failed". Raises OwnFault."""
    outcome = "failed"
    for qtype in (A, AAAA, HTTPS):
        answer = _one(sock, name, qtype)
        if answer is None:
            continue
        null = any(not any(record.rdata) for record in answer.records)
        if qtype == A:
            outcome = "blocked" if null else "failed" if answer.rcode else "answered"
    return outcome


def _one(sock: socket.socket, name: str, qtype: int) -> wire.Answer | None:
    ident = secrets.randbelow(1 << 16)
    sock.send(wire.encode_query(from_text(name), qtype, ident, dnssec_ok=False, checking_disabled=False))
    until = time.monotonic() + _WAIT
    while time.monotonic() < until:
        try:
            reply = wire.decode_reply(sock.recv(4096))
        except TimeoutError:
            return None
        except WireError:
            continue  # not an answer to us
        except ConnectionRefusedError:
            raise OwnFault("the box does not answer DNS", hint="is it running? hushgate status") from None
        if reply.id == ident:
            return reply.answer
    return None
