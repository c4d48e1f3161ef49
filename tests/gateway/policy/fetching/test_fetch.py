import gzip
import io
import socket
import ssl
import zlib
from pathlib import Path

import pytest

from gateway.policy.fetching.copies import Validators
from gateway.policy.fetching.dial import Deadline, Network
from gateway.policy.fetching.fetch import fetch
from gateway.policy.fetching.targets import SourceFault
from tests.fakes.certificates import self_signed
from tests.fakes.list_server import Handler, ListServer, Page, redirect, serving, text

LIST = b"||tracking.example^\n||ads.example^\n"


def bring(
    url: str,
    *,
    known: Validators | None = None,
    max_bytes: int = 1_000_000,
    seconds: float = 20,
    allow_private: bool = True,
    network: Network | None = None,
) -> tuple[Validators | None, bytes]:
    into = io.BytesIO()
    validators = fetch(
        url,
        into,
        known or Validators(),
        max_bytes=max_bytes,
        deadline=Deadline(seconds),
        allow_private=allow_private,
        network=network or Network(),
    )
    return validators, into.getvalue()


def outside(names: dict[str, ListServer]) -> Network:
    """An internet in which each name has a public address, behind which one of these servers listens."""
    addresses = {name: f"203.0.113.{number}" for number, name in enumerate(names, 1)}
    ports = {addresses[name]: server.port for name, server in names.items()}
    return Network(
        resolve=lambda host, _port, _seconds: (addresses[host],) if host in addresses else ("127.0.0.1",),
        connect=lambda address, _port, seconds: socket.create_connection(
            ("127.0.0.1", ports[address]), seconds
        ),
    )


def test_list_is_fetched_with_its_validators() -> None:
    page = text(LIST, ETag='"1"', Last_Modified="Thu, 01 Jan 2026 00:00:00 GMT")
    with serving({"/a": page}) as server:
        validators, body = bring(f"http://127.0.0.1:{server.port}/a")
    assert body == LIST
    assert validators == Validators('"1"', "Thu, 01 Jan 2026 00:00:00 GMT")


def test_name_stays_in_the_host_header_while_the_checked_address_is_used() -> None:
    with serving({"/a": text(LIST)}) as server:
        _, body = bring(
            "http://lists.example/a", allow_private=False, network=outside({"lists.example": server})
        )
    assert body == LIST
    assert server.asked[0][1]["Host"] == "lists.example"


def test_not_modified_is_told_apart() -> None:
    known = Validators('"1"', "Thu, 01 Jan 2026 00:00:00 GMT")
    with serving({"/a": lambda handler: handler.reply(304)}) as server:
        assert bring(f"http://127.0.0.1:{server.port}/a", known=known) == (None, b"")
        headers = server.asked[0][1]
        assert headers["If-None-Match"] == '"1"'
        assert headers["If-Modified-Since"] == known.modified
        with pytest.raises(SourceFault, match="304"):
            bring(f"http://127.0.0.1:{server.port}/a")


@pytest.mark.parametrize("status", [204, 206, 403, 404, 429, 500])
def test_other_answers_are_faults(status: int) -> None:
    with (
        serving({"/a": lambda handler: handler.reply(status, b"||x.example^")}) as server,
        pytest.raises(SourceFault, match=f"the server answers {status}"),
    ):
        bring(f"http://127.0.0.1:{server.port}/a")


def test_five_redirects_are_followed_and_six_are_not() -> None:
    pages = {f"/{number}": redirect(f"/{number + 1}", 301 + number % 2) for number in range(6)}
    with serving({**pages, "/6": text(LIST)}) as server:
        assert bring(f"http://127.0.0.1:{server.port}/1")[1] == LIST
        with pytest.raises(SourceFault, match="more than 5 redirects"):
            bring(f"http://127.0.0.1:{server.port}/0")


@pytest.mark.parametrize(
    "location",
    [
        "http://127.0.0.1/a",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:127.0.0.1]/a",
        "http://rebinding.example/a",
        "file:///etc/passwd",
        "gopher://lists.example/a",
        "",
    ],
)
def test_redirect_to_a_forbidden_place_is_refused(location: str) -> None:
    with (
        serving({"/a": redirect(location)}) as server,
        pytest.raises(SourceFault, match=r"no public address|refused redirect|redirect to nowhere"),
    ):
        bring("http://lists.example/a", allow_private=False, network=outside({"lists.example": server}))
    assert len(server.asked) == 1


def test_private_target_is_never_connected_to() -> None:
    with serving({"/a": text(LIST)}) as server, pytest.raises(SourceFault, match="loopback"):
        bring(f"http://127.0.0.1:{server.port}/a", allow_private=False)
    assert server.asked == []


def test_credentials_go_to_their_own_host_only() -> None:
    with serving({"/b": text(LIST)}) as other, serving({"/a": redirect("http://other.example/b")}) as first:
        network = outside({"lists.example": first, "other.example": other})
        assert bring("http://me:secret@lists.example/a", allow_private=False, network=network)[1] == LIST
    assert first.asked[0][1]["Authorization"] == "Basic bWU6c2VjcmV0"
    assert "Authorization" not in other.asked[0][1]


def test_no_fault_shows_credentials() -> None:
    with serving({}) as server, pytest.raises(SourceFault) as caught:
        bring(f"http://me:secret@127.0.0.1:{server.port}/a?token=hidden")
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving({"/a": text(LIST)}) as server:
        assert bring(f"http://127.0.0.1:{server.port}/a")[1] == LIST


