"""Tell the DNS workers of a new generation and hear whether they decide by it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gateway import control
from gateway.errors import HushgateError
from gateway.policy.publish import WorkerAck

WAIT = 10.0  # seconds in which a worker must have taken up a generation
_PREFIX = "dns-"


def tell(run: Path, generation: int) -> list[WorkerAck]:
    """Tell every living worker at once; one that is being restarted reads the manifest when it starts.

    `run`: the folder of the control sockets.
    """
    workers = [role for role in control.roles(run) if role.startswith(_PREFIX)]
    if not workers:
        return []
    with ThreadPoolExecutor(len(workers)) as pool:
        acks = pool.map(lambda worker: _tell_one(run, worker, generation), workers)
        return [ack for ack in acks if ack is not None]


def _tell_one(run: Path, worker: str, generation: int) -> WorkerAck | None:
    try:
        said = control.call(run, worker, "policy", timeout=WAIT)
    except control.Down:
        return None
    except HushgateError as error:
        return WorkerAck(worker, 0, str(error))
    taken = int(said.get("generation", 0))
    return WorkerAck(worker, taken, "" if taken == generation else "it has another one")
