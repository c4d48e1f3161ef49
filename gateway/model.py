"""Values that every room shares. Frozen; replaced, never edited."""

from enum import StrEnum

import msgspec

from gateway.names import Name


class Action(StrEnum):
    """What became of an attempt."""

    ALLOWED = "allowed"
    BLOCKED = "blocked"
    REWRITTEN = "rewritten"
    OBSERVED = "observed"  # would have been blocked, but its group only observes
    REFUSED = "refused"  # answered by nobody: rate limit, rebinding, a failed upstream


class Channel(StrEnum):
    """How the attempt came to us."""

    DNS = "dns"
    IP = "ip"
    TLS = "tls"
    QUIC = "quic"
    HTTP = "http"
    SINKHOLE = "sinkhole"
    PUSH = "push"


class Layer(StrEnum):
    """Whose word decided, in order of victory (see gateway/policy/decide.py)."""

    SPECIAL = "special"
    PAUSE = "pause"
    RULES = "rules"
    KEEP = "keep"
    SCHEDULE = "schedule"  # the group's schedule blocks everything now
    LISTS = "lists"
    CATALOGUE = "catalogue"
    ANSWER = "answer"  # what the upstream said was refused: rebinding, a bad answer, no answer
    LIMIT = "limit"  # too many queries from one client


class Profile(StrEnum):
    """How much of the catalogue blocks. Each contains the one before."""

    ESSENTIAL = "essential"
    BALANCED = "balanced"
    STRICT = "strict"


class Mode(StrEnum):
    """Does a group block, or only log what it would have blocked?"""

    ENFORCE = "enforce"
    OBSERVE = "observe"


class BlockedAnswer(StrEnum):
    """How a blocked query is answered. `auto`: the null address until a sinkhole can take the connection."""

    AUTO = "auto"
    NULL = "null"
    NXDOMAIN = "nxdomain"


class RuleRef(msgspec.Struct, frozen=True, array_like=True):
    """The one rule a verdict leads back to."""

    layer: Layer
    list: str  # the list, the group of a user's rule, the catalogue's file, or the link
    line: int  # line in the list, number of the user's rule; 0 where there is none
    text: str  # as written; "" where the keeper reads it from the list's copy


class Facts(msgspec.Struct, frozen=True):
    """What the catalogue knows of a host. Evidence and breakage are for `why`, the rest for each log row."""

    company: str
    purpose: str = ""
    country: str = ""
    product: str = ""
    data: str = ""
    format: str = ""
    breakage: str = ""
    confidence: str = ""
    evidence: str = ""
    pattern: str = ""


class Rewrite(msgspec.Struct, frozen=True):
    """What to answer instead (`$dnsrewrite`, dnsmasq `address=`, RPZ local data)."""

    rcode: int = 0
    cname: Name | None = None
    records: tuple[tuple[int, bytes], ...] = ()  # (type, uncompressed rdata)


class Verdict(msgspec.Struct, frozen=True):
    """What was decided for one name and who says so."""

    action: Action
    rule: RuleRef | None = None
    facts: Facts | None = None
    rewrite: Rewrite | None = None
    answer: BlockedAnswer = BlockedAnswer.AUTO
    generation: int = 0


class EventRow(msgspec.Struct, frozen=True, array_like=True):
    """What happened, coalesced to one second. `verdict` is an index into the batch's verdicts."""

    time: int  # Unix seconds
    device: str  # address of the device, as text
    channel: Channel
    name: Name | None
    type: int  # DNS record type; 0 where there is none
    address: str
    port: int
    verdict: int
    count: int
    bytes: int  # of the packets that came from the device


class VerdictRow(msgspec.Struct, frozen=True, array_like=True):
    """The part of a verdict that the log keeps."""

    action: Action
    layer: str
    list: str
    line: int
    text: str
    company: str
    purpose: str
    country: str
    generation: int


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """Events on their way to the keeper, which acknowledges (sender, sequence) after its commit."""

    sender: str  # one run of one role: "dns-0/4711/1700000000"
    sequence: int  # 1, 2, 3 … for each sender
    dropped: int  # events this sender has had to drop since it started
    verdicts: tuple[VerdictRow, ...]
    rows: tuple[EventRow, ...]


class Ack(msgspec.Struct, frozen=True, array_like=True):
    """`sequence` and all before it are durable."""

    sequence: int
