import threading

import pytest

from api.auth import passwords
from api.auth.passwords import AT_ONCE, MAX_LENGTH, MAX_WAITING, MIN_LENGTH, Passwords
from api.problems import Refused
from gateway.errors import UsageError


def test_a_password_fits_its_own_hash() -> None:
    made = Passwords()
    stored = made.hashed("correct horse")
    assert stored.startswith("$argon2id$")
    assert "horse" not in stored
    assert made.fits(stored, "correct horse")
    assert not made.fits(stored, "correct horsf")
    assert not made.fits(stored, "")
    assert not made.fits(stored, "x" * (MAX_LENGTH + 1))
    assert made.hashed("correct horse") != stored


def test_the_same_letters_typed_on_another_keyboard_are_the_same() -> None:
    made = Passwords()
    assert made.fits(made.hashed("gr\u00fc\u00dfe aus k\u00f6ln"), "gru\u0308\u00dfe aus ko\u0308ln")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("x" * (MIN_LENGTH - 1), "shorter than 10"),
        ("ab" * MAX_LENGTH, "longer than 1000"),
        ("correct\0horse", "NUL"),
        ("Password123", "first that are guessed"),
        ("aaaaaaaaaaaaaaa", "first that are guessed"),
    ],
)
def test_what_is_no_good_password_is_refused(password: str, reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        Passwords().hashed(password)


def test_the_longest_and_the_shortest_are_taken() -> None:
    made = Passwords()
    for password in ("zebra-word", "ab" * (MAX_LENGTH // 2), "pass phrase of words"):
        assert made.fits(made.hashed(password), password)


def test_a_flood_of_guesses_is_turned_away_instead_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 30.0)
    made = Passwords()
    inside, go_on = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with made._turn():
            inside.release()
            go_on.wait(30)

    holders = [threading.Thread(target=hold) for _ in range(AT_ONCE + MAX_WAITING)]
    for one in holders:
        one.start()
    for _ in range(AT_ONCE):
        assert inside.acquire(timeout=30)
    refused = False
    while not refused:  # until all that may wait do so
        attempt = made._waiting.acquire(blocking=False)
        refused = not attempt
        if attempt:
            made._waiting.release()
    with pytest.raises(Refused) as error:
        made.fits("x", "y")
    assert error.value.status == 429
    go_on.set()
    for one in holders:
        one.join(30)


def test_whoever_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE", 0.01)
    made = Passwords()
    with made._turn(), pytest.raises(Refused):
        made.fits("x", "y")
