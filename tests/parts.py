"""Which tests run side by side, with a worker for each processor, and which alone. See deploy/test."""

BESIDE, ALONE = PARTS = ("side-by-side", "alone")

# How the names of those begin beside which nothing may run; all others run with several workers, in any order.
RUN_ALONE = (
    "tests/bench",
    "tests/browser",  # Playwright runs an event loop where other tests want one of their own
    "tests/deploy",  # several `deploy/up` at once is their own business
    "tests/meta/test_readme.py",  # installs everything, then types as fast as a reader
    "tests/meta/test_wheel.py",
    # Milliseconds, megabytes or queries a second:
    "tests/live/test_hostile_floods.py",
    "tests/live/test_hostile_lists.py",
    "tests/live/test_hostile_packets.py",
    "tests/live/test_hostile_upstreams.py",
    "tests/live/test_network.py::test_no_query_is_lost",
    "tests/live/test_panel.py",
    "tests/live/test_rule_under_load.py",
    "tests/live/test_stalls.py",
    # Killed at any moment, of which there are to be enough before and after what is looked for:
    "tests/live/test_killed_while_changing.py",
    "tests/live/test_roles_are_killed.py::test_acknowledged_rules_survive",
)
_WORKER_BYTES = 700_000_000  # of one worker with its PostgreSQL, generously


def part_of(test: str) -> str:
    """The part that this test ("tests/live/test_x.py::test_y") belongs to."""
    return ALONE if test.startswith(RUN_ALONE) else BESIDE


def workers(processors: int, memory: int) -> int:
    """How many there are; none where processors or memory (bytes) would do for one only."""
    found = min(processors, memory // _WORKER_BYTES)
    return found if found > 1 else 0
