"""minisign's files: ours are theirs and theirs are ours; no changed byte goes unnoticed."""

import base64
import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bundles import minisign
from gateway.bundles.minisign import MinisignFault, PublicKey, Signature
from tests.fakes.publisher import needs_minisign, run_minisign

KEY = minisign.made_key(bytes(range(40)))
OTHER = minisign.made_key(bytes(range(1, 41)))
MESSAGE = b"what was signed"
SIGNATURE = minisign.sign(MESSAGE, KEY, "timestamp:1\tfile:a")
FILE = minisign.write_signature(SIGNATURE)
SMALL = 32768  # scrypt's least work

comments = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF).filter(str.isprintable), max_size=50)


def made_by_minisign(folder: Path, *options: str, password: str = "") -> tuple[Path, Path]:
    secret, public = folder / "secret", folder / "public"
    done = run_minisign("-G", *options, "-s", secret, "-p", public, password=password)
    assert not done.returncode, done.stderr
    return secret, public


@needs_minisign
@pytest.mark.parametrize("legacy", [False, True])
def test_what_minisign_signs_is_verified(tmp_path: Path, legacy: bool) -> None:
    secret, public = made_by_minisign(tmp_path, "-W")
    file = tmp_path / "file"
    file.write_bytes(MESSAGE)
    done = run_minisign("-S", *(["-l"] if legacy else []), "-s", secret, "-m", file, "-t", "a comment")
    assert not done.returncode, done.stderr
    signature = minisign.read_signature((tmp_path / "file.minisig").read_bytes())
    assert (signature.hashed, signature.trusted_comment) == (not legacy, "a comment")
    key = minisign.read_public_key(public.read_bytes())
    assert minisign.verify(MESSAGE, signature, [OTHER.public, key]) == key
    assert minisign.write_signature(signature) == (tmp_path / "file.minisig").read_bytes()
    assert minisign.write_public_key(key) == public.read_bytes()
    assert minisign.read_public_key(key.line) == key


def test_a_key_is_shown_as_minisign_shows_it() -> None:
    key = PublicKey("00A1B2C3D4E5F607", KEY.public.key)
    assert b"public key A1B2C3D4E5F607\n" in minisign.write_public_key(key)
    assert minisign.read_public_key(minisign.write_public_key(key)) == key


@needs_minisign
@pytest.mark.parametrize("password", ["", "pass wörd"])
def test_what_is_signed_with_minisigns_key_minisign_verifies(tmp_path: Path, password: str) -> None:
    secret, public = made_by_minisign(tmp_path, *([] if password else ["-W"]), password=password)
    sealed = minisign.read_secret_key(secret.read_bytes())
    assert sealed.encrypted == bool(password)
    key = minisign.open_secret_key(sealed, password)
    assert key.public == minisign.read_public_key(public.read_bytes())
    file = tmp_path / "file"
    file.write_bytes(MESSAGE)
    (tmp_path / "file.minisig").write_bytes(minisign.write_signature(minisign.sign(MESSAGE, key, "ours")))
    done = run_minisign("-V", "-p", public, "-m", file)
    assert not done.returncode, done.stderr
    assert "Trusted comment: ours" in done.stdout


@needs_minisign
@pytest.mark.parametrize("password", ["", "secret"])
def test_minisign_signs_with_a_key_that_we_made(tmp_path: Path, password: str) -> None:
    secret, public, file = tmp_path / "secret", tmp_path / "public", tmp_path / "file"
    secret.write_bytes(minisign.write_secret_key(KEY, password, salt=bytes(32), ops=SMALL, memory=1 << 24))
    public.write_bytes(minisign.write_public_key(KEY.public))
    file.write_bytes(MESSAGE)
    assert not run_minisign("-S", "-s", secret, "-m", file, password=password).returncode
    assert not run_minisign("-V", "-p", public, "-m", file).returncode


@pytest.mark.parametrize("password", ["", "secret"])
def test_a_secret_key_comes_back_and_is_never_shown(password: str) -> None:
    written = minisign.write_secret_key(KEY, password, salt=b"s" * 32, ops=SMALL, memory=1 << 22)
    sealed = minisign.read_secret_key(written)
    assert minisign.open_secret_key(sealed, password) == KEY
    assert repr(KEY) == f"SecretKey({KEY.id})"
    assert repr(sealed) == f"SealedKey(encrypted={bool(password)})"


def test_a_wrong_password_is_said() -> None:
    written = minisign.write_secret_key(KEY, "right", salt=bytes(32), ops=SMALL, memory=1 << 22)
    with pytest.raises(MinisignFault, match="wrong password"):
        minisign.open_secret_key(minisign.read_secret_key(written), "wrong")


