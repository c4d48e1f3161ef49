import pytest

from gateway.cli import parser
from gateway.verbs.asking import MAX_ROWS


def test_a_name_is_asked_about() -> None:
    options = parser().parse_args(["why", "ads.example", "--device", "phone"])
    assert (options.call, options.name, options.type, options.device) == (
        "why:why",
        "ads.example",
        "A",
        "phone",
    )


def test_a_pause_may_have_no_length() -> None:
    assert parser().parse_args(["pause"]).duration is None
    assert parser().parse_args(["pause", "10m", "--group", "kids"]).duration == "10m"


def test_the_log_gives_no_more_than_it_may() -> None:
    assert parser().parse_args(["log", "-n", str(MAX_ROWS), "-f"]).limit == MAX_ROWS
    with pytest.raises(SystemExit):
        parser().parse_args(["log", "-n", str(MAX_ROWS + 1)])
