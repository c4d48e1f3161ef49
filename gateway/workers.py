"""Tell the DNS workers of a new generation and hear whether they decide by it; ask them for other things."""

from pathlib import Path
from typing import Any

from gateway import control
from gateway.control import Asked
from gateway.errors import HushgateError, OwnFault
from gateway.policy.publish import WorkerAck

WAIT = 10.0  # seconds in which a worker must have taken up a generation
_PREFIX = "dns-"


def tell(run: Path, generation: int) -> list[WorkerAck]:
    """Tell every living worker at once; one that is being restarted reads the manifest when it starts.

    `run`: the folder of the control sockets.
    """
    return [_ack(worker, said, generation) for worker, said in ask_all(run, "policy").items()]


def ask_all(run: Path, verb: str, **arguments: Any) -> dict[str, dict[str, Any] | HushgateError]:
    """What each living worker says, or why it does not."""
    # All are asked before the first is waited for: they take it up side by side, and no threads are needed for it.
    asked = [(worker, _ask(run, worker, verb, arguments)) for worker in _names(run)]
    heard = [(worker, _heard(said)) for worker, said in asked]
    return {worker: said for worker, said in heard if not isinstance(said, control.Down)}


def ask_one(run: Path, verb: str, *, timeout: float = WAIT, **arguments: Any) -> dict[str, Any]:
    """What the first living worker says. Raises OwnFault where none lives, or it does not answer, or by an error."""
    for worker in _names(run):
        try:
            return control.call(run, worker, verb, timeout=timeout, **arguments)
        except control.Down:
            continue  # it is being restarted; another one serves meanwhile
    raise OwnFault("no DNS worker runs now", hint="start the box with `hushgate up`, or see what it printed")


def _names(run: Path) -> list[str]:
    return [role for role in control.roles(run) if role.startswith(_PREFIX)]


def _ask(run: Path, worker: str, verb: str, arguments: dict[str, Any]) -> Asked | HushgateError:
    try:
        return Asked(run, worker, verb, timeout=WAIT, **arguments)
    except HushgateError as error:
        return error


def _heard(asked: Asked | HushgateError) -> dict[str, Any] | HushgateError:
    if isinstance(asked, HushgateError):
        return asked
    try:
        return asked.answer()
    except HushgateError as error:
        return error


def _ack(worker: str, said: dict[str, Any] | HushgateError, generation: int) -> WorkerAck:
    if isinstance(said, HushgateError):
        return WorkerAck(worker, 0, str(said))
    taken = int(said.get("generation", 0))
    return WorkerAck(worker, taken, "" if taken == generation else "it has another one")
