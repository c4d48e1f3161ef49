"""What the panel has set: below everything a person wrote down, durable, and never guessed."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import chosen, settings
from gateway.chosen import Chosen
from gateway.errors import OwnFault, SettingsError
from gateway.settings import Dns, Settings

ONE = "udp://192.0.2.1"
CHOICE = Chosen(3, 1_700_000_000, "admin", "192.0.2.7", {"dns.upstreams": [ONE], "dns.blocked_ttl": 60})


def test_what_was_written_is_read_for_its_owner_alone(data_dir: Path) -> None:
    path = data_dir / "panel-settings.json"
    assert chosen.read(path) == Chosen()
    for choice in (CHOICE, Chosen(4)):
        chosen.write(path, choice)
        assert chosen.read(path) == choice
        assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in data_dir.iterdir()] == [path.name]


@pytest.mark.parametrize("text", [b"", b"{", b"\xff", b"[]", b'{"serial": "x"}', b'{"unknown": 1}'])
def test_a_damaged_file_is_an_error_and_not_the_defaults(data_dir: Path, text: bytes) -> None:
    path = data_dir / "panel-settings.json"
    path.write_bytes(text)
    with pytest.raises(SettingsError, match="panel-settings") as caught:
        chosen.read(path)
    assert caught.value.hint


def test_what_cannot_be_written_leaves_the_old_one(data_dir: Path) -> None:
    path = data_dir / "folder" / "panel-settings.json"
    with pytest.raises(OwnFault, match="cannot be written") as caught:
        chosen.write(path, CHOICE)
    assert caught.value.hint


def test_defaults_give_way_to_the_panel_and_everything_written_down_wins_over_it(data_dir: Path) -> None:
    found = chosen.over(Settings(), CHOICE)
    assert (found.dns.upstreams, found.dns.blocked_ttl) == ((ONE,), 60)
    assert found.origins == {"dns.upstreams": "panel", "dns.blocked_ttl": "panel"}
    file = data_dir / "hushgate.toml"
    file.write_text("[dns]\nblocked_ttl = 5\n")
    named = settings.load(
        file, {"HUSHGATE_DNS__STRIP_ECH": "true"}, {"dns": {"upstreams": ["udp://192.0.2.9"]}}
    )
    assert named.origins == {
        "dns.blocked_ttl": "file",
        "dns.strip_ech": "environment",
        "dns.upstreams": "flag",
    }
    found = chosen.over(
        named, msgspec.structs.replace(CHOICE, values={**CHOICE.values, "dns.check_case": False})
    )
    assert found.dns.upstreams == ("udp://192.0.2.9",)
    assert (found.dns.blocked_ttl, found.dns.check_case) == (5, False)
    assert found.origins == {**named.origins, "dns.check_case": "panel"}
    free = [key for key in chosen.KEYS if chosen.is_free(found, key)]
    assert free == ["dns.domains", "dns.serve_stale", "dns.check_case", "dns.private_answers"]


def test_what_is_taken_back_is_the_default_again() -> None:
    found = chosen.over(chosen.over(Settings(), CHOICE), Chosen(4, values={"dns.blocked_ttl": 7}))
    assert found.dns == Dns(blocked_ttl=7)
    assert chosen.over(found, Chosen(5)) == Settings()


_VALUES = st.fixed_dictionaries(
    {},
    optional={
        "dns.upstreams": st.lists(st.sampled_from((ONE, "tcp://192.0.2.2"))),
        "dns.domains": st.dictionaries(st.sampled_from(("lan", "home")), st.just([ONE])),
        "dns.blocked_ttl": st.integers(0, 86_400),
        "dns.serve_stale": st.booleans(),
        "dns.strip_ech": st.booleans(),
        "dns.check_case": st.booleans(),
        "dns.private_answers": st.lists(st.sampled_from(("plex.direct", "example.org"))),
    },
)


@given(_VALUES, _VALUES)
def test_twice_is_as_once_and_only_the_last_choice_counts(
    first: dict[str, object], last: dict[str, object]
) -> None:
    found = chosen.over(chosen.over(Settings(), Chosen(1, values=first)), Chosen(2, values=last))
    assert found == chosen.over(Settings(), Chosen(2, values=last))
    assert chosen.over(found, Chosen(2, values=last)) == found


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dns.blocked_ttl": -1}, "dns.blocked_ttl: -1 is not between"),
        ({"dns.blocked_ttl": "x"}, "dns.blocked_ttl: expected `int`"),
        ({"dns.upstreams": "x"}, "dns.upstreams: expected `array`"),
        ({"dns.private_answers": ["a..b"]}, "dns.private_answers: 'a..b'"),
        ({"dns.listen": ["127.0.0.1:53"]}, "dns.listen: the panel cannot set this"),
    ],
)
def test_a_bad_value_is_named(values: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        chosen.over(Settings(), Chosen(1, values=values))
