"""A rule in our words means what it meant in the words of others, or is not written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from gateway.exchange.rdata import NotSayable
from gateway.exchange.wording import texts_of
from gateway.model import Rewrite
from gateway.names import from_text
from gateway.policy.rule import Match, Refused, Rule
from gateway.policy.syntax import SYNTAXES, parse, parse_rule
from gateway.policy.syntax.lines import Stateless, read_line
from gateway.policy.syntax.pihole import read


def meaning(rule: Rule) -> Rule:
    return structs.replace(rule, text="", line=0)


def said(text: str, syntax: str = "auto") -> tuple[str, ...]:
    return tuple(word for rule in parse([text], syntax) if isinstance(rule, Rule) for word in texts_of(rule))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("0.0.0.0 ads.example b.example # x", ("ads.example", "b.example")),
        ("192.0.2.1 host.example", ("|host.example^$dnsrewrite=192.0.2.1",)),
        ("192.0.2.1 host", ("|host^$dnsrewrite=192.0.2.1",)),
        ("address=/ads.example/", ("||ads.example^",)),
        ("*.ads.example CNAME .", ("*.ads.example",)),
        ("ads.example CNAME rpz-passthru.", ("@@|ads.example^",)),
        ('local-zone: "ads.example" always_nxdomain', ("||ads.example^",)),
        ("||ads.example^$important", ("||ads.example^$important",)),
        ("@@/^ads[0-9]/$dnstype=A", ("@@/^ads[0-9]/$dnstype=A",)),
        (r"^Ads[0-9]+;querytype=!A", ("/^Ads[0-9]+/$dnstype=~A",)),
        (r"(\.|^)ads\.example$", ("||ads.example^",)),
        (
            r"(\.|^)ads\.example$;reply=192.0.2.1,::1",
            ("||ads.example^$dnsrewrite=192.0.2.1", "||ads.example^$dnsrewrite=::1"),
        ),
        (r"^ads[0-9];reply=NXDOMAIN", ("/^ads[0-9]/$dnsrewrite=NXDOMAIN",)),
        (r"^ads[0-9];reply=NODATA", ("/^ads[0-9]/$dnsrewrite=NOERROR",)),
        (r"(\.|^)good\.example$;invert;querytype=A", ("/.*/$dnstype=A,denyallow=good.example",)),
    ],
)
def test_words_of_others_become_ours(theirs: str, ours: tuple[str, ...]) -> None:
    assert said(theirs) == ours


@pytest.mark.parametrize(
    "text",
    [
        "||a.example^$client='Ann\\'s, phone'|~10.0.0.0/8|192.0.2.1,ctag=~user_child",
        "||a.example^$dnsrewrite=NOERROR;HTTPS;1 . alpn=h2\\,h3",
        "||a.example^$dnsrewrite=NOERROR;TXT;it\\'s",
        "@@||a.example^$dnsrewrite",
        "@@||a.example^$dnsrewrite=192.0.2.1",
        "||a.example^$dnsrewrite=other.example,dnstype=A|AAAA",
        "||a.example^$badfilter",
        "||a.example^$denyallow=b.example|c.example",
    ],
)
def test_what_is_said_anew_means_the_same(text: str) -> None:
    rule = parse_rule(text)
    (again,) = texts_of(structs.replace(rule, text="as others write it"))
    assert meaning(parse_rule(again)) == meaning(rule)


def test_what_cannot_be_said_is_not_said() -> None:
    for rule in (
        Rule("x", 1, Match.EXACT, b"\x02a\0\x07example\0"),
        Rule("x", 1, Match.REGEX, regex="/x"),
        Rule("x", 1, Match.REGEX, regex="ads[0-9]", rewrite=Rewrite(records=((1, b"abcd"), (1, b"efgh")))),
        Rule("x", 1, Match.EXACT, from_text("a.example"), rewrite=Rewrite(records=((16, b"\x02\xff\xfe"),))),
        Rule("x", 1, Match.REGEX, regex="ads" * 1000),
    ):
        with pytest.raises(NotSayable):
            texts_of(rule)


pieces = st.sampled_from(
    [
        *(
            "||",
            "|",
            "@@",
            "a.example",
            "ads",
            "*.",
            "^",
            "$",
            "important",
            ",",
            "dnstype=A",
            "client=",
            "'x y'",
        ),
        *(
            "dnsrewrite=",
            "192.0.2.1",
            "::1",
            "NOERROR;MX;1 m.example",
            " ",
            "0.0.0.0 ",
            "address=/",
            "/",
            "CNAME .",
        ),
        *(
            ";reply=",
            ";querytype=A",
            "^ads[0-9]",
            "(\\.|^)",
            "\\.",
            "#",
            "denyallow=b.example",
            "~",
            "=",
            "\\",
        ),
    ]
)


@given(st.lists(pieces, max_size=9).map("".join), st.sampled_from(SYNTAXES))
def test_any_rule_that_is_read_means_the_same_or_cannot_be_said(text: str, syntax: str) -> None:
    for rule in parse([text], syntax):
        if isinstance(rule, Refused):
            continue
        try:
            texts = texts_of(rule)
        except NotSayable:
            continue
        again = [parse_rule(one) for one in texts]
        joined = meaning(again[0])
        if len(again) > 1:
            records = tuple(record for one in again if one.rewrite for record in one.rewrite.records)
            joined = structs.replace(joined, rewrite=Rewrite(records=records))
        assert joined == meaning(rule)


@given(st.text(max_size=40))
def test_any_expression_of_a_pi_hole_means_the_same_or_cannot_be_said(text: str) -> None:
    for rule in read_line(Stateless(read), text, 1):
        if isinstance(rule, Rule):
            try:
                texts = texts_of(rule)
            except NotSayable:
                continue
            assert len(texts) > 1 or meaning(parse_rule(texts[0])) == meaning(rule)
