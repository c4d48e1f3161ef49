"""The tables of the control API: who may come in, what they did, whom to tell. Rows never leave the store."""

from sqlalchemy import BigInteger, LargeBinary, UniqueConstraint
from sqlmodel import Field

from gateway.store.tables import PolicyTable


class AccountTable(PolicyTable, table=True):
    """Who may log in with a password."""

    __tablename__ = "account"

    name: str = Field(primary_key=True)
    password: str  # argon2's own text
    totp: str  # the secret in base32; "" for no second factor
    totp_last: int = Field(sa_type=BigInteger)  # the time step used last: no code counts twice
    recovery: str  # JSON list of hashes
    created: int = Field(sa_type=BigInteger)
    changed: int = Field(sa_type=BigInteger)


class SessionTable(PolicyTable, table=True):
    """A browser that has logged in."""

    __tablename__ = "session"

    id: str = Field(primary_key=True)  # SHA-256 of the cookie's value, in hex
    account: str
    created: int = Field(sa_type=BigInteger)
    seen: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)
    address: str
    agent: str
    csrf: str  # SHA-256 of the token that goes with each change, in hex


class TokenTable(PolicyTable, table=True):
    """A token of a program."""

    __tablename__ = "token"
    __table_args__ = (
        UniqueConstraint("name", name="token_name"),
        UniqueConstraint("hash", name="token_hash"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    hash: str  # SHA-256 in hex: a token has 256 random bits, which nobody guesses from it
    scopes: str  # joined by commas
    created: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)  # 0 for never
    last_used: int = Field(sa_type=BigInteger)
    last_address: str


class SecretTable(PolicyTable, table=True):
    """Small things the server keeps to itself."""

    __tablename__ = "secret"

    name: str = Field(primary_key=True)
    value: str
    changed: int = Field(sa_type=BigInteger)


class AuditTable(PolicyTable, table=True):
    """Who changed what, and from where."""

    __tablename__ = "audit"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    time: int = Field(sa_type=BigInteger)
    who: str
    whence: str
    action: str
    target: str
    detail: str  # JSON
    generation: int  # 0 where no verdict changed


class IdempotencyTable(PolicyTable, table=True):
    """The answer to a request that may be sent again."""

    __tablename__ = "idempotency"

    key: str = Field(primary_key=True)  # SHA-256 of principal and key, in hex
    created: int = Field(sa_type=BigInteger)
    request: str  # SHA-256 of method, path and body, in hex
    status: int
    body: bytes = Field(sa_type=LargeBinary)


class WebhookTable(PolicyTable, table=True):
    """Where notices are sent."""

    __tablename__ = "webhook"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    url: str
    secret: str
    events: str  # joined by commas; "" for all
    enabled: bool
    created: int = Field(sa_type=BigInteger)
    cursor: int = Field(sa_type=BigInteger)  # the last notice that was delivered
    failures: int  # in a row
    last_time: int = Field(sa_type=BigInteger)
    last_error: str
    retry_at: int = Field(sa_type=BigInteger)
    lost: int  # notices that could not be delivered in time
