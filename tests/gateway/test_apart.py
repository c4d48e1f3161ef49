"""What is done in a process of its own leaves nothing behind but its result."""

import os
import signal
import sys
from typing import NoReturn

import pytest

from gateway.apart import do_apart
from gateway.errors import Missing, OwnFault, SettingsError, UsageError


def test_it_is_done_when_the_call_returns_and_what_it_loaded_is_gone() -> None:
    def work() -> str:
        sys.modules["loaded there"] = sys
        return f"{os.getpid()} " + "x" * 100_000  # more than a pipe holds

    number, rest = do_apart(work).split()
    assert number != str(os.getpid())
    assert len(rest) == 100_000
    assert "loaded there" not in sys.modules


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (UsageError("no", hint="yes"), UsageError),
        (Missing("gone", hint="look"), UsageError),
        (SettingsError("line 7", hint=""), SettingsError),
        (OwnFault("x" * 10_000), OwnFault),
    ],
)
def test_its_error_is_raised_here_with_its_hint(raised: UsageError, kind: type[Exception]) -> None:
    def work() -> NoReturn:
        raise raised

    with pytest.raises(kind) as caught:
        do_apart(work)
    assert str(raised) == str(caught.value)
    assert caught.value.hint == raised.hint  # type: ignore[attr-defined] # every HushgateError has one


def test_what_nobody_foresaw_is_an_error_too(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> NoReturn:
        raise ZeroDivisionError

    with pytest.raises(OwnFault, match="ended with 1"):
        do_apart(work)
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_a_killed_one_is_an_error() -> None:
    def work() -> str:
        os.kill(os.getpid(), signal.SIGKILL)
        return ""

    with pytest.raises(OwnFault, match="-9"):
        do_apart(work)
