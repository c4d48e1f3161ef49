"""The tables of the log. What repeats is a number in `log_event`; the words stand in tables of their own.

`log_event` has no index besides its id, which follows the order of writing and so nearly that of time. Small
tables say instead in which *blocks* of ids a name, device, outcome … occurs, and `log_span` which ids an hour
has. So a row is cheap to write and to keep, and a search reads a few blocks.

Sums are kept by the hour, and again by the day (UTC) for the days that are over (see days.py).
"""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, MetaData, Table, UniqueConstraint
from sqlmodel import Field, SQLModel

BLOCK = 512  # ids: small enough to be scanned in 0.1 ms, large enough that frequent names share entries

# On SQLite only INTEGER PRIMARY KEY is the row's own address.
_BIG_ID = BigInteger().with_variant(Integer, "sqlite")
# The whole row lives in its key's tree: half the space of a table beside an index.
_KEY_ONLY = {"sqlite_with_rowid": False}


class JournalTable(SQLModel):
    """Base of the log's tables: metadata of their own, for on SQLite they are another file."""

    metadata = MetaData()


class DeviceRow(JournalTable, table=True):
    """A device that asked: its key, which is its MAC where that is known, else its address."""

    __tablename__ = "log_device"

    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(unique=True)
    first: int = Field(sa_type=BigInteger)  # Unix seconds of its first and last event
    last: int = Field(sa_type=BigInteger)


class NameRow(JournalTable, table=True):
    """A domain name, as gateway.names.to_text writes it: ASCII, whatever bytes were asked for."""

    __tablename__ = "log_name"

    id: int | None = Field(default=None, primary_key=True)
    text: str = Field(unique=True)
    first: int = Field(sa_type=BigInteger, index=True)  # Unix seconds of its first event, of whatever device


class OutcomeRow(JournalTable, table=True):
    """What attempts have in common that ended alike: what the roll-ups count by."""

    __tablename__ = "log_outcome"
    __table_args__ = (
        UniqueConstraint(
            "channel", "action", "layer", "list", "company", "purpose", "country", name="log_outcome_once"
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str
    action: str
    layer: str
    list: str
    company: str
    purpose: str
    country: str


class VerdictRow(JournalTable, table=True):
    """An outcome and the line that led to it."""

    __tablename__ = "log_verdict"
    __table_args__ = (Index("log_verdict_line", "outcome_id", "line"),)

    id: int | None = Field(default=None, primary_key=True)
    outcome_id: int
    line: int
    text: str


class EventTableRow(JournalTable, table=True):
    """One event. No foreign keys: each would cost a look-up, and the ids come from the same transaction."""

    __tablename__ = "log_event"

    id: int = Field(primary_key=True, sa_type=_BIG_ID, sa_column_kwargs={"autoincrement": False})
    time: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    device_id: int
    name_id: int | None
    verdict_id: int
    generation: int
    count: int
    type: int
    port: int
    address: bytes | None = Field(sa_type=LargeBinary)  # 4 or 16 bytes; other text after a NUL; NULL for none


class SpanRow(JournalTable, table=True):
    """Between which ids the events of an hour lie. Others may lie there too."""

    __tablename__ = "log_span"
    __table_args__ = _KEY_ONLY

    hour: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    first_id: int = Field(sa_type=BigInteger)
    last_id: int = Field(sa_type=BigInteger)
    rows: int


class NameBlock(JournalTable, table=True):
    """In which blocks a name occurs."""

    __tablename__ = "log_name_block"
    __table_args__ = _KEY_ONLY

    name_id: int = Field(primary_key=True)
    block: int = Field(primary_key=True)


class DeviceBlock(JournalTable, table=True):
    """In which blocks a device occurs."""

    __tablename__ = "log_device_block"
    __table_args__ = _KEY_ONLY

    device_id: int = Field(primary_key=True)
    block: int = Field(primary_key=True)


class OutcomeBlock(JournalTable, table=True):
    """In which blocks an outcome occurs."""

    __tablename__ = "log_outcome_block"
    __table_args__ = _KEY_ONLY

    outcome_id: int = Field(primary_key=True)
    block: int = Field(primary_key=True)


class VerdictBlock(JournalTable, table=True):
    """In which blocks a verdict that names a rule occurs."""

    __tablename__ = "log_verdict_block"
    __table_args__ = _KEY_ONLY

    verdict_id: int = Field(primary_key=True)
    block: int = Field(primary_key=True)


class TypeBlock(JournalTable, table=True):
    """In which blocks a record type occurs."""

    __tablename__ = "log_type_block"
    __table_args__ = _KEY_ONLY

    type: int = Field(primary_key=True)
    block: int = Field(primary_key=True)


class AddressBlock(JournalTable, table=True):
    """In which blocks an address occurs, packed as in log_event."""

    __tablename__ = "log_address_block"
    __table_args__ = _KEY_ONLY

    address: bytes = Field(primary_key=True, sa_type=LargeBinary)
    block: int = Field(primary_key=True)


class HourTotal(JournalTable, table=True):
    """Roll-up: what a device came to in an hour."""

    __tablename__ = "log_hour_total"
    __table_args__ = _KEY_ONLY

    hour: int = Field(primary_key=True)
    device_id: int = Field(primary_key=True)
    outcome_id: int = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)


class HourName(JournalTable, table=True):
    """Roll-up: which names a device asked for in an hour."""

    __tablename__ = "log_hour_name"
    __table_args__ = _KEY_ONLY

    hour: int = Field(primary_key=True)
    device_id: int = Field(primary_key=True)
    name_id: int = Field(primary_key=True)
    outcome_id: int = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)


