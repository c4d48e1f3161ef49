import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import BinaryIO

import msgspec
import pytest

from gateway.errors import UsageError
from gateway.policy import sources
from gateway.policy.fetching import copies
from gateway.policy.fetching.copies import Known
from gateway.policy.sources import Fetched, Outcome
from gateway.settings import Lists
from tests.fakes.list_server import Handler, Page, serving, text

LIST = b"||tracking.example^\n||ads.example^\n"
LONG = b"".join(b"||n%d.example^\n" % number for number in range(100))
HERE = Lists(allow_private=True, timeout_seconds=20, max_mb=1)


def refreshed(store: Path, page: Page, previous: Known | None = None, *, force: bool = False) -> Fetched:
    with serving({"/list.txt": page}) as server:
        return sources.refresh(f"http://127.0.0.1:{server.port}/list.txt", store, previous, HERE, force=force)


def content(store: Path) -> list[bytes]:
    return [path.read_bytes() for path in sorted(store.iterdir())]


def first_copy(store: Path, body: bytes = LIST) -> Known:
    copy = refreshed(store, text(body, ETag='"1"')).copy
    assert copy is not None
    return copy


def test_new_list_is_kept_under_its_hash(tmp_path: Path) -> None:
    fetched = refreshed(tmp_path, text(LIST, ETag='"1"'))
    assert fetched.outcome is Outcome.NEW
    assert fetched.copy is not None
    assert fetched.copy.rules == 2
    assert fetched.copy.validators.etag == '"1"'
    assert copies.path_of(tmp_path, fetched.copy.version).read_bytes() == LIST
    assert content(tmp_path) == [LIST]


def test_result_survives_being_sent_to_another_process(tmp_path: Path) -> None:
    fetched = refreshed(tmp_path, text(LIST + b"..!..\n"))
    assert msgspec.json.decode(msgspec.json.encode(fetched), type=Fetched) == fetched


def test_answer_not_modified_keeps_the_copy(tmp_path: Path) -> None:
    known = first_copy(tmp_path)

    def page(handler: Handler) -> None:
        handler.reply(304 if handler.headers["If-None-Match"] == '"1"' else 200)

    fetched = refreshed(tmp_path, page, known)
    assert (fetched.outcome, fetched.copy) == (Outcome.UNCHANGED, known)
    assert content(tmp_path) == [LIST]


def test_same_text_with_a_new_etag_is_unchanged_and_remembers_the_etag(tmp_path: Path) -> None:
    known = first_copy(tmp_path)
    before = copies.path_of(tmp_path, known.version).stat()
    fetched = refreshed(tmp_path, text(LIST, ETag='"2"'), known)
    assert fetched.outcome is Outcome.UNCHANGED
    assert (
        copies.path_of(tmp_path, known.version).stat().st_mtime_ns == before.st_mtime_ns
    )  # a snapshot goes by the copy's time
    assert fetched.copy is not None
    assert (fetched.copy.version, fetched.copy.validators.etag) == (known.version, '"2"')


def test_new_text_leaves_the_old_copy_for_those_who_still_read_it(tmp_path: Path) -> None:
    first_copy(tmp_path)
    fetched = refreshed(tmp_path, text(LONG))
    assert fetched.outcome is Outcome.NEW
    assert sorted(content(tmp_path)) == sorted([LIST, LONG])


@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_damaged_copy_is_fetched_anew_without_conditions(tmp_path: Path, damage: str) -> None:
    known = first_copy(tmp_path)
    path = copies.path_of(tmp_path, known.version)
    if damage == "cut":
        path.write_bytes(LIST[:5])
    else:
        path.unlink()

    def page(handler: Handler) -> None:
        handler.reply(304 if "If-None-Match" in handler.headers else 200, LIST)

    fetched = refreshed(tmp_path, page, known)
    assert fetched.outcome is Outcome.UNCHANGED
    assert path.read_bytes() == LIST


def endless(handler: Handler) -> None:
    handler.head(200)
    for _ in range(1000):
        handler.wfile.write(LONG * 10)


def cut(handler: Handler) -> None:
    handler.head(200, Content_Length="5000")
    handler.wfile.write(LONG)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (text(b"", Content_Type="text/plain"), "no rule in it"),
        (text(b"# nothing\n"), "no rule in it"),
        (text(b"<html>captive portal, please log in</html>"), "a web page"),
        (text(b"\x7fELF\0\0"), "NUL"),
        (text(LIST + b"..!..\n" * 3), "3 lines refused, only 2 usable; line 3: '..!..': "),
        (text(b"||n1.example^\n"), "only 1 rules left of 100"),
        (lambda handler: handler.reply(404), "the server answers 404"),
        (endless, "larger than 1 MB"),
        (cut, "broken answer"),
    ],
)
def test_whatever_is_wrong_the_last_good_copy_stays(tmp_path: Path, page: Page, reason: str) -> None:
    known = first_copy(tmp_path, LONG)
    fetched = refreshed(tmp_path, page, known)
    assert (fetched.outcome, fetched.copy) == (Outcome.KEPT, known)
    assert reason in fetched.reason
    assert content(tmp_path) == [LONG]


def test_report_of_a_refused_text_says_which_lines(tmp_path: Path) -> None:
    fetched = refreshed(tmp_path, text(LIST + b"..!..\n" * 3))
    assert fetched.outcome is Outcome.KEPT
    assert fetched.copy is None
    assert fetched.report is not None
    assert [(line.line, line.text) for line in fetched.report.refusals] == [
        (3, "..!.."),
        (4, "..!.."),
        (5, "..!.."),
    ]


