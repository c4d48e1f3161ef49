"""What a change would come to, for the names of the log: both policies decide, within bounds."""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

import pytest

from gateway import preview as previews
from gateway.data import Data
from gateway.journal.search import LogRule
from gateway.model import Profile
from gateway.preview import Decision, Preview, preview
from gateway.store import devices, groups, lists, pauses, rules
from gateway.store.engine import Database, Session, open_journal
from gateway.works import Works
from tests.fakes import idle_box
from tests.fakes.changing import NOW, subscribe
from tests.fakes.events import event

PHONE, TABLET = "192.0.2.7", "192.0.2.8"
TELEMETRY = "tracking.miui.com"
NOBODY = Decision("allowed", None)


@pytest.fixture
def data(data_dir: Path) -> Data:
    """The tablet is in the group kids."""
    data = idle_box.made(data_dir)
    idle_box.note(
        data,
        event("a.example", device=PHONE, count=3),
        event("a.example", device=TABLET, count=5),
        event("b.example", device=TABLET, count=4),
        event(TELEMETRY, device=TABLET, count=1),
    )
    return data


@pytest.fixture
def works(data: Data) -> Iterator[Works]:
    with closing(Works(data, data.read_settings())) as made:
        with made.change("furnished") as change:
            groups.add_group(change.session, "kids")
            devices.put_device(change.session, TABLET, now=NOW, name="tablet", group="kids")
        yield made


@pytest.fixture
def journal(data: Data) -> Iterator[Database]:
    with closing(open_journal(data.root)) as opened:
        yield opened


def tried(works: Works, journal: Database, act: Callable[[Session], object]) -> Preview:
    trial = works.change_lists("tried", act, dry_run=True).trial
    assert trial is not None
    return preview(trial, journal, days=7, now=NOW)


def told(found: Preview) -> list[tuple[str, str, int, str, str]]:
    return [(one.device, one.name, one.count, one.before.action, one.after.action) for one in found.verdicts]


def test_a_rule_of_one_group_concerns_its_devices_alone(works: Works, journal: Database) -> None:
    found = tried(
        works, journal, lambda session: rules.add_rule(session, "||a.example^", now=NOW, group="kids")
    )
    assert told(found) == [(TABLET, "a.example", 5, "allowed", "blocked")]
    assert found.verdicts[0].device_name == "tablet"
    assert found.looked_at == 3  # those of the tablet
    assert [rule.text for rule in found.rules.added] == ["||a.example^"]
    assert found.verdicts[0].after.rule == LogRule("rules", "kids", 1, "||a.example^")


def test_a_rule_for_everyone_concerns_all_most_frequent_first(works: Works, journal: Database) -> None:
    found = tried(works, journal, lambda session: rules.add_rule(session, "||a.example^", now=NOW))
    assert told(found) == [
        (TABLET, "a.example", 5, "allowed", "blocked"),
        (PHONE, "a.example", 3, "allowed", "blocked"),
    ]
    assert not found.truncated


def test_rules_that_tell_devices_apart_are_decided_for_each(works: Works, journal: Database) -> None:
    found = tried(
        works, journal, lambda session: rules.add_rule(session, f"||a.example^$client={PHONE}", now=NOW)
    )
    assert told(found) == [(PHONE, "a.example", 3, "allowed", "blocked")]


def test_a_rule_for_another_record_type_is_tried_by_it(works: Works, journal: Database) -> None:
    found = tried(
        works, journal, lambda session: rules.add_rule(session, "||b.example^$dnstype=AAAA", now=NOW)
    )
    assert told(found) == [(TABLET, "b.example", 4, "allowed", "blocked")]


def test_a_rule_that_takes_anothers_effect_away_is_seen(works: Works, journal: Database) -> None:
    with works.change("blocked") as change:
        rules.add_rule(change.session, "||b.example^", now=NOW)
    found = tried(works, journal, lambda session: rules.add_rule(session, "||b.example^$badfilter", now=NOW))
    assert told(found) == [(TABLET, "b.example", 4, "blocked", "allowed")]


def test_a_change_of_the_rule_alone_is_counted_not_listed(works: Works, journal: Database) -> None:
    with works.change("blocked") as change:
        rules.add_rule(change.session, "||b.example^", now=NOW)
    found = tried(works, journal, lambda session: rules.update_rule(session, 1, text="b.example"))
    assert (found.verdicts, found.other_rule) == ((), 1)


def test_groups_and_who_is_in_them_count(works: Works, journal: Database) -> None:
    off = tried(works, journal, lambda session: groups.update_group(session, "kids", catalogue=False))
    assert told(off) == [(TABLET, TELEMETRY, 1, "blocked", "allowed")]
    assert [pair.after.catalogue for pair in off.groups.changed] == [False]
    strict = tried(
        works, journal, lambda session: groups.update_group(session, "kids", profile=Profile.STRICT)
    )
    assert strict.verdicts == ()

    def move(session: Session) -> None:
        rules.add_rule(session, "||b.example^", now=NOW, group="kids")
        devices.put_device(session, TABLET, now=NOW, group="everyone")

    moved = tried(works, journal, move)
    assert moved.verdicts == ()
    assert [pair.after.group for pair in moved.devices.changed] == ["everyone"]


def test_a_list_counts_for_all(works: Works, journal: Database, data: Data) -> None:
    found = tried(works, journal, lambda session: subscribe(data, session, "x", "||b.example^\n"))
    assert told(found) == [(TABLET, "b.example", 4, "allowed", "blocked")]
    assert found.verdicts[0].after.rule == LogRule("lists", "x", 1, "||b.example^")
    assert [one.name for one in found.lists.added] == ["x"]
    with works.reading() as session:
        assert lists.list_lists(session) == ()


def test_a_pause_is_told_and_left_aside(works: Works, journal: Database) -> None:
    from gateway.policy.state import PauseState

    found = tried(
        works, journal, lambda session: pauses.put_pause(session, PauseState("all", "", NOW, 1.0, "b"))
    )
    assert len(found.pauses.added) == 1
    assert (found.verdicts, found.looked_at) == ((), 0)


def test_it_is_bounded_in_what_it_shows_and_in_time(
    works: Works, journal: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "MAX_SHOWN", 1)
    found = tried(works, journal, lambda session: rules.add_rule(session, "||a.example^", now=NOW))
    assert (len(found.verdicts), found.truncated) == (1, True)
    trial = works.change_lists(
        "tried", lambda session: rules.add_rule(session, "||a.example^", now=NOW), dry_run=True
    ).trial
    assert trial is not None
    ticks = count(0, 10)
    late = preview(trial, journal, days=7, now=NOW, ticks=lambda: next(ticks))
    assert (late.verdicts, late.truncated) == ((), True)


def test_what_phones_need_is_warned_of_before_it_is_blocked_and_once(works: Works, journal: Database) -> None:
    name = "find.api.micloud.xiaomi.net"
    found = tried(works, journal, lambda session: rules.add_rule(session, f"||{name}^", now=NOW))
    assert any(f"blocks {name} in everyone" in warning for warning in found.warnings)
    with works.change("done") as change:
        rules.add_rule(change.session, f"||{name}^", now=NOW)
    other = tried(works, journal, lambda session: rules.add_rule(session, "||other.example^", now=NOW))
    assert other.warnings == ()