class DayTotal(JournalTable, table=True):
    """Roll-up: what a device came to in a day."""

    __tablename__ = "log_day_total"
    __table_args__ = _KEY_ONLY

    day: int = Field(primary_key=True)
    device_id: int = Field(primary_key=True)
    outcome_id: int = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)


class DayName(JournalTable, table=True):
    """Roll-up: which names a device asked for in a day; as device 0, which names all of them did."""

    __tablename__ = "log_day_name"
    __table_args__ = _KEY_ONLY

    day: int = Field(primary_key=True)
    device_id: int = Field(primary_key=True)
    name_id: int = Field(primary_key=True)
    outcome_id: int = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)


class DayHit(JournalTable, table=True):
    """Roll-up: how often a rule decided in a day, and when last. Of all devices together."""

    __tablename__ = "log_day_hit"
    __table_args__ = _KEY_ONLY

    day: int = Field(primary_key=True)
    verdict_id: int = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    last: int = Field(sa_type=BigInteger)  # Unix seconds


class ContactRow(JournalTable, table=True):
    """When a device first had to do with a company."""

    __tablename__ = "log_contact"
    __table_args__ = _KEY_ONLY

    device_id: int = Field(primary_key=True)
    company: str = Field(primary_key=True)
    first: int = Field(sa_type=BigInteger)  # Unix seconds


class NoticeRow(JournalTable, table=True):
    """An event for people, see notices.py."""

    __tablename__ = "log_notice"

    id: int = Field(primary_key=True, sa_type=_BIG_ID, sa_column_kwargs={"autoincrement": False})
    time: int = Field(sa_type=BigInteger)
    kind: str
    device: str  # its key; "" where it is about none
    subject: str
    detail: str


class SenderRow(JournalTable, table=True):
    """How far each sender's batches are stored: what is sent twice is stored once."""

    __tablename__ = "log_sender"

    sender: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    dropped: int = Field(sa_type=BigInteger)
    seen: int = Field(sa_type=BigInteger)


class MarkRow(JournalTable, table=True):
    """Single numbers, see marks.py."""

    __tablename__ = "log_mark"

    name: str = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)


def _table(name: str) -> Table:
    return JournalTable.metadata.tables[name]


DEVICE = _table("log_device")
NAME = _table("log_name")
OUTCOME = _table("log_outcome")
VERDICT = _table("log_verdict")
EVENT = _table("log_event")
SPAN = _table("log_span")
NAME_BLOCK = _table("log_name_block")
DEVICE_BLOCK = _table("log_device_block")
OUTCOME_BLOCK = _table("log_outcome_block")
HOUR_TOTAL = _table("log_hour_total")
HOUR_NAME = _table("log_hour_name")
VERDICT_BLOCK = _table("log_verdict_block")
TYPE_BLOCK = _table("log_type_block")
ADDRESS_BLOCK = _table("log_address_block")
DAY_TOTAL = _table("log_day_total")
DAY_NAME = _table("log_day_name")
DAY_HIT = _table("log_day_hit")
CONTACT = _table("log_contact")
NOTICE = _table("log_notice")
SENDER = _table("log_sender")
MARK = _table("log_mark")
