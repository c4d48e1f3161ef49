import pytest

from gateway.exchange.local_names import answered, device_address, exactly
from gateway.exchange.wording import texts_of
from gateway.policy.rule import Refused, Rule


def texts(said: object) -> list[str]:
    return [text for one in said if isinstance(one, Rule) for text in texts_of(one)]  # type: ignore[attr-defined]  # any iterable


def test_a_name_is_blocked_or_allowed_alone() -> None:
    assert texts(exactly("ads.example", 1)) == ["ads.example"]
    assert texts(exactly("tv", 1)) == ["|tv^"]
    assert texts(exactly("ads.example", 1, allow=True)) == ["@@|ads.example^"]


def test_a_name_is_answered_with_an_address_or_a_name() -> None:
    assert texts(answered("box.lan", "192.0.2.1")) == ["|box.lan^$dnsrewrite=192.0.2.1"]
    assert texts(answered("*.box.lan", "::1")) == ["*.box.lan$dnsrewrite=::1"]
    assert texts(answered("www.lan", "box.lan")) == ["|www.lan^$dnsrewrite=box.lan"]


@pytest.mark.parametrize(
    "name", ["a^$important", "x,y", "*", "a b", "", "||a.example^", "/ads/", "@@a.example", "a\nb"]
)
def test_no_name_smuggles_a_rule_in(name: str) -> None:
    for said in (exactly(name, 1), answered(name, "192.0.2.1"), answered("a.example", f"{name},dnstype=A")):
        assert all(isinstance(one, Refused) for one in said)


def test_a_device_is_a_mac_or_an_address() -> None:
    assert device_address("AA-BB-CC-DD-EE-0F") == "aa:bb:cc:dd:ee:0f"
    assert device_address("2001:DB8::0:1") == "2001:db8::1"
    for other in ("192.0.2.0/24", "phone", ":eth0", "", "192.0.2"):
        assert device_address(other) == ""
