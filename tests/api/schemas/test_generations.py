from api.schemas.generations import GenerationDiff, GenerationPublic, RestoredPublic
from gateway.differences import Differences
from gateway.history import Compared, Restored
from gateway.store.generations import Generation

EMPTY: Differences[object] = Differences((), (), ())  # type: ignore[type-var] # of nothing


def test_a_generation_says_whether_it_can_be_gone_back_to() -> None:
    made = Generation(7, 5, "why", {"workers": 2}, "Anna", "192.0.2.9")
    shown = GenerationPublic.of(made, kept=True, in_force=False)
    assert (shown.number, shown.cause, shown.author, shown.kept, shown.in_force) == (
        7,
        "why",
        "Anna",
        True,
        False,
    )


def test_a_comparison_names_both_ends() -> None:
    shown = GenerationDiff.of(3, 5, Compared(EMPTY, EMPTY, EMPTY, EMPTY, EMPTY))  # type: ignore[arg-type] # of nothing
    assert (shown.before, shown.after, shown.rules.added) == (3, 5, [])


def test_what_could_not_be_is_told() -> None:
    assert RestoredPublic.of(Restored(3, ("x",))).model_dump() == {"restored": 3, "warnings": ["x"]}
