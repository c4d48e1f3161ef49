"""`demo`: a phone for those who have none at hand. It asks the running box over real sockets, as a device
of its own that is named and marked as demo.

The order of its questions is what public captures and teardowns show of a Redmi Note in use; nothing but the
names is played, and nothing is sent to anybody but the box.
"""

import contextlib
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
from gateway.commands.devices import forget
from gateway.data import Data, existing
from gateway.dns import wire
from gateway.errors import OwnFault, UsageError, WireError
from gateway.iana import AAAA, EDE_BLOCKED, HTTPS, A
from gateway.journal import search
from gateway.journal.search import Filters
from gateway.names import from_text
from gateway.settings import Settings, endpoint
from gateway.store import devices
from gateway.store.engine import open_journal
from gateway.works import plainly

NAME = "Redmi Note (demo)"
KIND = "demo"
BOX_NAME = "hushgate.home.arpa"
LOOPBACK = "127.77.0.8"  # each address of 127/8 can be a device of its own
MAX_SECONDS = 3600.0
_WAIT = 3.0  # seconds for one answer
_LOG_WAIT = 5.0  # seconds until what was asked should be in the log: it takes two
_LOOK = 0.1  # seconds between looks

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
    server, source = _way(data.read_settings())
    if options.remove:
        return _remove(options, data)
    if not 0 <= options.seconds <= MAX_SECONDS:  # "nan" is no number of seconds either
        raise UsageError("the demo cannot last that long", hint=f"--seconds from 0 to {MAX_SECONDS:.0f}")
    with _socket(server, source) as sock:
        if _one(sock, BOX_NAME, A) is None:
            raise OwnFault("the box does not answer DNS", hint="is it running? hushgate status")
        _name(data, source)
        tally = _play(options, sock)
    _wait_for_log(data, source)
    if not options.json:
        output.note(
            f"\n{NAME} asked as device {source}: {tally['blocked']} names were blocked, "
            f"{tally['answered']} answered, {tally['failed']} not found.\n"
            f"See each with its company and purpose: {output.command(f'log --device {source}', data.root)}\n"
            f"Wipe it again: {output.command('demo --remove', data.root)}"
        )
    return 0


def _play(options: Namespace, sock: socket.socket) -> Counter[str]:
    """How many names were blocked, answered, failed."""
    tally: Counter[str] = Counter()
    for scene, names in _scenes(options.seconds):
        told = {name: _ask(sock, name) for name in names}
        tally.update(told.values())
        blocked = [name for name, how in told.items() if how == "blocked"]
        if options.json:
            output.json_line({"scene": scene, "asked": len(told), "blocked": blocked})
        else:
            print(f"{scene}: {len(told)} names asked, {len(blocked)} blocked", flush=True)
            for name in blocked:
                print(f"    {name}", flush=True)
    return tally


def _name(data: Data, address: str) -> None:
    """Mark the device, so that nobody takes it for a phone of theirs. Raises UsageError where it is one."""
    with changes.reading(data) as session:
        known = {device.address: device for device in devices.list_devices(session)}.get(address)
    if known is not None and known.kind == KIND:
        return
    if known is not None:
        raise UsageError(f"the demo would ask as {address}, which is your device {known.name!r}")
    with changes.change(data, "the demo phone came") as made:
        devices.put_device(made.session, address, now=int(time.time()), name=NAME, kind=KIND)


def _remove(options: Namespace, data: Data) -> int:
    with changes.reading(data) as session:
        played = [device.address for device in devices.list_devices(session, kind=KIND)]
    wiped = sum(forget(data, one)[0] for one in played)
    if options.json:
        output.json_line({"devices": played, "wiped_rows": wiped})
    elif played:
        print(f"The demo phone is gone, and {wiped} rows of the log with it")
    else:
        print("There is no demo phone")
    return 0


def _wait_for_log(data: Data, source: str) -> None:
    """Until the log holds the last question: what is told next is to look there, or to wipe it."""
    journal = open_journal(data.root, data.read_settings().store.url)
    wanted = Filters(devices=(source,), name=SCENES[-1][1][-1], since=int(time.time()) - 1)
    until = time.monotonic() + _LOG_WAIT
    try:
        with plainly():
            while not search.newest(journal, wanted, limit=1).rows and time.monotonic() < until:
                time.sleep(_LOOK)
    finally:
        journal.close()


def _way(in_force: Settings) -> tuple[tuple[str, int], str]:
    """Where to ask, and as which address."""
    listening = [endpoint(text, "dns.listen") for text in in_force.dns.listen]
    for address, port in listening:
        if ip_address(address).version == 4:
            return ("127.0.0.1" if address == "0.0.0.0" else address, port), LOOPBACK
    address, port = listening[0]
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
    outcome = ""
    for qtype in (A, AAAA, HTTPS):
        answer = _one(sock, name, qtype)
        if answer is None:
            return outcome or "failed"
        outcome = outcome or _outcome(answer)
    return outcome


def _outcome(answer: wire.Answer) -> str:
    if any(code == EDE_BLOCKED for code, _ in answer.extended):
        return "blocked"
    return "failed" if answer.rcode else "answered"


def _one(sock: socket.socket, name: str, qtype: int) -> wire.Answer | None:
    ident = secrets.randbelow(1 << 16)
    until = time.monotonic() + _WAIT
    query = wire.encode_query(from_text(name), qtype, ident, dnssec_ok=False, checking_disabled=False)
    try:
        sock.send(query)
        while time.monotonic() < until:
            with contextlib.suppress(WireError):  # not an answer to us
                reply = wire.decode_reply(sock.recv(4096))
                if reply.id == ident:
                    return reply.answer
    except TimeoutError:
        return None
    except OSError as error:
        raise OwnFault(
            f"the box does not answer DNS: {error.strerror}", hint="is it running? hushgate status"
        ) from None
    return None
