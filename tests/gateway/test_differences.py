import msgspec

from gateway.differences import Changed, Differences, compare


class Thing(msgspec.Struct, frozen=True):
    name: str
    size: int


def by_name(thing: Thing) -> str:
    return thing.name


def test_what_came_went_and_changed_is_told_apart() -> None:
    before = [Thing("a", 1), Thing("b", 1), Thing("c", 1)]
    after = [Thing("d", 1), Thing("c", 2), Thing("a", 1)]
    assert compare(before, after, by_name) == Differences(
        (Thing("d", 1),), (Thing("b", 1),), (Changed(Thing("c", 1), Thing("c", 2)),)
    )


def test_equal_states_do_not_differ() -> None:
    assert not compare([Thing("a", 1)], [Thing("a", 1)], by_name)
    assert compare([], [Thing("a", 1)], by_name)
