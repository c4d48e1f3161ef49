import pytest

from gateway.errors import UsageError
from gateway.exchange import ours, reading
from gateway.exchange.reading import FORMATS, detected, read
from gateway.exchange.values import Imported, RuleIn
from tests.fakes.pihole import domains, gravity, v5, v6

DATABASE = gravity(*domains((1, 1, "ads.example", 1, "", (0,))))
SAMPLES = {
    "json": ours.encode(Imported(rules=(RuleIn("ads.example"),))),
    "pihole": v6(DATABASE, ""),
    "adguardhome": b"schema_version: 29\nuser_rules:\n  - ads.example\n",
    "auto": b"0.0.0.0 ads.example\n",
}


@pytest.mark.parametrize("form", SAMPLES)
def test_the_format_is_found_out(form: str) -> None:
    assert detected(SAMPLES[form]) == form
    for wanted in ("auto", form):
        found = read(SAMPLES[form], wanted)
        assert [rule.text for rule in found.rules] == ["ads.example"]
        assert found.format == form
    assert form in FORMATS
    assert detected(v5(group=[])) == "pihole"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("adblock", b"ads.example"),
        ("hosts", b"0.0.0.0 ads.example"),
        ("domains", b"ads.example"),
        ("rpz", b"ads.example CNAME ."),
    ],
)
def test_a_list_of_a_named_syntax_is_for_the_group(form: str, text: bytes) -> None:
    assert read(text, form, group="kids").rules == (RuleIn("ads.example", "kids"),)
    assert read(text, form).format == form


def test_an_unknown_format_and_a_file_too_large_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="unknown format 'perl'"):
        read(b"", "perl")
    monkeypatch.setattr(reading, "MAX_BYTES", 3)
    with pytest.raises(UsageError, match="MB"):
        read(b"1234")


def test_another_format_than_was_said_is_an_error_of_that_format() -> None:
    for form in ("json", "pihole", "adguardhome"):
        with pytest.raises(UsageError):
            read(b"0.0.0.0 ads.example", form)


@pytest.mark.parametrize("content", [b"\x89PNG\r\n\x1a\n\0\0", b"##.advert\n", b"<html>\n<p>moved</p>\n"])
def test_a_file_of_which_nothing_can_be_taken_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="nothing of it can be taken: line 1") as told:
        read(content)
    assert "hosts" in told.value.hint


def test_one_usable_line_suffices() -> None:
    assert len(read(b"##.advert\n||a.example^\n").rules) == 1
