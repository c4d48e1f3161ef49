"""The tables of the policy: small and precious. Rows never leave the store; frozen values do."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, MetaData, UniqueConstraint
from sqlmodel import Field, SQLModel

from gateway.model import BlockedAnswer, Mode, Profile


class PolicyTable(SQLModel):
    """Base of the policy's tables: metadata of their own, for on SQLite the log is another file."""

    metadata = MetaData()


def _one_of(column: str, values: list[str]) -> CheckConstraint:
    allowed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=f"{column}_known")


class GroupTable(PolicyTable, table=True):
    """Devices that are treated alike."""

    __tablename__ = "group"
    __table_args__ = (
        _one_of("profile", list(Profile)),
        _one_of("mode", list(Mode)),
        _one_of("answer", list(BlockedAnswer)),
        CheckConstraint("length(name) BETWEEN 1 AND 64", name="name_length"),
    )

    name: str = Field(primary_key=True)
    profile: str
    mode: str
    answer: str
    inherit: bool
    catalogue: bool
    comment: str
    schedule: str = ""  # JSON, see gateway/schedule.py; "" for none


class RuleTable(PolicyTable, table=True):
    """A rule that a user wrote."""

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("group", "text", "origin", name="rule_once_a_group"),
        # An id is the rule's number in the log: it must never come to mean another rule.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    text: str
    group: str = Field(sa_column_args=[ForeignKey("group.name", onupdate="CASCADE", ondelete="CASCADE")])
    comment: str
    enabled: bool
    created: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)
    tags: str = ""  # joined by commas
    origin: str = ""  # "bundle:NAME" where a bundle brought it; "" for the user's own
    changed: int = Field(default=0, sa_type=BigInteger)


class DeviceTable(PolicyTable, table=True):
    """A device, known by its MAC where the neighbour table tells it, else by its IP address."""

    __tablename__ = "device"
    __table_args__ = (UniqueConstraint("address", name="device_address"),)

    id: int | None = Field(default=None, primary_key=True)
    address: str
    name: str
    kind: str
    group: str = Field(sa_column_args=[ForeignKey("group.name", onupdate="CASCADE")])
    tags: str  # joined by commas
    first_seen: int = Field(sa_type=BigInteger)
    last_seen: int = Field(sa_type=BigInteger)


class AddressTable(PolicyTable, table=True):
    """An IP address that a device known by its MAC has, or had."""

    __tablename__ = "address"

    address: str = Field(primary_key=True)
    device_key: str = Field(index=True)
    seen: int = Field(sa_type=BigInteger)


class ListTable(PolicyTable, table=True):
    """A subscribed list and what is known of its last good copy."""

    __tablename__ = "list"
    __table_args__ = (
        UniqueConstraint("name", name="list_name"),
        # The log names lists, the policy files number them: a number is not used again.
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    name: str
    source: str
    syntax: str
    enabled: bool
    version: str
    etag: str
    last_modified: str
    fetched: int = Field(sa_type=BigInteger)
    rules: int
    refused: int
    error: str
    origin: str = ""  # "bundle:NAME" where a bundle brought it


class ListGroupTable(PolicyTable, table=True):
    """Which groups a list counts for. `position` keeps the user's order."""

    __tablename__ = "list_group"

    list_id: int = Field(primary_key=True, sa_column_args=[ForeignKey("list.id", ondelete="CASCADE")])
    group: str = Field(
        primary_key=True, sa_column_args=[ForeignKey("group.name", onupdate="CASCADE", ondelete="CASCADE")]
    )
    position: int


class PauseTable(PolicyTable, table=True):
    """Nothing is blocked for whom this names until then."""

    __tablename__ = "pause"
    __table_args__ = (
        _one_of("scope", ["all", "group", "device"]),
        UniqueConstraint("scope", "target", name="pause_once"),
    )

    id: int | None = Field(default=None, primary_key=True)
    scope: str
    target: str
    until: int = Field(sa_type=BigInteger)
    boot_until: float
    boot_id: str


class GenerationTable(PolicyTable, table=True):
    """A policy that was published."""

    __tablename__ = "generation"

    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    created: int = Field(sa_type=BigInteger)
    cause: str
    counts: str  # JSON object: what → how many
    author: str = ""
    whence: str = ""  # the author's address
    state: bytes | None = Field(default=None, sa_type=LargeBinary)  # see snapshots.py; NULL for old ones


class BundleKeyTable(PolicyTable, table=True):
    """A key whose bundles are trusted."""

    __tablename__ = "bundle_key"

    id: str = Field(primary_key=True)  # minisign's key id, 16 hexadecimal digits in upper case
    name: str
    public_key: str
    created: int = Field(sa_type=BigInteger)


class BundleTable(PolicyTable, table=True):
    """A signed bundle that is in force, or is to be fetched."""

    __tablename__ = "bundle"

    name: str = Field(primary_key=True)
    url: str  # "" for one that was handed in
    key_id: str
    version: int = Field(sa_type=BigInteger)
    issued: int = Field(sa_type=BigInteger)
    expires: int = Field(sa_type=BigInteger)
    sha256: str  # of the bundle's file
    content: bytes | None = Field(default=None, sa_type=LargeBinary)  # its catalogue (JSON); the rest is rows
    applied: int = Field(sa_type=BigInteger)
    fetched: int = Field(sa_type=BigInteger)
    error: str
    highest: int = Field(sa_type=BigInteger)  # version ever applied: none goes back
