"""The entrance: whoever says a password, a code or a setup token is heard here, and slowed where it is wrong."""

import math
import threading
import time

from fastapi import Request

from api.auth import codes
from api.auth.passwords import Passwords
from api.auth.throttle import Throttle
from api.box import ApiBox
from api.problems import Refused
from gateway import setup_link
from gateway.author import Author
from gateway.store import accounts, logins
from gateway.store.accounts import ADMIN, Account
from gateway.store.engine import Session

MAX_KNOWN = 256  # addresses from which somebody has logged in


class Entrance:
    """One for an app. Any thread may use it."""

    def __init__(self) -> None:
        self.passwords = Passwords()
        self._lock = threading.Lock()
        self._addresses = Throttle(free=5, most=300.0, forget=3600.0)
        # Short: nobody is to be kept out for long because somebody elsewhere guesses.
        self._account = Throttle(free=20, most=10.0, forget=900.0)
        # Whoever has the password and guesses the code: that is no mistyping any more.
        self._codes = Throttle(free=5, most=300.0, forget=3600.0)
        self._known: dict[str, None] = {}

    def prove(self, box: ApiBox, address: str, password: str, code: str) -> Account:
        """The account whose password and, if it has a second factor, code these are. Raises Refused."""
        self._admit(box, address)
        with box.works.reading() as session:
            account = accounts.find_account(session)
        if account is None:
            raise Refused(
                409, "no password is set yet", hint="open the setup link, or `hushgate account setup-link`"
            )
        if not self.passwords.fits(account.password, password) or not self._spend(box, account, code):
            with box.works.noting(Author("somebody", address), "login failed"):
                pass
            raise Refused(401, "password or code is wrong", hint="the code is needed with a second factor")
        self.passed(address)
        return account

    def passed(self, address: str) -> None:
        """It was the right one: its failures are forgiven."""
        with self._lock:
            self._addresses.passed(address)
            self._account.passed(ADMIN)
            self._codes.passed(ADMIN)
            self._known.pop(address, None)
            self._known[address] = None
            if len(self._known) > MAX_KNOWN:
                del self._known[next(iter(self._known))]

    def check_setup(self, box: ApiBox, address: str, token: str) -> None:
        """Is it the token of the setup link? Raises Refused. It is not spent by this."""
        self._admit(box, address)
        with box.works.reading() as session:
            if setup_link.is_valid(session, token, time.time()):
                return
            done = accounts.find_account(session) is not None
        with box.works.noting(Author("somebody", address), "setup refused"):
            pass
        if done:
            raise Refused(
                409, "a password is set already", hint="log in, or `hushgate account reset` on the box"
            )
        raise Refused(403, "this setup link is not valid, or no longer", hint="`hushgate account setup-link`")

    def _admit(self, box: ApiBox, address: str) -> None:
        """One more attempt from there. Raises Refused where it is too soon."""
        now = time.monotonic()
        known = self._is_known(box, address)
        with self._lock:
            wait = self._addresses.wait(address, now)
            if not known:
                wait = max(wait, self._account.wait(ADMIN, now))
            if not wait:
                self._addresses.charge(address, now)
                self._account.charge(ADMIN, now)
        if wait:
            raise _later(wait)

    def _is_known(self, box: ApiBox, address: str) -> bool:
        """Has somebody logged in from there? Then the guessing of others is not their business."""
        if address in self._known:
            return True
        with box.works.reading() as session:
            return any(login.address == address for login in logins.list_logins(session, time.time()))

    def _spend(self, box: ApiBox, account: Account, code: str) -> bool:
        if not account.totp:
            return True
        now = time.monotonic()
        with self._lock:
            wait = self._codes.wait(ADMIN, now) if code else 0.0
            if code and not wait:
                self._codes.charge(ADMIN, now)
        if wait:
            raise _later(wait)
        with box.works.noting() as session:
            return spend(session, account, code, time.time())


def spend(session: Session, account: Account, code: str, now: float) -> bool:
    """Is it a code of the account's second factor that was not used before? Then it is used now."""
    step = codes.step_of(account.totp, code, now)
    if step is not None:
        return accounts.use_step(session, step)
    form = codes.recovery_form(code)
    return bool(form) and accounts.use_recovery(session, form)


def get_entrance(request: Request) -> Entrance:
    """That of the app."""
    entrance: Entrance = request.app.state.entrance
    return entrance


def _later(wait: float) -> Refused:
    seconds = math.ceil(wait)
    return Refused(
        429,
        f"too many failures: wait {seconds} s",
        hint="from another device it may go sooner",
        headers={"Retry-After": str(seconds)},
    )