def test_force_takes_an_odd_list(tmp_path: Path) -> None:
    known = first_copy(tmp_path, LONG)
    fetched = refreshed(tmp_path, text(b"||n1.example^\n..!..\n..!..\n"), known, force=True)
    assert fetched.outcome is Outcome.NEW
    assert fetched.copy is not None
    assert fetched.copy.rules == 1


def test_loopback_is_refused_unless_allowed(tmp_path: Path) -> None:
    with serving({"/list.txt": text(LIST)}) as server:
        fetched = sources.refresh(f"http://localhost:{server.port}/list.txt", tmp_path, None, Lists())
    assert fetched.outcome is Outcome.KEPT
    assert "loopback" in fetched.reason
    assert "lists.allow_private" in fetched.hint
    assert server.asked == []


def test_nobody_listening_is_a_reason_not_an_exception(tmp_path: Path) -> None:
    with serving({}) as server:
        port = server.port
    fetched = sources.refresh(f"http://127.0.0.1:{port}/", tmp_path, None, HERE)
    assert fetched.outcome is Outcome.KEPT
    assert "cannot connect" in fetched.reason


def test_file_is_copied_and_its_changes_are_seen(tmp_path: Path) -> None:
    mine, store = tmp_path / "mine.txt", tmp_path / "lists"
    mine.write_bytes(LIST)
    first = sources.refresh(str(mine), store, None, HERE)
    assert first.outcome is Outcome.NEW
    assert sources.refresh(str(mine), store, first.copy, HERE).outcome is Outcome.UNCHANGED
    mine.write_bytes(LONG)
    assert sources.refresh(str(mine), store, first.copy, HERE).outcome is Outcome.NEW
    mine.unlink()
    assert sources.refresh(str(mine), store, first.copy, HERE).outcome is Outcome.KEPT


def test_pipe_directory_and_huge_file_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(10_000_000_000)
    for name in ("pipe", ".", "huge", "/dev/zero"):
        fetched = sources.refresh(str(tmp_path / name), tmp_path / "lists", None, HERE)
        assert fetched.outcome is Outcome.KEPT
        assert "regular" in fetched.reason or "larger than 1 MB" in fetched.reason
    assert content(tmp_path / "lists") == []


def test_full_disk_is_a_reason_and_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = first_copy(tmp_path)

    def full(_source: Path, into: BinaryIO, _max: int) -> None:
        into.write(LIST)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sources, "_bring_file", full)
    fetched = sources.refresh("/some/list.txt", tmp_path, known, HERE)
    assert (fetched.outcome, fetched.copy) == (Outcome.KEPT, known)
    assert (fetched.reason, fetched.hint) == ("No space left on device", "free some space")
    assert content(tmp_path) == [LIST]


def test_killed_in_the_middle_the_old_copy_stays_and_the_rest_is_swept(tmp_path: Path) -> None:
    known = first_copy(tmp_path)
    reached = threading.Event()

    def kill(handler: Handler) -> None:
        handler.head(200)
        handler.wfile.write(LONG)
        handler.wfile.flush()
        reached.set()
        handler.rfile.read(1)  # until the child's end closes the connection

    with serving({"/list.txt": kill}) as server:
        script = (
            "import sys; from pathlib import Path; from gateway.policy import sources; "
            "from gateway.settings import Lists; "
            "sources.refresh(sys.argv[1], Path(sys.argv[2]), None, Lists(allow_private=True))"
        )
        url = f"http://127.0.0.1:{server.port}/list.txt"
        child = subprocess.Popen([sys.executable, "-c", script, url, str(tmp_path)])
        try:
            assert reached.wait(60)
            parts = list(tmp_path.glob("*.part"))
        finally:
            child.send_signal(signal.SIGKILL)
            child.wait(30)
    assert len(parts) == 1
    assert copies.digest(copies.path_of(tmp_path, known.version)) == known.version
    copies.sweep(tmp_path, frozenset({known.version}), now=parts[0].stat().st_mtime + 90_000)
    assert content(tmp_path) == [LIST]


@pytest.mark.parametrize("source", ["https://lists.example/a.txt", "/srv/list.txt", "list.txt", "./odd:name"])
def test_url_or_path_is_a_source(source: str) -> None:
    sources.check(source)


@pytest.mark.parametrize(
    "source", ["file:///etc/passwd", "ftp://a.example/x", "data:,x", "http://", "", "a\nb"]
)
def test_anything_else_is_no_source(source: str) -> None:
    with pytest.raises(UsageError) as caught:
        sources.check(source)
    assert caught.value.hint


def test_path_is_no_source_from_afar() -> None:
    sources.check("https://lists.example/a.txt", files=False)
    with pytest.raises(UsageError, match="not a URL"):
        sources.check("/etc/passwd", files=False)


def test_source_is_shown_without_credentials() -> None:
    assert sources.shown("https://me:secret@lists.example/a?key=1") == "https://lists.example/a?…"
    assert sources.shown("https://me:sec/ret@lists.example:x/") == "the list's URL"
    assert sources.shown("/srv/list.txt") == "/srv/list.txt"


def test_http_client_is_not_loaded_until_it_is_needed() -> None:
    script = "import sys, gateway.policy.sources; sys.exit('httpcore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], timeout=60, check=False).returncode == 0
