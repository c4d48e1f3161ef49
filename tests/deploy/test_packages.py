"""Installing Debian packages, with an apt that only pretends: no service may start because of us."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# What apt-get would do around an installation: ask the policy whether services may start.
APT_GET = """#!/bin/sh
echo "apt-get $*" >>"$TRACE"
case "$*" in
*install*)
    if [ -x "$POLICY_FILE" ]; then code=0; "$POLICY_FILE" unbound start || code=$?; echo "policy $code" >>"$TRACE"; fi
    touch "$INSTALLED"
    [ -z "${KILLED-}" ] || kill -TERM "$PPID"
    ;;
esac
"""
DPKG_QUERY = """#!/bin/sh
[ ! -e "$INSTALLED" ] || for p; do [ "$p" = chromium ] || echo installed $p; done
"""
APT_CACHE = """#!/bin/sh
[ "$3" != chromium ]
"""
# unbound was there and in use before; nsd becomes enabled by being installed.
SYSTEMCTL = """#!/bin/sh
case "$1 $3" in
"is-enabled unbound") ;;
"is-enabled nsd") [ -e "$INSTALLED" ] ;;
is-enabled*) exit 1 ;;
*) echo "systemctl $*" >>"$TRACE" ;;
esac
"""


@dataclass(frozen=True)
class Machine:
    """A machine whose apt is ours."""

    folder: Path

    @property
    def policy(self) -> Path:
        return self.folder / "policy-rc.d"

    @property
    def trace(self) -> list[str]:
        return (self.folder / "trace").read_text().splitlines()

    def ensure(self, *names: str, **environment: str) -> str:
        """What `ensure_packages` says."""
        script = (
            'say() { echo "$*" >&2; }; . "$project/deploy/packages.sh"; POLICY=$POLICY_FILE; '
            'set -eu; ensure_packages "$@"; echo went on >&2'
        )
        done = subprocess.run(
            ["sh", "-c", script, "sh", *names],
            env={
                "PATH": f"{self.folder}:{os.environ['PATH']}",
                "project": str(ROOT),
                "POLICY_FILE": str(self.policy),
                "TRACE": str(self.folder / "trace"),
                "INSTALLED": str(self.folder / "installed"),
                **environment,
            },
            capture_output=True,
            text=True,
            timeout=30,
        )
        assert done.returncode == 0, done.stderr
        assert done.stderr.endswith("went on\n")
        return done.stderr


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    if not Path("/var/lib/dpkg").is_dir():
        pytest.skip("no Debian-like machine")
    programs = {
        "apt-get": APT_GET,
        "dpkg-query": DPKG_QUERY,
        "apt-cache": APT_CACHE,
        "systemctl": SYSTEMCTL,
        "id": "#!/bin/sh\necho 0\n",
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return Machine(tmp_path)


def test_services_are_told_not_to_start_and_the_policy_goes_again(machine: Machine) -> None:
    machine.ensure("recursive")
    assert "policy 101" in machine.trace
    assert not machine.policy.exists()


def test_policy_of_the_machine_is_left_alone(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\nexit 0\n")
    machine.policy.chmod(0o755)
    machine.ensure("recursive")
    assert "policy 0" in machine.trace
    assert machine.policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_policy_goes_when_the_installation_is_ended_from_outside(machine: Machine) -> None:
    machine.ensure("recursive", KILLED="yes")
    assert "policy 101" in machine.trace
    assert not machine.policy.exists()


def test_policy_left_behind_by_a_killed_run_forbids_nothing_and_is_replaced(machine: Machine) -> None:
    machine.policy.write_text("#!/bin/sh\n# hushgate deploy: old\n[ ! -d /proc/999999999 ] || exit 101\n")
    machine.policy.chmod(0o755)
    assert subprocess.run([machine.policy], check=False).returncode == 0
    machine.ensure("recursive")
    assert "policy 101" in machine.trace
    assert not machine.policy.exists()


def test_service_that_came_with_a_package_does_not_start_at_boot_either(machine: Machine) -> None:
    machine.ensure("recursive", "test")
    disabled = [line for line in machine.trace if line.startswith("systemctl")]
    assert disabled == ["systemctl disable --quiet nsd"]


def test_package_that_apt_does_not_know_stops_no_other(machine: Machine) -> None:
    said = machine.ensure("test")
    (install,) = [line for line in machine.trace if "install" in line]
    assert "dnsperf" in install
    assert "chromium" not in install
    assert "going on without what apt could not install: chromium" in said


def test_nothing_is_asked_of_apt_when_nothing_is_missing(machine: Machine) -> None:
    (machine.folder / "installed").touch()
    assert machine.ensure("up", "recursive") == "went on\n"
    assert not (machine.folder / "trace").exists()
