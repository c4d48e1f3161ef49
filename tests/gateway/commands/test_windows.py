from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.commands import windows
from gateway.errors import UsageError
from gateway.model import Mode, Profile
from gateway.schedule import WEEK, Day, Window

_clocks = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
_days = st.sets(st.sampled_from(WEEK), min_size=1).map(lambda chosen: tuple(sorted(chosen, key=WEEK.index)))


@given(
    st.one_of(
        st.builds(
            Window,
            _clocks,
            _clocks,
            _days,
            profile=st.none() | st.sampled_from(Profile),
            mode=st.none() | st.sampled_from(Mode),
            block=st.sampled_from(["", "everything"]),
        ),
        st.builds(Window, _clocks, _clocks, _days, pause=st.just(True)),
    )
)
def test_what_is_shown_can_be_typed(window: Window) -> None:
    assert windows.parse(windows.words(window)) == window


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:30-6:30 block", Window("21:30", "06:30", block="everything")),
        ("Fri-Mon 08:00-24:00 strict observe", Window(
            "08:00", "24:00", (Day.FRI, Day.SAT, Day.SUN, Day.MON), Profile.STRICT, Mode.OBSERVE
        )),
        ("sat,mon-tue,sat 08:00-09:00 pause", Window("08:00", "09:00", (Day.SAT, Day.MON, Day.TUE), pause=True)),
    ],
)  # fmt: skip
def test_windows_are_written_as_people_say_them(text: str, expected: Window) -> None:
    assert windows.parse(text) == expected


@given(st.text())
def test_any_text_is_a_window_or_refused(text: str) -> None:
    try:
        windows.parse(text)
    except UsageError as error:
        assert error.hint  # noqa: PT017  # the hint is what matters here


def test_the_machines_zone_is_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = tmp_path / "zoneinfo" / "Asia" / "Shanghai"
    zone.parent.mkdir(parents=True)
    zone.touch()
    link = tmp_path / "localtime"
    link.symlink_to(zone)
    monkeypatch.setattr(windows, "_LOCALTIME", link)
    monkeypatch.delenv("TZ", raising=False)
    assert windows.own_zone() == "Asia/Shanghai"
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert windows.own_zone() == "Europe/Berlin"
    monkeypatch.delenv("TZ")
    monkeypatch.setattr(windows, "_LOCALTIME", tmp_path / "nothing")
    assert windows.own_zone() == "UTC"
