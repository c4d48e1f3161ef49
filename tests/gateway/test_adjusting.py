"""Settings of a running box: in every worker and in the file, or nothing happened."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway import adjusting, chosen
from gateway.adjusting import Plan
from gateway.author import Author
from gateway.chosen import Chosen
from gateway.data import Data
from gateway.dns import resolver
from gateway.errors import Conflict, OwnFault, SettingsError
from gateway.settings import Dns, Settings
from gateway.store import audit
from gateway.works import Works
from tests.fakes import idle_box
from tests.fakes.ears import Ear, listening

ONE, OTHER = "udp://192.0.2.1", "tls://192.0.2.2#dns.example"
BY = Author("admin", "192.0.2.7")


@pytest.fixture
def data(data_dir: Path) -> Data:
    return idle_box.made(data_dir)


def planned(data: Data, settings: Settings | None = None, **changes: Any) -> Plan:
    return adjusting.plan(data, settings or data.read_settings(), changes, BY)


def obedient(data: Data) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A worker that goes by the file."""

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if request["verb"] == "settings":
            return {"serial": chosen.read(data.chosen).serial}
        tested = [
            {"url": url, "ms": 1.0, "said": "NOERROR", "answered": True} for url, _ in request.get("ask", [])
        ]
        return {"tested": tested}

    return answer


