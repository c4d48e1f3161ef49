from ipaddress import ip_network

import pytest

from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import ClientIs, Conditions
from gateway.policy.syntax.lines import LineFault
from gateway.policy.syntax.modifiers import Modifiers, pieces, read


def _conditions(text: str) -> Conditions:
    conditions = read(text, exception=False).conditions
    assert conditions is not None
    return conditions


def test_flags_and_values_combine() -> None:
    assert read("important,dnstype=A|https,badfilter", exception=False) == Modifiers(
        important=True, badfilter=True, conditions=Conditions(types=(1, 65))
    )


def test_types_may_be_excluded_and_given_by_number() -> None:
    assert _conditions("dnstype=~A|~TYPE28") == Conditions(not_types=(1, 28))


def test_clients_are_networks_or_names() -> None:
    text = "client=192.0.2.7|~10.1.2.3/8|2001:db8::/32|Ann's phone|~'b, c'|\"it's\"|'d\\'e'"
    assert _conditions(text).clients == (
        ClientIs(network=ip_network("192.0.2.7/32")),
        ClientIs(network=ip_network("10.0.0.0/8"), negated=True),
        ClientIs(network=ip_network("2001:db8::/32")),
        ClientIs(name="Ann's phone"),
        ClientIs(name="b, c", negated=True),
        ClientIs(name="it's"),
        ClientIs(name="d'e"),
    )


def test_clients_may_be_macs() -> None:
    assert _conditions("client=00-9E-C8-00-00-07|~'00:9e:c8:00:00:08'").clients == (
        ClientIs(name="00:9e:c8:00:00:07"),
        ClientIs(name="00:9e:c8:00:00:08", negated=True),
    )


def test_a_separator_may_be_escaped_in_a_name() -> None:
    assert _conditions("client=Frank\\, Mary\\|Co,important").clients == (ClientIs(name="Frank, Mary|Co"),)


def test_denyallow_and_tags() -> None:
    assert _conditions("denyallow=a.example|org,ctag=device_phone|~user_child") == Conditions(
        deny_allow=(from_text("a.example"), from_text("org")), tags=("device_phone", "~user_child")
    )


def test_dnsrewrite_without_a_value_is_for_exceptions_only() -> None:
    assert read("dnsrewrite", exception=True).rewrite == Rewrite()
    with pytest.raises(LineFault, match="needs a value"):
        read("dnsrewrite", exception=False)


def test_an_escaped_comma_belongs_to_the_value() -> None:
    found = read("dnsrewrite=NOERROR;TXT;a\\,b,important", exception=False)
    assert found.rewrite == Rewrite(records=((16, b"\x03a,b"),))
    assert found.important


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "an empty modifier"),
        ("important,", "an empty modifier"),
        ("Important", r"unknown modifier \$Important"),
        ("~important", r"unknown modifier \$~important"),
        ("important=1", "takes no value"),
        ("important,important", "given twice"),
        ("client", "needs a value"),
        ("client=", "needs a value"),
        ("client=a||b", "an empty name"),
        ("client=''", "an empty name"),
        ("client='a", "a quote is not closed"),
        ("client=10.0.0.0/33", "is no network"),
        ("dnstype=", "needs a value"),
        ("dnstype=A|B", "unknown record type 'B'"),
        ("dnstype=TYPE0", "unknown record type"),
        ("dnstype=TYPE65536", "unknown record type"),
        ("denyallow=a b", "white space"),
        ("denyallow=~a.example", "'~' in the name"),
        ("ctag=A B", "is no tag"),
        ("dnsrewrite=a;b", "one value or three"),
    ],
)
def test_a_bad_modifier_voids_the_rule(text: str, reason: str) -> None:
    with pytest.raises(LineFault, match=reason):
        read(text, exception=False)


def test_pieces_put_together_are_the_text() -> None:
    for text in ("a,b", "client='a,b',c", "a\\,b,c", "x=it's,d", "", ",", "a\\"):
        assert ",".join(pieces(text, ",")) == text
    assert pieces("client='a,b',c", ",") == ["client='a,b'", "c"]