def test_no_file_makes_us_work_for_hours() -> None:
    written = minisign.write_secret_key(KEY, "right", salt=bytes(32), ops=SMALL, memory=1 << 22)
    head, line = written.decode().splitlines()
    body = bytearray(base64.b64decode(line))
    body[38:46] = (1 << 40).to_bytes(8, "little")
    with pytest.raises(MinisignFault, match="more work"):
        minisign.read_secret_key(f"{head}\n{base64.b64encode(body).decode()}\n")


def test_a_damaged_secret_key_is_refused() -> None:
    head, line = minisign.write_secret_key(KEY).decode().splitlines()
    for at in (62, 80, 100, 130):  # id, seed, public key, sum
        body = bytearray(base64.b64decode(line))
        body[at] ^= 1
        with pytest.raises(MinisignFault, match="damaged"):
            minisign.open_secret_key(minisign.read_secret_key(f"{head}\n{base64.b64encode(body).decode()}\n"))


@given(st.binary(max_size=300), comments)
def test_what_is_signed_is_verified(message: bytes, comment: str) -> None:
    signature = minisign.sign(message, KEY, comment)
    assert minisign.read_signature(minisign.write_signature(signature)) == signature
    assert minisign.verify(message, signature, [KEY.public]) == KEY.public


@given(st.integers(0, len(FILE) - 1), st.integers(1, 255))
def test_no_byte_of_a_signature_can_be_changed(at: int, flip: int) -> None:
    changed = bytearray(FILE)
    changed[at] ^= flip
    untrusted = FILE.index(b"\n")  # nobody signs that line, and nobody shows it
    try:
        signature = minisign.read_signature(bytes(changed))
        minisign.verify(MESSAGE, signature, [KEY.public])
    except MinisignFault:
        return
    same = Signature(
        SIGNATURE.key_id,
        SIGNATURE.hashed,
        SIGNATURE.signature,
        SIGNATURE.trusted_comment,
        SIGNATURE.global_signature,
        signature.untrusted_comment,
    )
    assert signature == same
    assert at < untrusted


@given(st.binary(max_size=60).filter(lambda data: data != MESSAGE))
def test_a_signature_is_of_one_message_only(message: bytes) -> None:
    with pytest.raises(MinisignFault, match="not of this file"):
        minisign.verify(message, SIGNATURE, [KEY.public])


def test_a_key_that_is_not_trusted_is_named() -> None:
    with pytest.raises(MinisignFault, match=KEY.id) as caught:
        minisign.verify(MESSAGE, SIGNATURE, [OTHER.public])
    assert "keys add" in caught.value.hint


@pytest.mark.parametrize("key", [OTHER.public.key, bytes(32), b"\xff" * 32])
def test_another_key_under_the_same_id_verifies_nothing(key: bytes) -> None:
    with pytest.raises(MinisignFault, match="not of this file"):
        minisign.verify(MESSAGE, SIGNATURE, [PublicKey(KEY.id, key)])


def test_a_changed_trusted_comment_is_said() -> None:
    changed = FILE.replace(b"timestamp:1", b"timestamp:2")
    with pytest.raises(MinisignFault, match="trusted comment was changed"):
        minisign.verify(MESSAGE, minisign.read_signature(changed), [KEY.public])


def test_a_signature_passed_off_as_the_other_kind_is_refused() -> None:
    head, line, *rest = FILE.decode().splitlines()
    other = base64.b64encode(b"Ed" + base64.b64decode(line)[2:]).decode()
    with pytest.raises(MinisignFault, match="not of this file"):
        minisign.verify(MESSAGE, minisign.read_signature("\n".join((head, other, *rest))), [KEY.public])


def test_line_ends_of_windows_are_taken() -> None:
    assert minisign.read_signature(FILE.replace(b"\n", b"\r\n")) == SIGNATURE


@pytest.mark.parametrize("comment", ["a\nb", "\x1b[31m", "\x7f", "\u202e", "x" * 9000])
def test_a_comment_that_is_no_line_of_text_is_not_signed(comment: str) -> None:
    with pytest.raises(MinisignFault, match="comment"):
        minisign.sign(MESSAGE, KEY, comment)


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400)))
def test_whatever_is_read_is_a_value_or_one_fault(data: bytes | str) -> None:
    for read in (minisign.read_public_key, minisign.read_signature, minisign.read_secret_key):
        with pytest.raises(MinisignFault):
            read(data)


@given(st.data())
def test_what_almost_is_a_file_of_minisigns_is_a_value_or_one_fault(data: st.DataObject) -> None:
    files = (
        (minisign.read_public_key, minisign.write_public_key(KEY.public)),
        (minisign.read_signature, FILE),
        (minisign.read_secret_key, minisign.write_secret_key(KEY)),
    )
    read, whole = data.draw(st.sampled_from(files))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, len(whole)))
    with contextlib.suppress(MinisignFault):
        read(whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(MinisignFault, match="too large"):
        minisign.read_signature(b"x" * (minisign.MAX_FILE + 1))
