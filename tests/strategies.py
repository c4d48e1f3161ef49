"""What hypothesis makes DNS values of."""

from hypothesis import strategies as st

from gateway.dns.wire import Answer, Record
from gateway.iana import AAAA, CNAME, MX, NS, SOA, SRV, TXT, A
from gateway.names import MAX_NAME, ROOT, Name


def _name(labels: list[bytes]) -> Name:
    name = b""
    for label in labels:
        if len(name) + 1 + len(label) >= MAX_NAME:
            break
        name += bytes((len(label),)) + label
    return name + ROOT


def _short(text: str) -> bytes:
    return text.encode()[:63].decode(errors="ignore").encode()


any_labels = st.binary(min_size=1, max_size=63)
# dnslib reads labels in UTF-8 only; dots, NULs and blanks are welcome.
text_labels = st.one_of(
    st.sampled_from((b"www", b"WWW", b"example", b"org", b"a.b", b"nul\0", b"m\xc3\xbcnchen")),
    st.text(min_size=1, max_size=63).map(_short),
)

spelled_names = st.lists(any_labels, max_size=130).map(_name)
names = spelled_names.map(bytes.lower)
readable_names = st.lists(text_labels, max_size=8).map(_name)
ttls = st.integers(0, (1 << 31) - 1)


def _record(rtype: int, rdata: st.SearchStrategy[bytes]) -> st.SearchStrategy[Record]:
    owners = readable_names.map(bytes.lower)
    return st.builds(Record, name=owners, type=st.just(rtype), klass=st.just(1), ttl=ttls, rdata=rdata)


def _after(size: int) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=size, max_size=size)


def _joined(*parts: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.tuples(*parts).map(b"".join)


_strings = st.binary(max_size=100).map(lambda text: bytes((len(text),)) + text)
records = st.one_of(
    _record(A, _after(4)),
    _record(AAAA, _after(16)),
    _record(CNAME, readable_names),
    _record(NS, readable_names),
    _record(TXT, st.lists(_strings, min_size=1, max_size=3).map(b"".join)),
    _record(MX, _joined(_after(2), readable_names)),
    _record(SRV, _joined(_after(6), readable_names)),
    _record(SOA, _joined(readable_names, readable_names, _after(20))),
    _record(65_280, st.binary(min_size=1, max_size=100)),
)
reasons = st.tuples(st.integers(0, 65_535), st.text(max_size=30).map(lambda text: text.rstrip("\0")))


def answers(max_rcode: int = 4095) -> st.SearchStrategy[Answer]:
    """Any answer that an upstream may give."""
    return st.builds(
        Answer,
        rcode=st.integers(0, max_rcode),
        records=st.lists(records, max_size=8).map(tuple),
        authority=st.lists(records, max_size=4).map(tuple),
        ad=st.booleans(),
        aa=st.booleans(),
        extended=st.lists(reasons, max_size=4).map(tuple),
    )
