"""A bundle and its signature come over the network, bounded, and never from the user's own."""

import pytest

from gateway.bundles import fetching
from gateway.bundles.format import MAX_BYTES, BundleFault
from gateway.settings import Lists
from tests.fakes.list_server import Handler, redirect, serving, text
from tests.fakes.publisher import Publisher, publish

HERE = Lists(allow_private=True)


def test_both_files_come_as_they_are() -> None:
    parcel = Publisher().parcel("||a.example^")
    with serving({}) as server:
        assert fetching.fetch(publish(server, parcel), HERE) == parcel
        assert [path for path, _ in server.asked] == ["/acme.bundle", "/acme.bundle.minisig"]


def test_the_signature_lies_beside_the_path_not_behind_the_query() -> None:
    assert fetching.beside("https://a.example/b.json?token=1") == "https://a.example/b.json.minisig?token=1"
    with pytest.raises(BundleFault, match="no usable URL"):
        fetching.beside("file:///etc/passwd")


@pytest.mark.parametrize("missing", ["/acme.bundle", "/acme.bundle.minisig"])
def test_what_is_not_there_is_said_without_the_password(missing: str) -> None:
    with serving({}) as server:
        url = publish(server, Publisher().parcel("||a.example^")).replace("http://", "http://me:secret@")
        del server.pages[missing]
        with pytest.raises(BundleFault, match="404") as caught:
            fetching.fetch(url, HERE)
    assert "secret" not in str(caught.value)


def test_what_is_too_large_is_cut_off() -> None:
    def endless(handler: Handler) -> None:
        handler.head(200)
        for _ in range(1000):
            handler.wfile.write(b" " * 65536)

    with serving({"/a": endless, "/b": text(b"{}"), "/b.minisig": text(b"x" * 20_000)}) as server:
        with pytest.raises(BundleFault, match=f"bundle is larger than {MAX_BYTES}"):
            fetching.fetch(f"http://127.0.0.1:{server.port}/a", HERE)
        with pytest.raises(BundleFault, match="signature is larger"):
            fetching.fetch(f"http://127.0.0.1:{server.port}/b", HERE)


@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "http://[::1]/", "x", "ftp://a/"]
)
def test_the_boxs_own_network_is_not_asked(url: str) -> None:
    with pytest.raises(BundleFault):
        fetching.fetch(url, Lists())


def test_a_redirect_into_the_boxs_own_network_is_refused() -> None:
    with (
        serving({"/a": redirect("file:///etc/passwd")}) as server,
        pytest.raises(BundleFault, match="redirect"),
    ):
        fetching.fetch(f"http://127.0.0.1:{server.port}/a", HERE)


def test_in_a_process_of_its_own_the_same_comes_of_it() -> None:
    parcel = Publisher().parcel("||a.example^")
    with serving({}) as server:
        url = publish(server, parcel)
        assert fetching.fetch_apart(url, HERE) == parcel
        del server.pages["/acme.bundle.minisig"]
        with pytest.raises(BundleFault, match="404"):
            fetching.fetch_apart(url, HERE)
    with pytest.raises(BundleFault, match="no usable URL"):
        fetching.fetch_apart("file:///etc/passwd", HERE)


def test_a_fetch_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "STARTING", -HERE.timeout_seconds + 0.01)
    with serving({}) as server, pytest.raises(BundleFault, match="took longer"):
        fetching.fetch_apart(publish(server, Publisher().parcel("||a.example^")), HERE)
