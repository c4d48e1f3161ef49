"""Who may log in with a password: one person so far, `admin`."""

import hashlib

import msgspec
from sqlmodel import Session, select

from gateway.errors import Conflict, Missing
from gateway.store.access_tables import AccountTable

ADMIN = "admin"


class Account(msgspec.Struct, frozen=True):
    """An account. Its repr tells no secrets."""

    name: str
    password: str  # argon2's own text
    totp: str  # the secret in base32; "" for no second factor
    totp_last: int  # the time step used last
    recovery: tuple[str, ...]  # hashes of codes not used yet
    created: int  # Unix seconds
    changed: int

    def __repr__(self) -> str:
        return f"Account({self.name!r})"


def find_account(session: Session, name: str = ADMIN) -> Account | None:
    """The account, if it has been set up."""
    row = session.get(AccountTable, name)
    return _value(row) if row else None


def add_account(session: Session, password: str, *, now: int, name: str = ADMIN) -> Account:
    """Set it up. Raises Conflict where it is there."""
    if session.exec(select(AccountTable.name).where(AccountTable.name == name)).first() is not None:
        raise Conflict("a password is set already", hint="log in, or forget it by `hushgate account reset`")
    row = AccountTable(
        name=name, password=password, totp="", totp_last=0, recovery="[]", created=now, changed=now
    )
    session.add(row)
    session.flush()
    return _value(row)


def set_password(session: Session, password: str, *, now: int, name: str = ADMIN) -> None:
    """Another password, hashed already. Raises Missing."""
    row = _row(session, name)
    row.password, row.changed = password, now
    session.add(row)
    session.flush()


def set_second_factor(
    session: Session, secret: str, codes: tuple[str, ...], *, step: int, now: int, name: str = ADMIN
) -> None:
    """TOTP by this secret, the code of `step` being used already; "" for none. `codes`: for recovery, as shown."""
    row = _row(session, name)
    row.totp, row.totp_last, row.recovery, row.changed = secret, step, _encoded(codes), now
    session.add(row)
    session.flush()


def set_recovery(session: Session, codes: tuple[str, ...], *, now: int, name: str = ADMIN) -> None:
    """Other recovery codes; those before count no more. Raises Missing."""
    row = _row(session, name)
    row.recovery, row.changed = _encoded(codes), now
    session.add(row)
    session.flush()


def use_step(session: Session, step: int, name: str = ADMIN) -> bool:
    """Spend the code of this time step. False where it, or a later one, was spent before."""
    row = _row(session, name)
    if step <= row.totp_last:
        return False
    row.totp_last = step
    session.add(row)
    session.flush()
    return True


def use_recovery(session: Session, code: str, name: str = ADMIN) -> bool:
    """Spend a recovery code. False where it is none, or was spent before."""
    row = _row(session, name)
    left = msgspec.json.decode(row.recovery, type=list[str])
    if hashed(code) not in left:
        return False
    left.remove(hashed(code))
    row.recovery = msgspec.json.encode(left).decode()
    session.add(row)
    session.flush()
    return True


def remove_account(session: Session, name: str = ADMIN) -> None:
    """Forget it. Raises Missing."""
    session.delete(_row(session, name))
    session.flush()


def hashed(code: str) -> str:
    """A recovery code as it is stored. It has 80 random bits: nobody finds it by trying."""
    return hashlib.sha256(code.encode()).hexdigest()


def _encoded(codes: tuple[str, ...]) -> str:
    return msgspec.json.encode([hashed(code) for code in codes]).decode()


def _row(session: Session, name: str) -> AccountTable:
    row = session.get(AccountTable, name)
    if row is None:
        raise Missing("no password is set yet", hint="`hushgate account setup-link` prints a link to set one")
    return row


def _value(row: AccountTable) -> Account:
    recovery = msgspec.json.decode(row.recovery, type=tuple[str, ...])
    return Account(row.name, row.password, row.totp, row.totp_last, recovery, row.created, row.changed)
