"""The rows behind a finding are asked for as the log takes it."""

from gateway.findings.finding import Finding, Kind, Rows
from gateway.journal.filters import Filters


def test_rows_are_named_as_the_logs_filters_are() -> None:
    known = {*Filters.__struct_fields__, "device"}
    assert set(Rows.__struct_fields__) <= known


def test_a_finding_without_rows_limits_nothing() -> None:
    assert Finding(Kind.ROLE_DOWN, 0, 1).rows == Rows()
    assert not any(getattr(Rows(), field) for field in Rows.__struct_fields__)