@pytest.fixture
def two(data: Data) -> Iterator[list[Ear]]:
    """Workers."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(listening(data.run, f"dns-{number}", obedient(data))) for number in range(2)
        ]


def verbs(ear: Ear) -> list[str]:
    return [str(request["verb"]) for request in ear.asked]


# Plans ------------------------------------------------------------------------------------------------------


def test_a_plan_says_what_will_be_and_whom_nobody_has_asked_yet(data: Data) -> None:
    plan = planned(data, upstreams=[ONE, OTHER], domains={"lan": [ONE]}, blocked_ttl=60)
    assert plan.after.values == {
        "dns.upstreams": [ONE, OTHER], "dns.domains": {"lan": [ONE]}, "dns.blocked_ttl": 60
    }  # fmt: skip
    assert (plan.after.serial, plan.after.who, plan.after.whence) == (1, "admin", "192.0.2.7")
    assert plan.new == ((ONE, ""), (OTHER, ""), (ONE, "lan"))
    chosen.write(data.chosen, plan.after)
    plan = planned(data, upstreams=[OTHER], blocked_ttl=None)
    assert plan.after.values == {"dns.upstreams": [OTHER], "dns.domains": {"lan": [ONE]}}
    assert (plan.after.serial, plan.new, plan.settings.dns.blocked_ttl) == (2, (), 10)
    assert not planned(data).changes
    assert not planned(data, upstreams=[ONE, OTHER]).changes


@pytest.mark.parametrize(
    ("origin", "where"), [("file", "settings file"), ("environment", "environment"), ("flag", "flag")]
)
def test_what_a_person_wrote_down_is_not_changed_here(data: Data, origin: Any, where: str) -> None:
    settings = Settings(dns=Dns(upstreams=(ONE,)), origins={"dns.upstreams": origin})
    with pytest.raises(Conflict, match=where) as caught:
        planned(data, settings, upstreams=[OTHER])
    assert caught.value.hint
    assert planned(data, settings, blocked_ttl=60).settings.dns.upstreams == (ONE,)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"upstreams": ["nonsense"]}, "dns.upstreams: .*not an upstream URL"),
        ({"upstreams": ["recursive"]}, "the resolver does not run"),
        ({"domains": {"lan": []}}, "'lan' has no upstream"),
        ({"domains": {"a..b": [ONE]}}, "dns.domains: 'a..b'"),
        ({"blocked_ttl": 1_000_000}, "dns.blocked_ttl: 1000000 is not between"),
        ({"private_answers": ["a..b"]}, "dns.private_answers"),
        ({"upstreams": ["udp://127.0.0.1:5353"]}, "ask in a circle"),
        ({"domains": {"lan": ["tcp://[::1]:5353"]}}, "ask in a circle"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(data: Data, changes: dict[str, Any], said: str) -> None:
    settings = Settings(dns=Dns(listen=("127.0.0.1:5353", "[::]:5353")))
    with pytest.raises(SettingsError, match=said):
        planned(data, settings, **changes)


def test_recursive_may_be_chosen_where_a_resolver_runs(data: Data) -> None:
    resolver.port(data)
    assert planned(data, upstreams=["recursive"]).settings.dns.upstreams == ("recursive",)


def test_a_secret_that_is_shown_as_stars_is_kept(data: Data) -> None:
    secret = "https://dns.example/q?key=secret"
    chosen.write(data.chosen, planned(data, upstreams=[secret], domains={"lan": [secret]}).after)
    shown = "https://dns.example/q?***"
    plan = planned(data, upstreams=[ONE, shown], domains={"lan": [shown], "home": [ONE]})
    assert plan.settings.dns.upstreams == (ONE, secret)
    assert plan.settings.dns.domains["lan"] == (secret,)


def test_stars_that_are_no_secret_of_ours_are_none_to_be_asked_with(data: Data) -> None:
    one, two = "https://dns.example/q?key=one", "https://dns.example/q?key=two"
    shown = "https://dns.example/q?***"
    with pytest.raises(SettingsError, match="there is no"):
        planned(data, upstreams=[shown])
    chosen.write(data.chosen, planned(data, upstreams=[one, two]).after)
    with pytest.raises(SettingsError, match="any of 2") as caught:  # silently one of them twice
        planned(data, upstreams=[shown, ONE])
    assert "one" not in str(caught.value)


def test_an_upstream_shown_with_stars_is_tested_with_its_secret(data: Data, two: list[Ear]) -> None:
    chosen.write(data.chosen, planned(data, upstreams=["https://dns.example/q?key=one"]).after)
    adjusting.test(data, data.read_settings(), "https://dns.example/q?***")
    assert two[0].asked[-1]["upstream"] == "https://dns.example/q?key=one"
    with pytest.raises(SettingsError):  # nobody else is handed it
        adjusting.test(data, data.read_settings(), "https://elsewhere.example/q?***")


def test_a_damaged_file_is_no_fault_of_who_asks(data: Data) -> None:
    data.chosen.write_text("{")
    with pytest.raises(OwnFault, match="panel-settings") as caught:
        planned(data, Settings(), blocked_ttl=60)
    assert "delete it" in caught.value.hint


# In force ---------------------------------------------------------------------------------------------------


def test_every_worker_is_asked_first_then_it_is_stored_then_taken_up(data: Data, two: list[Ear]) -> None:
    plan = planned(data, upstreams=[ONE], domains={"lan": [OTHER]})
    assert [one["url"] for one in adjusting.tried(data, plan)] == [ONE, OTHER]
    took = adjusting.put(data, plan)
    assert (took.workers, took.of) == (2, 2)
    assert data.as_last(Settings()).dns.upstreams == (ONE,)
    assert [verbs(ear) for ear in two] == [
        ["settings-check", "settings-check", "settings"],
        ["settings-check", "settings"],
    ]
    assert two[1].asked[0]["values"] == plan.after.values
    assert data.read_settings().dns.upstreams == (ONE,)


def test_nobody_is_asked_where_no_upstream_is_new(data: Data, two: list[Ear]) -> None:
    assert adjusting.tried(data, planned(data, blocked_ttl=60)) == []
    assert not two[0].asked


def test_a_worker_that_refuses_leaves_everything_as_it_was(data: Data, two: list[Ear]) -> None:
    two[1].answer = lambda _: {"error": "no memory"}
    with pytest.raises(OwnFault, match="nothing was changed: dns-1: no memory"):
        adjusting.put(data, planned(data, upstreams=[ONE]))
    assert chosen.read(data.chosen) == Chosen()
    assert verbs(two[0]) == ["settings-check"]


@pytest.mark.parametrize("answer", [{"error": "no memory"}, {"serial": 0}])
def test_a_worker_that_does_not_take_it_up_has_it_taken_back_from_all(
    data: Data, two: list[Ear], answer: dict[str, Any]
) -> None:
    good = two[1].answer
    chosen.write(data.chosen, Chosen(4, values={"dns.blocked_ttl": 5}))
    two[1].answer = lambda request: answer if request["verb"] == "settings" else good(request)
    with pytest.raises(OwnFault, match="nothing was changed"):
        adjusting.put(data, planned(data, upstreams=[ONE]))
    now = chosen.read(data.chosen)
    assert (now.serial, now.values) == (6, {"dns.blocked_ttl": 5})
    assert data.as_last(Settings()).dns == Dns(blocked_ttl=5)
    assert verbs(two[0]) == ["settings-check", "settings", "settings"]


def test_a_full_disk_changes_nothing(data: Data, two: list[Ear], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(chosen, "place", full)
    with pytest.raises(OwnFault, match="No space left"):
        adjusting.put(data, planned(data, upstreams=[ONE]))
    assert chosen.read(data.chosen) == Chosen()
    assert verbs(two[0]) == ["settings-check"]


def test_without_workers_it_is_stored_for_those_who_come(data: Data) -> None:
    took = adjusting.put(data, planned(data, blocked_ttl=60))
    assert (took.workers, took.of) == (0, 0)
    assert data.read_settings().dns.blocked_ttl == 60
    with pytest.raises(OwnFault, match="no DNS worker runs"):
        adjusting.tried(data, planned(data, upstreams=[ONE]))
    with pytest.raises(OwnFault, match="no DNS worker runs"):
        adjusting.test(data, data.read_settings(), ONE)
    with pytest.raises(SettingsError):
        adjusting.test(data, data.read_settings(), "nonsense")


# After a crash ----------------------------------------------------------------------------------------------


def entries(works: Works) -> list[audit.Entry]:
    with works.reading() as session:
        return [one for one in audit.list_entries(session) if one.action == adjusting.ACTION]


def test_what_a_killed_process_could_not_note_is_noted_once_by_the_next(data: Data, two: list[Ear]) -> None:
    with closing(Works(data, data.read_settings())) as works:
        adjusting.settle(data, works)  # nothing was ever set
        assert not two[0].asked
        plan = planned(data, upstreams=["https://dns.example/q?key=secret"])
        chosen.write(data.chosen, plan.after)  # and killed
        for _ in range(2):
            adjusting.settle(data, works)
        (noted,) = entries(works)
        assert (noted.who, noted.whence, noted.target) == ("admin", "192.0.2.7", adjusting.TARGET)
        assert noted.detail == {"after": {"serial": 1, "upstreams": ["https://dns.example/q?***"]}}
        assert [verbs(ear) for ear in two] == [["settings"] * 2] * 2
        chosen.write(data.chosen, msgspec.structs.replace(plan.after, serial=2))
        adjusting.settle(data, works)
        assert [one.detail["after"]["serial"] for one in entries(works)] == [2, 1]
