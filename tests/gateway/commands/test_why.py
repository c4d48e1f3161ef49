from pathlib import Path

import pytest

from gateway import changes
from gateway.data import Data
from gateway.policy import catalogue
from gateway.settings import Dns, Settings
from tests.fakes import policies
from tests.fakes.terminal import Terminal
from tests.goldens import Golden

KEYS = {
    *("name", "type", "action", "rule", "company", "purpose", "country", "evidence", "breakage", "generation")
}


def test_one_object_with_the_keys_that_programs_rely_on(terminal: Terminal) -> None:
    found = terminal.one("why", "Tracking.MIUI.com.")
    assert set(found) >= KEYS
    assert (found["name"], found["type"], found["action"]) == ("tracking.miui.com", "A", "blocked")
    assert found["rule"]["layer"] == "catalogue"
    assert (found["rule"]["list"], found["rule"]["text"]) == ("xiaomi.toml", "tracking.miui.com")
    assert found["rule"]["line"] > 0
    assert (found["company"], found["purpose"], found["generation"]) == ("Xiaomi", "analytics", 1)
    assert found["evidence"]
    assert found["breakage"]


@pytest.mark.parametrize(
    "name", ["localhost", "hushgate.home.arpa", "tracking.miui.com", "example.org", "mi.com"]
)
def test_every_name_has_all_keys_special_and_paused_ones_too(terminal: Terminal, name: str) -> None:
    assert set(terminal.one("why", name)) >= KEYS
    terminal.good("pause", "1h")
    assert set(terminal.one("why", name)) >= KEYS


def test_what_people_read(terminal: Terminal, golden: Golden, monkeypatch: pytest.MonkeyPatch) -> None:
    known = policies.catalogue(policies.row("data.xiaomi.com"), policies.row("ads.xiaomi.com", "strict"))
    monkeypatch.setattr(catalogue, "load", lambda: known)  # that of the house may be corrected any day
    changes.republish(terminal.data, terminal.data.read_settings(), "another catalogue")
    terminal.good("rules", "add", "@@||news.xiaomi.com^")
    names = ("data.xiaomi.com", "news.xiaomi.com", "ads.xiaomi.com", "www.example.org", "localhost")
    told = [terminal.good("why", name).out for name in names]
    golden.check("why.txt", "\n".join(told))


def test_a_rule_of_ones_own_is_named_with_its_number(terminal: Terminal) -> None:
    terminal.good("rules", "add", "||shop.example^")
    assert terminal.one("why", "www.shop.example")["rule"] == {
        "layer": "rules", "list": "everyone", "line": 1, "text": "||shop.example^",
    }  # fmt: skip
    assert "||shop.example^  (rules everyone, rule 1)" in terminal.good("why", "shop.example").out


def test_others_that_did_not_decide_say_why_not(terminal: Terminal) -> None:
    terminal.good("rules", "add", "@@||tracking.miui.com^")
    found = terminal.one("why", "tracking.miui.com")
    assert found["action"] == "allowed"
    assert [(other["rule"]["layer"], other["effect"]) for other in found["others"]] == [
        ("catalogue", "blocks")
    ]
    assert found["others"][0]["reason"] == "rules go before catalogue"


def test_a_device_is_meant_by_name_or_address_and_asks_as_its_group(terminal: Terminal) -> None:
    terminal.good("groups", "add", "kids")
    terminal.good("devices", "set", "192.0.2.7", "--name", "Anna", "--group", "kids")
    terminal.good(
        "devices", "set", "192.0.2.9", "--group", "kids"
    )  # has no name, and is nobody in particular
    terminal.good("rules", "add", "||shop.example^", "--group", "kids")
    for device in ("anna", "192.0.2.7"):
        found = terminal.one("why", "shop.example", "--device", device)
        assert (found["action"], found["device"], found["group"]) == ("blocked", "Anna", "kids")
    assert terminal.one("why", "shop.example", "--device", "192.0.2.8")["action"] == "allowed"
    nobody = terminal.one("why", "shop.example")
    assert (nobody["action"], nobody["device"], nobody["group"]) == ("allowed", "", "everyone")


def test_a_pause_is_told_with_its_end_and_the_facts(terminal: Terminal) -> None:
    terminal.good("pause", "1h")
    found = terminal.one("why", "tracking.miui.com")
    assert (found["action"], found["rule"]["layer"], found["company"]) == ("allowed", "pause", "Xiaomi")
    assert found["rule"]["text"].startswith("nothing is blocked for everybody until ")


def test_special_names_go_before_every_rule_but_not_before_own_domains(
    terminal: Terminal, data: Data
) -> None:
    terminal.good("rules", "add", "||printer.lan^")
    terminal.good("rules", "add", "||use-application-dns.net^")
    canary = terminal.one("why", "use-application-dns.net")
    assert (canary["action"], canary["rule"]["layer"], canary["rule"]["list"]) == (
        "rewritten", "special", "encrypted-dns",
    )  # fmt: skip
    assert terminal.one("why", "lan")["rule"]["list"] == "single-label"
    data.write_settings(Settings(dns=Dns(domains={"lan": ("udp://192.168.1.1",)})))
    assert terminal.one("why", "lan")["rule"] is None  # it is asked where the user said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("two words",), "no domain name"),
        (("",), "no domain name"),
        (("example.org", "--type", "NONSENSE"), "NONSENSE"),
        (("example.org", "--device", "nobody"), "no device 'nobody'"),
        (("example.org", "--client", "anna"), "--rules FILE"),
        (("example.org", "--rules", "/nowhere"), "/nowhere: No such file"),
        (("example.org", "--rules", "/"), "/: Is a directory"),
    ],
)
def test_nonsense_is_refused_with_a_hint(terminal: Terminal, words: tuple[str, ...], reason: str) -> None:
    assert reason in terminal.refused("why", *words)


@pytest.fixture
def rules(tmp_path: Path) -> str:
    path = tmp_path / "rules.txt"
    path.write_text(
        "||ads.example^\n"
        "||mail.example^$dnstype=AAAA\n"
        "||kids.example^$client=192.0.2.0/24|'Anna'\n"
        "||tracking.miui.com^$badfilter\n"
    )
    return str(path)


@pytest.mark.parametrize(
    ("words", "action"),
    [
        (("www.ads.example",), "blocked"),
        (("mail.example",), "allowed"),
        (("mail.example", "--type", "AAAA"), "blocked"),
        (("mail.example", "--type", "TYPE28"), "blocked"),
        (("kids.example",), "allowed"),
        (("kids.example", "--client", "192.0.2.7"), "blocked"),
        (("kids.example", "--client", "anna"), "blocked"),
        (("kids.example", "--client", "ben"), "allowed"),
        (("tracking.miui.com",), "allowed"),  # no catalogue: this file alone
        (("localhost",), "allowed"),
    ],
)
def test_a_list_is_tried_alone_without_a_box(
    tmp_path: Path, terminal: Terminal, rules: str, words: tuple[str, ...], action: str
) -> None:
    terminal.data.root = tmp_path / "no box here"
    found = terminal.one("why", *words, "--rules", rules)
    assert (found["action"], found["generation"]) == (action, 0)
    assert set(found) >= KEYS
    if action == "blocked":
        assert found["rule"]["list"] == rules
        assert found["rule"]["text"]


def test_without_a_box_the_way_to_one_is_shown(tmp_path: Path, terminal: Terminal) -> None:
    terminal.data.root = tmp_path / "no box here"
    assert "hushgate up" in terminal.refused("why", "example.org")
