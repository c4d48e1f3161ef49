"""Passwords: what is one, how it is kept, and that checking them does not eat up the box."""

import contextlib
import threading
import unicodedata
from collections.abc import Iterator

from api.problems import Refused
from gateway.errors import UsageError

MIN_LENGTH = 10  # characters; without rules of composition, NIST SP 800-63B §3.1.1.2
MAX_LENGTH = 1000
# Of OWASP's equal choices the one with little memory: 0.03 s on a desktop, some 0.2 s on a Raspberry Pi 3.
TIME_COST = 4
MEMORY_KB = 9216
AT_ONCE = 1  # check; all others wait: a flood shall eat neither the processor nor the memory
MAX_WAITING = 3  # so that routes keep some of their threads
PATIENCE = 5.0  # seconds that one waits for its turn

# The commonest of this length (SP 800-63B asks for such a list).
_COMMON = frozenset(
    {
        "1234567890",
        "0123456789",
        "0987654321",
        "9876543210",
        "12345678910",
        "123456789a",
        "1q2w3e4r5t",
        "q1w2e3r4t5",
        "1qaz2wsx3edc",
        "qwertyuiop",
        "qwerty1234",
        "qwerty12345",
        "qwertz1234",
        "qwertzuiop",
        "asdfghjkl1",
        "password12",
        "password123",
        "password1234",
        "passwort123",
        "passw0rd123",
        "iloveyou123",
        "abcdefghij",
        "abcd123456",
        "abc1234567",
        "administrator",
        "hushgate12",
        "hushgate123",
        "letmein123",
        "welcome123",
        "changeme123",
    }
)


class Passwords:
    """Makes and checks the hashes, a few at a time. Any thread may use it."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._waiting = threading.BoundedSemaphore(AT_ONCE + MAX_WAITING)

    def hashed(self, password: str) -> str:
        """As it is stored. Raises UsageError where it is no good password, Refused where too many wait."""
        chosen = unicodedata.normalize("NFKC", password)
        if len(chosen) < MIN_LENGTH:
            raise UsageError(
                f"the password is shorter than {MIN_LENGTH} characters", hint="a few words will do"
            )
        if len(password) > MAX_LENGTH:
            raise UsageError(f"the password is longer than {MAX_LENGTH} characters")
        if "\0" in chosen:
            raise UsageError("the password holds a NUL character")
        if chosen.lower() in _COMMON or len(set(chosen)) == 1:
            raise UsageError("this password is among the first that are guessed", hint="a few words will do")
        import argon2  # 3 MB that are needed only now

        with self._turn():
            hasher = argon2.PasswordHasher(TIME_COST, MEMORY_KB, 1)
            return hasher.hash(chosen)

    def fits(self, stored: str, password: str) -> bool:
        """Is it the one? Raises Refused where too many wait."""
        import argon2

        if len(password) > MAX_LENGTH:
            return False
        with self._turn():
            try:
                return argon2.PasswordHasher().verify(stored, unicodedata.normalize("NFKC", password))
            except (argon2.exceptions.VerificationError, ValueError):
                return False  # no hash, or one that wants more memory than there is, fits nothing either

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._waiting.acquire(blocking=False):
            raise _busy()
        try:
            if not self._turns.acquire(timeout=PATIENCE):
                raise _busy()
            try:
                yield
            finally:
                self._turns.release()
        finally:
            self._waiting.release()


def _busy() -> Refused:
    return Refused(
        429, "too many passwords are being checked", hint="try again", headers={"Retry-After": "2"}
    )
