"""unbound as our validating resolver, over a signed root of our own."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.dns.upstream import recursive
from gateway.dns.upstream.build import Upstreams
from gateway.dns.upstream.recursive import Recursive, find_program
from gateway.dns.wire import Answer
from gateway.errors import OwnFault, SettingsError, UpstreamFault
from gateway.iana import NOERROR, NXDOMAIN, SERVFAIL
from gateway.settings import Dns
from tests.fakes import signed_root
from tests.fakes.ports import free_port
from tests.fakes.signed_root import SignedRoot
from tests.fakes.values import question


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SignedRoot]:
    if reason := signed_root.why_not():
        pytest.skip(reason)
    with signed_root.running(tmp_path_factory.mktemp("root")) as running:
        yield running


@contextmanager
def unbound(folder: Path, root: SignedRoot, *, ignore_dates: bool = False) -> Iterator[Recursive]:
    resolver = Recursive(
        folder / "unbound",
        free_port(),
        root.anchor,
        root.hints,
        program=find_program(),
        ignore_dates=ignore_dates,
        extra=("server:", "    do-not-query-localhost: no"),  # this root is on loopback
    )
    with (folder / "unbound.log").open("wb") as log:
        process = subprocess.Popen(resolver.prepare(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        yield resolver
    finally:
        process.terminate()
        assert process.wait(10) == 0


async def _ask(resolver: Recursive, *names: str, cd: bool = False) -> list[Answer]:
    upstreams = Upstreams(Dns(upstreams=("recursive",)), recursive_port=resolver.port)
    try:
        async with asyncio.timeout(30):
            while True:  # until it listens
                try:
                    return [
                        await upstreams.forwarder.ask(question(name), dnssec_ok=False, checking_disabled=cd)
                        for name in names
                    ]
                except UpstreamFault:
                    await asyncio.sleep(0.05)
    finally:
        await upstreams.stop()


def ask(resolver: Recursive, *names: str, cd: bool = False) -> list[Answer]:
    return asyncio.run(_ask(resolver, *names, cd=cd))


def test_signed_zone_has_ad_and_a_forged_one_is_servfail(tmp_path: Path, root: SignedRoot) -> None:
    with unbound(tmp_path, root) as resolver:
        good, gone, bogus, old = ask(resolver, "www.good", "gone.good", "www.bogus", "www.old")
        assert (good.rcode, good.ad, good.records[0].rdata) == (NOERROR, True, bytes((192, 0, 2, 1)))
        assert (gone.rcode, gone.ad) == (NXDOMAIN, True)
        assert (bogus.rcode, bogus.ad, bogus.records) == (SERVFAIL, False, ())
        assert old.rcode == SERVFAIL
        (unchecked,) = ask(resolver, "www.bogus", cd=True)
        assert (unchecked.rcode, unchecked.ad, len(unchecked.records)) == (NOERROR, False, 1)


def test_dates_of_signatures_do_not_count_while_the_clock_is_wrong(tmp_path: Path, root: SignedRoot) -> None:
    with unbound(tmp_path, root, ignore_dates=True) as resolver:
        good, bogus, old = ask(resolver, "www.good", "www.bogus", "www.old")
        assert (good.ad, old.ad) == (True, True)
        assert bogus.rcode == SERVFAIL  # a forged record is still refused


def test_trust_anchor_that_unbound_keeps_is_left_alone(tmp_path: Path, root: SignedRoot) -> None:
    with unbound(tmp_path, root) as resolver:
        ask(resolver, "www.good")
    kept = (resolver.directory / "root.key").read_bytes()
    assert kept != root.anchor.read_bytes()  # unbound notes its state there (RFC 5011)
    resolver.prepare()
    assert (resolver.directory / "root.key").read_bytes() == kept


def test_configuration_is_one_that_unbound_takes(tmp_path: Path) -> None:
    checker = shutil.which("unbound-checkconf", path=signed_root.PATH)
    if checker is None:
        pytest.skip("not installed: unbound-checkconf (Debian: unbound)")
    resolver = prepared(tmp_path)
    resolver.prepare()
    done = subprocess.run([checker, resolver.config], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def prepared(folder: Path) -> Recursive:
    anchor, hints = folder / "anchor", folder / "hints"
    anchor.write_text(". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n")
    hints.write_text(". 3600000 NS a.root-servers.net.\na.root-servers.net. 3600000 A 198.41.0.4\n")
    return Recursive(folder / "unbound", 5335, anchor, hints)


def test_configuration_answers_this_machine_only_and_hides_itself(tmp_path: Path) -> None:
    lines = {line.strip() for line in prepared(tmp_path).text().splitlines()}
    assert {
        "interface: 127.0.0.1@5335",
        "qname-minimisation: yes",
        "hide-identity: yes",
        "hide-version: yes",
        "harden-dnssec-stripped: yes",
        "harden-glue: yes",
        "do-daemonize: no",
        'chroot: ""',
        'pidfile: ""',
        "num-threads: 1",
        "control-enable: no",
    } <= lines
    assert not [line for line in lines if line.startswith("val-override-date")]


def test_what_is_missing_is_named_with_the_remedy(tmp_path: Path) -> None:
    resolver = prepared(tmp_path)
    resolver.hints.unlink()
    with pytest.raises(SettingsError, match="root hints") as caught:
        resolver.prepare()
    assert "apt install" in caught.value.hint
    with pytest.raises(SettingsError, match="not installed") as caught:
        find_program(path=str(tmp_path))
    assert "apt install unbound" in caught.value.hint


def test_folder_that_cannot_be_made_is_our_fault(tmp_path: Path) -> None:
    resolver = prepared(tmp_path)
    (tmp_path / "unbound").write_text("in the way")
    with pytest.raises(OwnFault, match="cannot prepare"):
        resolver.prepare()


def test_path_cannot_break_out_of_the_configuration(tmp_path: Path) -> None:
    resolver = prepared(tmp_path)
    broken = tmp_path / 'a"b'
    with pytest.raises(SettingsError, match="unusable character"):
        Recursive(broken, resolver.port, resolver.anchor, resolver.hints).prepare()
    assert not broken.exists()


def test_free_port_can_be_had_twice() -> None:
    assert 0 < recursive.free_port() < 65536
    assert 0 < recursive.free_port() < 65536
