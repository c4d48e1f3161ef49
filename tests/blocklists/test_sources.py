"""The public lists that ship as suggestions."""

from gateway.policy.fetching.known_sources import load
from gateway.policy.syntax import SYNTAXES


def test_every_source_is_in_a_syntax_that_we_read() -> None:
    assert {source.syntax for source in load()} <= set(SYNTAXES)


def test_there_is_a_list_for_each_big_handset_vendor_and_for_ways_around_dns() -> None:
    text = " ".join(source.name for source in load())
    for word in ("Xiaomi", "Samsung", "Huawei", "Oppo", "Vivo", "DoH"):
        assert word in text
