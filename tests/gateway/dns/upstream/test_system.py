"""The machine's own resolvers, read from files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns.upstream.address import parse
from gateway.dns.upstream.system import name_servers, upstream_urls
from gateway.errors import SettingsError


def files(folder: Path, *texts: str) -> list[Path]:
    paths = [folder / f"resolv{number}.conf" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


def nowhere(_: str) -> bool:
    return False


def test_name_servers_are_read_in_order_and_rubbish_is_left_out() -> None:
    text = "# comment\nnameserver 9.9.9.9\n  nameserver\t2620:fe::fe \nnameserver nonsense\nsearch lan\n"
    assert name_servers(text + "nameserver 9.9.9.9\nnameserver fe80::1%eth0") == [
        "9.9.9.9",
        "2620:fe::fe",
        "fe80::1%eth0",
    ]


@given(st.text())
def test_any_text_gives_addresses(text: str) -> None:
    for address in name_servers(text):
        parse(f"udp://[{address}]" if ":" in address else f"udp://{address}")


def test_stub_of_systemd_leads_to_the_real_servers(tmp_path: Path) -> None:
    paths = files(tmp_path, "nameserver 127.0.0.53\n", "nameserver 192.0.2.53\nnameserver 2001:db8::53\n")
    assert upstream_urls([], files=paths) == ["udp://192.0.2.53", "udp://[2001:db8::53]"]


def test_missing_files_are_passed_over(tmp_path: Path) -> None:
    paths = [tmp_path / "gone", *files(tmp_path, "nameserver 192.0.2.53\n")]
    assert upstream_urls([], files=paths) == ["udp://192.0.2.53"]


def test_we_are_never_our_own_upstream(tmp_path: Path) -> None:
    paths = files(tmp_path, "nameserver 127.0.0.1\nnameserver 192.0.2.7\nnameserver 192.0.2.53\n")

    def found(*own: tuple[str, int]) -> list[str]:
        return upstream_urls(own, files=paths, is_local=lambda address: address != "192.0.2.53")

    assert found(("0.0.0.0", 53)) == ["udp://192.0.2.53"]
    assert found(("192.0.2.7", 53)) == ["udp://127.0.0.1", "udp://192.0.2.53"]
    assert found(("0.0.0.0", 5353)) == ["udp://127.0.0.1", "udp://192.0.2.7", "udp://192.0.2.53"]


def test_no_other_resolver_is_an_error_and_never_a_default(tmp_path: Path) -> None:
    for text in ("", "nameserver 127.0.0.53\n", "nameserver 127.0.0.1\n"):
        with pytest.raises(SettingsError, match="no other resolver") as caught:
            upstream_urls([("0.0.0.0", 53)], files=files(tmp_path, text))
        assert "--upstream" in caught.value.hint


def test_addresses_of_this_machine_are_recognised(tmp_path: Path) -> None:
    paths = files(tmp_path, "nameserver 127.0.0.1\nnameserver 192.0.2.53\n")
    assert upstream_urls([("::", 53)], files=paths) == ["udp://192.0.2.53"]
