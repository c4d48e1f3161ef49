import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import SettingsError
from gateway.firewall import script
from gateway.firewall.script import Plan, plan, render
from gateway.settings import Dns, Firewall, Settings

ROUTER = Firewall(mode="router", lan=("lan0", "wlan0.7"), wan="wan0")


def _settings(**changes: object) -> Settings:
    return Settings(firewall=msgspec.structs.replace(ROUTER, **changes))


def test_a_router_s_table_names_its_interfaces_and_no_other_table() -> None:
    text = render(plan(_settings()))
    assert text.count("table ") == 3
    assert text.count("table inet hushgate") == 3  # made if need be, deleted, made: in one transaction
    assert 'elements = { "lan0", "wlan0.7" }' in text
    assert "th dport 53 counter name dns_brought_home redirect to :53\n" in text
    assert 'oifname "wan0" masquerade' in text


def test_questions_are_brought_to_where_the_box_answers() -> None:
    listen = ("127.0.0.1:53", "0.0.0.0:5353", "[::]:5353")
    assert plan(Settings(dns=Dns(listen=listen), firewall=ROUTER)).dns_port == 5353
    assert plan(Settings(firewall=ROUTER)).dns_port == 53


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (_settings(lan=()), "firewall.lan: a router needs"),
        (_settings(wan=""), "firewall.wan: a router needs"),
        (_settings(lan=("wan0",)), "firewall.wan: wan0 is on the phones' side"),
        (_settings(mode="hotspot"), "firewall.mode: hotspot is not there yet"),
        (_settings(mode="vpn"), "firewall.mode: vpn is not there yet"),
        (Settings(dns=Dns(listen=("127.0.0.1:53", "[::1]:53")), firewall=ROUTER), "dns.listen: no phone"),
    ],
)
def test_what_cannot_be_a_router_is_said_with_the_way_out(settings: Settings, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        plan(settings)
    assert str(caught.value).startswith(said)
    assert caught.value.hint or "phones' side" in said


@given(st.text(min_size=1))
def test_a_name_of_an_interface_never_becomes_a_rule(name: str) -> None:
    try:
        made = plan(_settings(lan=(name,)))
    except SettingsError:
        return
    assert made == Plan((name,), "wan0", script.DNS)
    assert render(made).count(name) >= 1
    assert not set(name) & set('"{};# \n\t\\')
