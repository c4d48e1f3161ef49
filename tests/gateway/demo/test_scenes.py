from gateway.demo.scenes import SCENES
from gateway.names import from_text


def test_every_name_it_asks_for_is_one() -> None:
    assert all(from_text(name) for _, names in SCENES for name in names)


def test_every_scene_has_a_title_of_its_own() -> None:
    titles = [title for title, _ in SCENES]
    assert len(set(titles)) == len(titles) > 5
    assert all(names for _, names in SCENES)
