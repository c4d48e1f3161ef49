"""Tell the DNS workers of a new generation and hear whether they decide by it."""

from pathlib import Path

from gateway import control
from gateway.control import Asked
from gateway.errors import HushgateError
from gateway.policy.publish import WorkerAck

WAIT = 10.0  # seconds in which a worker must have taken up a generation
_PREFIX = "dns-"


def tell(run: Path, generation: int) -> list[WorkerAck]:
    """Tell every living worker at once; one that is being restarted reads the manifest when it starts.

    `run`: the folder of the control sockets.
    """
    workers = [role for role in control.roles(run) if role.startswith(_PREFIX)]
    # All are asked before the first is waited for: they take it up side by side, and no threads are needed for it.
    asked = [(worker, _ask(run, worker)) for worker in workers]
    acks = [_heard(worker, said, generation) for worker, said in asked]
    return [ack for ack in acks if ack is not None]


def _ask(run: Path, worker: str) -> Asked | HushgateError:
    try:
        return Asked(run, worker, "policy", timeout=WAIT)
    except HushgateError as error:
        return error


def _heard(worker: str, asked: Asked | HushgateError, generation: int) -> WorkerAck | None:
    try:
        if isinstance(asked, HushgateError):
            raise asked
        said = asked.answer()
    except control.Down:
        return None
    except HushgateError as error:
        return WorkerAck(worker, 0, str(error))
    taken = int(said.get("generation", 0))
    return WorkerAck(worker, taken, "" if taken == generation else "it has another one")
