"""Do something in a process of its own, so that what it loads goes with it. Only where there are no threads yet."""

import os
import sys
import traceback
from collections.abc import Callable

import msgspec

from gateway.errors import HushgateError, OwnFault, SettingsError, UsageError

_KINDS = {kind.__name__: kind for kind in (OwnFault, SettingsError, UsageError)}


class _Outcome(msgspec.Struct):
    result: str = ""
    fault: str = ""  # the kind of error; "" for none
    message: str = ""
    hint: str = ""


def do_apart(work: Callable[[], str]) -> str:
    """What `work` returns, done in a fork of this process. Raises the HushgateError that it raised."""
    reader, writer = os.pipe()
    sys.stdout.flush()  # else the fork would say again what waits there
    sys.stderr.flush()
    pid = os.fork()
    if not pid:
        os.close(reader)
        _live(work, writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if not said:
        raise OwnFault(f"a part of the start ended with {os.waitstatus_to_exitcode(status)}")
    outcome = msgspec.json.decode(said, type=_Outcome)
    if outcome.fault:
        raise _KINDS[outcome.fault](outcome.message, hint=outcome.hint)
    return outcome.result


def _live(work: Callable[[], str], writer: int) -> None:
    """The fork's whole life. Never returns: nothing of the caller's stack may go on in it."""
    code = 1
    try:
        _tell(writer, _Outcome(work()))
        code = 0
    except HushgateError as error:
        # The nearest of the kinds that the parent knows.
        kind = next(
            (one.__name__ for one in type(error).__mro__ if one.__name__ in _KINDS), OwnFault.__name__
        )
        _tell(writer, _Outcome("", kind, str(error), error.hint))
    except BaseException:  # noqa: BLE001  # told here, because there is nobody above who could
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _tell(writer: int, outcome: _Outcome) -> None:
    with os.fdopen(writer, "wb") as pipe:
        pipe.write(msgspec.json.encode(outcome))
