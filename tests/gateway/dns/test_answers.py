"""What is believed of an upstream's answer."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dns import answers, svcb
from gateway.dns.wire import Answer, Question, Record, Reply
from gateway.errors import UpstreamFault
from gateway.iana import CNAME, HTTPS, NOERROR, NS, NSEC, NXDOMAIN, REFUSED, RRSIG, A
from gateway.names import from_text
from tests.fakes.values import question, record, soa

WWW = question("www.example.org")
GOOD = record("www.example.org A 203.0.113.9")


def clean(
    *records: Record, authority: tuple[Record, ...] = (), rcode: int = NOERROR, do: bool = False
) -> Answer:
    return answers.clean(WWW, Answer(rcode, records, authority), dnssec_ok=do)


def rrsig(owner: str, covered: int, signer: str, ttl: int = 300) -> Record:
    return Record(
        from_text(owner), RRSIG, 1, ttl, covered.to_bytes(2, "big") + bytes(16) + from_text(signer) + b"sig"
    )


def https(owner: str, *parameters: tuple[int, bytes], target: str = ".") -> Record:
    service = svcb.Service(1, from_text(target), parameters)
    return Record(from_text(owner), HTTPS, 1, 300, svcb.encode(service))


def test_records_of_the_question_stay() -> None:
    other = record("www.example.org A 203.0.113.10")
    assert clean(GOOD, other).records == (GOOD, other)


def test_records_out_of_bailiwick_are_dropped() -> None:
    planted = record("bank.example A 203.0.113.66")
    assert clean(planted, GOOD, authority=(record("example NS ns.evil.example"),)) == Answer(NOERROR, (GOOD,))


def test_records_of_another_type_or_class_are_dropped() -> None:
    chaos = Record(GOOD.name, A, 3, 300, bytes(4))
    assert clean(record("www.example.org TXT hello"), chaos, GOOD).records == (GOOD,)


def test_chain_is_followed_and_put_in_order() -> None:
    first = record("www.example.org CNAME a.example.net")
    second = record("a.example.net CNAME b.example.com")
    last = record("b.example.com A 203.0.113.9")
    assert clean(last, second, first).records == (first, second, last)
    assert clean(second, last).records == ()  # nothing leads there


def test_letter_case_of_a_target_does_not_break_the_chain() -> None:
    alias = Record(WWW.name, CNAME, 1, 300, b"\1A\7eXample\0")
    assert len(clean(alias, record("a.example A 203.0.113.9")).records) == 2


@pytest.mark.parametrize(
    "records",
    [
        [record("www.example.org CNAME www.example.org")],
        [record("www.example.org CNAME a.example"), record("a.example CNAME www.example.org")],
        [record("www.example.org CNAME a.example"), record("a.example CNAME a.example")],
    ],
)
def test_looping_chain_is_refused(records: list[Record]) -> None:
    with pytest.raises(UpstreamFault, match="loop"):
        clean(*records)


def test_endless_chain_is_refused() -> None:
    def chain(length: int) -> list[Record]:
        hops = [record("www.example.org CNAME n1.example")]
        hops += [record(f"n{hop}.example CNAME n{hop + 1}.example") for hop in range(1, length)]
        return [*hops, record(f"n{length}.example A 203.0.113.9")]

    assert len(clean(*chain(16)).records) == 17
    with pytest.raises(UpstreamFault, match="more than 16 CNAMEs"):
        clean(*chain(17))


def test_forked_chain_is_refused() -> None:
    with pytest.raises(UpstreamFault, match="more than one CNAME"):
        clean(record("www.example.org CNAME a.example"), record("www.example.org CNAME b.example"))


def test_the_same_record_twice_counts_once() -> None:
    assert clean(GOOD, GOOD).records == (GOOD,)


def test_question_for_the_cname_itself_is_not_followed() -> None:
    alias = record("www.example.org CNAME www.example.org")
    asked = question("www.example.org", "CNAME")
    assert answers.clean(asked, Answer(NOERROR, (alias, GOOD)), dnssec_ok=False).records == (alias,)


@pytest.mark.parametrize(
    "bad",
    [
        Record(WWW.name, A, 1, 300, bytes(5)),
        Record(WWW.name, CNAME, 1, 300, b"\3abc"),
        Record(WWW.name, CNAME, 1, 300, b"\3abc\0junk"),
        Record(WWW.name, CNAME, 1, 300, b"\xc0\x0c"),
    ],
)
def test_malformed_record_is_refused(bad: Record) -> None:
    with pytest.raises(UpstreamFault, match="malformed"):
        clean(bad)


def test_malformed_https_record_is_refused() -> None:
    asked = question("www.example.org", "HTTPS")
    for rdata in (b"", b"\0\1", b"\0\1\0\0\4\0\5" + bytes(5), b"\0\1\0\0\5\0\0\0\4\0\0"):
        with pytest.raises(UpstreamFault, match="malformed"):
            answers.clean(asked, Answer(NOERROR, (Record(WWW.name, HTTPS, 1, 300, rdata),)), dnssec_ok=False)


def test_more_services_than_the_policy_can_be_asked_about_are_refused() -> None:
    asked = question("www.example.org", "HTTPS")
    found = [https("www.example.org", target=f"s{n}.example") for n in range(answers.MAX_SERVICES + 1)]
    allowed = answers.clean(asked, Answer(NOERROR, tuple(found[:-1])), dnssec_ok=False)
    assert len(answers.cname_targets(allowed)) == answers.MAX_SERVICES
    with pytest.raises(UpstreamFault, match="services"):
        answers.clean(asked, Answer(NOERROR, tuple(found)), dnssec_ok=False)


def test_negative_answer_keeps_the_soa_above_the_name_with_its_minimum() -> None:
    for rcode in (NOERROR, NXDOMAIN):
        found = clean(
            authority=(soa("example.org", minimum=60), record("example.org NS a.example")), rcode=rcode
        )
        assert [(each.name, each.ttl) for each in found.authority] == [(from_text("example.org"), 60)]


def test_soa_of_somebody_else_is_dropped() -> None:
    assert clean(authority=(soa("example.com"),), rcode=NXDOMAIN).authority == ()


def test_soa_belongs_to_the_end_of_the_chain() -> None:
    alias = record("www.example.org CNAME gone.example.net")
    found = clean(alias, authority=(soa("example.org"), soa("example.net")), rcode=NXDOMAIN)
    assert [each.name for each in found.authority] == [from_text("example.net")]


def test_soa_with_a_positive_answer_is_dropped() -> None:
    assert clean(GOOD, authority=(soa("example.org"),)).authority == ()


def test_negative_ttl_is_at_most_three_hours() -> None:
    found = clean(authority=(soa("example.org", ttl=86400, minimum=86400),), rcode=NXDOMAIN)
    assert found.authority[0].ttl == 10_800


def test_referral_is_no_answer() -> None:
    with pytest.raises(UpstreamFault, match="referral"):
        clean(authority=(record("org NS a0.org.example"),))


def test_ttls_are_bounded() -> None:
    def with_ttl(ttl: int) -> int:
        return clean(Record(GOOD.name, A, 1, ttl, GOOD.rdata)).records[0].ttl

    assert [with_ttl(each) for each in (0, 300, 86_400, 86_401, 0x7FFFFFFF)] == [0, 300, 86400, 86400, 86400]
    assert [with_ttl(each) for each in (1 << 31, 0xFFFFFFFF, -1)] == [0, 0, 0]  # RFC 2181 §8


def test_signatures_and_proofs_stay_only_with_do() -> None:
    signature = rrsig("www.example.org", A, "example.org")
    assert clean(GOOD, signature).records == (GOOD,)
    assert clean(GOOD, signature, do=True).records == (GOOD, signature)
    nsec = Record(from_text("a.example.org"), NSEC, 1, 300, from_text("z.example.org") + b"\0\1\x40")
    proof = rrsig("a.example.org", NSEC, "example.org")
    foreign = Record(from_text("a.example.com"), NSEC, 1, 300, from_text("z.example.com") + b"\0\1\x40")
    authority = (soa("example.org"), rrsig("example.org", 6, "example.org"), nsec, proof, foreign)
    assert [each.type for each in clean(authority=authority, rcode=NXDOMAIN).authority] == [6]
    found = clean(authority=authority, rcode=NXDOMAIN, do=True).authority
    assert found == (clean(authority=authority, rcode=NXDOMAIN).authority[0], *authority[1:4])


def test_wildcard_proof_stays_with_a_positive_answer() -> None:
    nsec = Record(from_text("a.example.org"), NSEC, 1, 300, from_text("z.example.org") + b"\0\1\x40")
    signatures = (rrsig("www.example.org", A, "example.org"), rrsig("a.example.org", NSEC, "example.org"))
    found = clean(GOOD, signatures[0], authority=(nsec, signatures[1]), do=True)
    assert found.authority == (nsec, signatures[1])


def test_failure_carries_nothing() -> None:
    assert clean(GOOD, rcode=REFUSED) == Answer(REFUSED)


def test_mismatch_names_what_is_wrong() -> None:
    def reply(name: str = "www.example.org", rtype: int = A, klass: int = 1, ident: int = 7) -> Reply:
        wire = from_text(name)
        return Reply(ident, Question(wire, wire, rtype, klass), False, Answer(0))

    spelled = WWW.name
    assert answers.mismatch(reply(), 7, WWW, spelled) == ""
    assert answers.mismatch(reply(ident=8), 7, WWW, spelled) == "wrong id"
    assert answers.mismatch(reply(name="www.example.net"), 7, WWW, spelled) == "wrong question"
    assert answers.mismatch(reply(rtype=NS), 7, WWW, spelled) == "wrong question"
    assert answers.mismatch(reply(klass=3), 7, WWW, spelled) == "wrong question"
    assert answers.mismatch(reply(), 7, WWW, spelled.upper()) == "wrong letter case"


def test_targets_are_named_for_the_policy() -> None:
    alias = record("www.example.org CNAME Tracker.Example.net")
    service = https("tracker.example.net", target="edge.example.com")
    own = https("tracker.example.net")
    found = answers.cname_targets(Answer(NOERROR, (alias, service, own)))
    assert found == (from_text("tracker.example.net"), from_text("edge.example.com"))


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.178.1",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "0.0.0.0",
        "::",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:192.168.1.1",
        "64:ff9b::10.0.0.1",
    ],
)
def test_private_address_is_found(address: str) -> None:
    packed = ip_address(address).packed
    asked = question("rebind.example", "A" if len(packed) == 4 else "AAAA")
    answer = Answer(NOERROR, (Record(asked.name, asked.type, 1, 300, packed),))
    assert answers.private_address(asked, answer) == ip_address(address)


@pytest.mark.parametrize(
    "address",
    [
        "192.0.2.1",
        "198.51.100.1",
        "203.0.113.9",
        "2001:db8::1",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2606:4700::1111",
    ],
)
def test_public_and_documentation_addresses_pass(address: str) -> None:
    packed = ip_address(address).packed
    asked = question("www.example.org", "A" if len(packed) == 4 else "AAAA")
    answer = Answer(NOERROR, (Record(asked.name, asked.type, 1, 300, packed),))
    assert answers.private_address(asked, answer) is None


def test_private_hint_in_an_https_record_is_found() -> None:
    asked = question("rebind.example", "HTTPS")
    for parameter in ((4, bytes((203, 0, 113, 9, 10, 0, 0, 1))), (6, bytes(15) + b"\1")):
        answer = Answer(NOERROR, (https("rebind.example", parameter),))
        assert answers.private_address(asked, answer) is not None


def test_excepted_domain_may_be_private_but_a_cname_to_it_may_not() -> None:
    exceptions = {from_text("plex.direct")}
    inside = record("a.plex.direct A 192.168.1.2")
    asked = question("a.plex.direct")
    assert answers.private_address(asked, Answer(NOERROR, (inside,)), exceptions) is None
    led = Answer(NOERROR, (record("www.example.org CNAME a.plex.direct"), inside))
    assert str(answers.private_address(WWW, led, exceptions)) == "192.168.1.2"


def test_ech_is_stripped_with_its_signature() -> None:
    service = https("www.example.org", (1, b"\2h2"), (5, b"secret"))
    signature = rrsig("www.example.org", HTTPS, "example.org")
    found = answers.without_ech(Answer(NOERROR, (service, signature), ad=True))
    assert found == Answer(NOERROR, (https("www.example.org", (1, b"\2h2")),), ad=False)
    plain = Answer(NOERROR, (https("www.example.org", (1, b"\2h2")), signature), ad=True)
    assert answers.without_ech(plain) is plain


NAMES = st.sampled_from(["www.example.org", "a.example", "b.example", "example.org", "org", "."]).map(
    from_text
)
RECORDS = st.builds(
    Record,
    NAMES,
    st.sampled_from([1, 2, 5, 6, 28, 39, 46, 47, 64, 65, 99]),
    st.sampled_from([1, 3]),
    st.integers(0, 0xFFFFFFFF),
    st.one_of(NAMES, st.binary(max_size=60)),
)


@given(
    st.lists(RECORDS, max_size=12), st.lists(RECORDS, max_size=6), st.booleans(), st.sampled_from([0, 3, 2])
)
def test_any_answer_is_cleaned_or_refused(
    records: list[Record], authority: list[Record], do: bool, rcode: int
) -> None:
    answer = Answer(rcode, tuple(records), tuple(authority))
    try:
        found = answers.clean(WWW, answer, dnssec_ok=do)
    except UpstreamFault:
        return
    reached = {WWW.name, *answers.cname_targets(found)}
    assert all(each.name in reached or each.type in (39, 46) for each in found.records)
    assert all(0 <= each.ttl <= 86_400 for each in (*found.records, *found.authority))
    assert answers.clean(WWW, found, dnssec_ok=do) == found
    answers.without_ech(found)
    answers.private_address(WWW, found)
