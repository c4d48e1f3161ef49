"""SVCB and HTTPS rdata."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import svcb
from gateway.dns.svcb import Service
from gateway.names import from_text

KEYS = st.dictionaries(st.integers(0, 0xFFFF), st.binary(max_size=40), max_size=6)
SERVICES = st.builds(
    lambda priority, target, keys: Service(priority, from_text(target), tuple(sorted(keys.items()))),
    st.integers(0, 0xFFFF),
    st.sampled_from([".", "example.org", "a.b.c"]),
    KEYS,
)


@given(SERVICES)
def test_what_is_written_is_read(service: Service) -> None:
    assert svcb.decode(svcb.encode(service)) == service


@given(st.binary(max_size=300))
def test_any_rdata_is_a_service_or_value_error(rdata: bytes) -> None:
    try:
        service = svcb.decode(rdata)
    except ValueError:
        return
    assert svcb.encode(service) == rdata


@given(SERVICES)
def test_ech_goes_and_the_rest_stays(service: Service) -> None:
    rest = svcb.decode(svcb.without_ech(svcb.encode(service)))
    keys = {key for key, _ in rest.parameters}
    assert svcb.ECH not in keys
    assert keys | {svcb.ECH, svcb.MANDATORY} >= {key for key, _ in service.parameters}
    assert (rest.priority, rest.target) == (service.priority, service.target)


def test_mandatory_no_longer_names_ech() -> None:
    service = Service(1, b"\0", ((0, b"\0\1\0\5"), (1, b"\2h2"), (5, b"secret")))
    assert svcb.decode(svcb.without_ech(svcb.encode(service))).parameters == ((0, b"\0\1"), (1, b"\2h2"))
    alone = Service(1, b"\0", ((0, b"\0\5"), (5, b"secret")))
    assert svcb.decode(svcb.without_ech(svcb.encode(alone))).parameters == ()


def test_hints_are_single_addresses() -> None:
    service = Service(1, b"\0", ((4, bytes(8)), (6, bytes(32))))
    assert [len(each) for each in svcb.hints(service)] == [4, 4, 16, 16]
    with pytest.raises(ValueError, match="odd size"):
        svcb.hints(Service(1, b"\0", ((4, bytes(5)),)))


def test_more_parameters_or_hints_than_anybody_needs_are_refused() -> None:
    def with_keys(count: int) -> bytes:
        return svcb.encode(Service(1, b"\0", tuple((10 + number, b"") for number in range(count))))

    assert len(svcb.decode(with_keys(svcb.MAX_PARAMETERS)).parameters) == svcb.MAX_PARAMETERS
    with pytest.raises(ValueError, match="parameters"):
        svcb.decode(with_keys(svcb.MAX_PARAMETERS + 1))
    for key, size in ((svcb.IPV4_HINT, 4), (svcb.IPV6_HINT, 16)):
        allowed = bytes(svcb.MAX_HINTS * size)
        assert len(svcb.hints(Service(1, b"\0", ((key, allowed),)))) == svcb.MAX_HINTS
        with pytest.raises(ValueError, match="hints"):
            svcb.hints(Service(1, b"\0", ((key, allowed + bytes(size)),)))


@given(st.binary(max_size=300))
def test_any_rdata_is_a_name_or_value_error(rdata: bytes) -> None:
    try:
        name = svcb.whole_name(rdata)
    except ValueError:
        return
    assert name == rdata.lower()
    assert name.endswith(b"\0")
