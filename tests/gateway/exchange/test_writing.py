"""What is written is read again by the same syntax's reader and means the same; the rest is said in comments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import UsageError
from gateway.exchange.lines import read
from gateway.exchange.values import RuleIn
from gateway.exchange.writing import FORMATS, lines

TEXTS = (
    *("ads.example", "|tv^", "||below.example^", "*.only.example", "@@||good.example^", "/ads[0-9]/"),
    *("||some.example^$client=192.0.2.7", "||strong.example^$important", "|box.lan^$dnsrewrite=192.0.2.1"),
    *("|www.lan^$dnsrewrite=box.lan", "|gone.lan^$dnsrewrite=NXDOMAIN", "|none.lan^$dnsrewrite=NOERROR"),
    *("|t.lan^$dnsrewrite=NOERROR;TXT;say hi", "|m.lan^$dnsrewrite=NOERROR;MX;10 mail.lan"),
    *("|no.lan^$dnsrewrite=REFUSED", "||ads.example^$badfilter", "@@|x.lan^$dnsrewrite"),
)


def written(form: str, *texts: str) -> list[str]:
    return list(lines([RuleIn(text) for text in texts], form))


def again(form: str, *texts: str) -> list[str]:
    """What our own reader of the syntax takes from it."""
    text = "\n".join(written(form, *texts))
    found = read(text.encode(), form)
    assert found.refused == ()
    return [rule.text for rule in found.rules]


def test_adblock_loses_no_rule() -> None:
    assert again("adblock", *TEXTS) == list(TEXTS)


def test_a_hosts_file_says_names_and_addresses() -> None:
    assert again("hosts", *TEXTS) == [
        *("ads.example", "|tv^", "below.example", "strong.example", "|box.lan^$dnsrewrite=192.0.2.1"),
    ]
    said = written("hosts", *TEXTS)
    assert "# Only the name itself can be said here, not what is below it: ||below.example^" in said
    assert "# Cannot be said here (an exception): @@||good.example^" in said
    assert "# Cannot be said here (an expression): /ads[0-9]/" in said


def test_plain_domains_say_names_and_what_is_below() -> None:
    assert again("domains", *TEXTS) == [
        *(
            "ads.example",
            "below.example",
            "*.below.example",
            "*.only.example",
            "strong.example",
            "*.strong.example",
        ),
    ]


def test_a_zone_says_all_but_conditions_and_expressions() -> None:
    assert again("rpz", *TEXTS) == [
        *("ads.example", "|tv^", "below.example", "*.below.example", "*.only.example"),
        *("@@|good.example^", "@@*.good.example", "strong.example", "*.strong.example"),
        *("|box.lan^$dnsrewrite=192.0.2.1", "|www.lan^$dnsrewrite=box.lan", "gone.lan", "none.lan"),
        *("|t.lan^$dnsrewrite=NOERROR;TXT;say hi", "|m.lan^$dnsrewrite=NOERROR;MX;10 mail.lan"),
    ]


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "json"])
def test_what_is_laid_aside_or_for_a_while_is_a_comment_and_groups_are_named(form: str) -> None:
    rules = [
        RuleIn("a.example", comment="why\nevil.example"),
        RuleIn("b.example", enabled=False),
        RuleIn("c.example", expires=5),
        RuleIn("d.example", "kids"),
    ]
    text = "\n".join(lines(rules, form))
    assert [rule.text for rule in read(text.encode(), form).rules] == ["a.example", "d.example"]
    assert "Group: kids" in text
    assert "why evil.example" in text
    assert "Laid aside: b.example" in text


def test_an_unknown_format_is_refused() -> None:
    for form in ("perl", "json"):
        with pytest.raises(UsageError, match="unknown format"):
            lines([], form)


@given(st.lists(st.sampled_from(TEXTS), unique=True), st.text(max_size=30))
def test_adblock_goes_round_whatever_the_comments(texts: list[str], comment: str) -> None:
    text = "\n".join(lines([RuleIn(one, "everyone", comment) for one in texts], "adblock"))
    assert [rule.text for rule in read(text.encode("utf-8", "replace"), "adblock").rules] == texts
