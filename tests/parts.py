"""Which tests run side by side, which file by file, and which alone. See deploy/test."""

BESIDE, BY_FILE, ALONE = PARTS = ("side-by-side", "file-by-file", "alone")

# How the names begin of those of which a worker takes whole files, because their tests share what is dear.
RUN_BY_FILE = (
    "tests/browser",  # a box and a browser; Playwright runs an event loop where other tests want one of their own
    "tests/deploy",
    "tests/meta/test_readme.py",  # installs everything, and waits for most of the time
    "tests/meta/test_wheel.py",
)
# And of those beside which nothing may run. All others run with several workers, in any order.
RUN_ALONE = (
    # Milliseconds, megabytes or queries a second:
    "tests/bench",
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
    if test.startswith(RUN_ALONE):
        return ALONE
    return BY_FILE if test.startswith(RUN_BY_FILE) else BESIDE


def workers(processors: int, memory: int) -> int:
    """How many there are; none where processors or memory (bytes) would do for one only."""
    found = min(processors, memory // _WORKER_BYTES)
    return found if found > 1 else 0