def test_announced_oversize_is_refused_at_once() -> None:
    page = lambda handler: handler.head(200, Content_Length="10000000000")  # noqa: E731
    with serving({"/a": page}) as server, pytest.raises(SourceFault, match="larger than 1 MB"):
        bring(f"http://127.0.0.1:{server.port}/a")


def test_endless_stream_is_cut_off() -> None:
    def endless(handler: Handler) -> None:
        handler.head(200)
        for _ in range(160_000):  # 10 GB, were anybody to listen
            handler.wfile.write(LIST * 1880)

    with serving({"/a": endless}) as server, pytest.raises(SourceFault, match="larger than 1 MB"):
        bring(f"http://127.0.0.1:{server.port}/a")


def test_packed_list_is_unpacked() -> None:
    with serving({"/a": text(gzip.compress(LIST), Content_Encoding="gzip")}) as server:
        assert bring(f"http://127.0.0.1:{server.port}/a")[1] == LIST
    assert server.asked[0][1]["Accept-Encoding"] == "gzip"


def test_compression_bomb_is_cut_off() -> None:
    packer = zlib.compressobj(9, wbits=31)
    bomb = b"".join(packer.compress(b"\n" * 1_000_000) for _ in range(300)) + packer.flush()
    assert len(bomb) < 1_000_000
    with (
        serving({"/a": text(bomb, Content_Encoding="gzip")}) as server,
        pytest.raises(SourceFault, match="larger than 1 MB"),
    ):
        bring(f"http://127.0.0.1:{server.port}/a")


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(LIST)[:-9], "gzip"),
        (gzip.compress(LIST) * 2, "gzip"),
        (LIST, "gzip"),
        (LIST, "br"),
        (LIST, "zstd"),
        (gzip.compress(gzip.compress(LIST)), "gzip, gzip"),
    ],
)
def test_packing_that_is_broken_or_not_asked_for_is_refused(body: bytes, coding: str) -> None:
    with (
        serving({"/a": text(body, Content_Encoding=coding)}) as server,
        pytest.raises(SourceFault, match=r"gzip|packs"),
    ):
        bring(f"http://127.0.0.1:{server.port}/a")


def truncated(handler: Handler) -> None:
    handler.head(200, Content_Length="1000")
    handler.wfile.write(LIST)


def truncated_chunks(handler: Handler) -> None:
    handler.head(200, Transfer_Encoding="chunked")
    handler.wfile.write(b"%x\r\n%b\r\n40\r\n||x" % (len(LIST), LIST))


def rubbish(handler: Handler) -> None:
    handler.wfile.write(b"\xff\xfe\0 no HTTP\r\n\r\n")


def huge_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100_000)


def hang_up(handler: Handler) -> None:
    handler.close_connection = True


@pytest.mark.parametrize("page", [truncated, truncated_chunks, rubbish, huge_head, hang_up])
def test_broken_answer_is_a_fault(page: Page) -> None:
    with serving({"/a": page}) as server, pytest.raises(SourceFault, match=r"broken answer|connection lost"):
        bring(f"http://127.0.0.1:{server.port}/a")


def test_slow_server_cannot_stretch_the_deadline() -> None:
    def drip(handler: Handler) -> None:
        handler.head(200)
        while not handler.server.stopping.wait(0.01):
            handler.wfile.write(b"#")

    with serving({"/a": drip}) as server, pytest.raises(SourceFault, match=r"not finished after 0\.3 s"):
        bring(f"http://127.0.0.1:{server.port}/a", seconds=0.3)


def test_slow_head_cannot_stretch_the_deadline() -> None:
    def drip(handler: Handler) -> None:
        while not handler.server.stopping.wait(0.01):
            handler.wfile.write(b"H")

    with serving({"/a": drip}) as server, pytest.raises(SourceFault, match=r"not finished after 0\.3 s"):
        bring(f"http://127.0.0.1:{server.port}/a", seconds=0.3)


def test_https_is_checked_against_the_name_and_stays_https(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path, "lists.example")
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(certificate)
    asked_for: list[str | None] = []
    server_side.sni_callback = lambda _socket, name, _context: asked_for.append(name)
    trusting = ssl.create_default_context(cafile=str(certificate))
    pages = {
        "/a": text(LIST),
        "/down": redirect("http://lists.example/a"),
        "/up": redirect("https://lists.example/a"),
    }
    with serving(pages, server_side) as secure, serving(pages) as plain:
        names = {"lists.example": secure, "other.example": secure, "plain.example": plain}
        base = outside(names)
        network = Network(resolve=base.resolve, connect=base.connect, trust=lambda: trusting)
        assert bring("https://lists.example/a", allow_private=False, network=network)[1] == LIST
        assert asked_for == ["lists.example"]
        assert bring("http://plain.example/up", allow_private=False, network=network)[1] == LIST
        with pytest.raises(SourceFault, match="refused redirect from https"):
            bring("https://lists.example/down", allow_private=False, network=network)
        with pytest.raises(SourceFault, match="certificate is refused"):
            bring("https://other.example/a", allow_private=False, network=network)
        with pytest.raises(SourceFault, match="certificate is refused"):
            bring("https://lists.example/a", allow_private=False, network=base)
        with pytest.raises(SourceFault, match="no TLS"):
            bring("https://plain.example/a", allow_private=False, network=network)
