# The project's own .venv, made from a lock file with hashes. Sourced by deploy/up and deploy/test.
# A stamp says for which lock, project file, interpreter and place it was made; without one it was never finished.
# shellcheck shell=sh disable=SC2154  # $project is set by whoever sources this

venv=$project/.venv

# Where the environment stands and on what: it must be made anew when this changes.
ground_of_venv() {
    printf '%s in %s\n' "$(readlink -f -- "$venv/bin/python")" "$project"
}

stamp_for() {
    ground_of_venv
    cat "$project/deploy/locks/$1.txt" "$project/pyproject.toml" | sha256sum
}

venv_is_ready() {
    [ -x "$venv/bin/python" ] && [ -x "$venv/bin/hushgate" ] && [ -f "$venv/$1.stamp" ] &&
        [ "$(cat "$venv/$1.stamp")" = "$(stamp_for "$1")" ]
}

# Make .venv right for deploy/locks/NAME.txt. Expects the lock of `take_turn`.
make_venv() {
    began=$(date +%s)
    [ -w "$project" ] || fail "$project cannot be written: clone it again as the user who runs it"
    [ ! -e "$venv" ] || [ -w "$venv" ] || fail "$venv belongs to someone else: remove it, or run as its owner"
    ground=
    [ ! -x "$venv/bin/python" ] || ground=$(cat "$venv/"*.stamp 2>/dev/null | head -n 1)
    if [ -z "$ground" ] || [ "$ground" != "$(ground_of_venv)" ]; then
        python=$(find_python) || fail "Python 3.11 or newer with its venv module is needed: apt-get install python3-venv (Debian 12, Ubuntu 24.04 or newer)"
        [ ! -e "$venv" ] || say "the old .venv is not whole or not for this place; making it anew"
        rm -rf -- "$venv"
        mkdir -- "$venv"
        say "making .venv with $("$python" -V) ($python)"
        "$python" -m venv "$venv" >"$venv/install.log" 2>&1 || give_up "making .venv failed"
    fi
    rm -f -- "$venv/"*.stamp # from here on it is half made
    say "installing $(grep -c '^[a-zA-Z0-9]' "$project/deploy/locks/$1.txt") Python packages (deploy/locks/$1.txt)"
    pip install --require-hashes -r "$project/deploy/locks/$1.txt" || give_up "installing the Python packages failed"
    # Its build tool is in the lock: nothing is fetched that has no hash.
    HUSHGATE_BUILD_PANEL=no pip install --no-deps --no-build-isolation --editable "$project" || give_up "installing Hushgate into .venv failed"
    [ "$1" = runtime ] || stamp_for runtime >"$venv/runtime.stamp" # dev holds all of runtime
    stamp_for "$1" >"$venv/$1.stamp"
    say "ready after $(($(date +%s) - began)) s"
}

pip() {
    PIP_USER=0 PIP_DISABLE_PIP_VERSION_CHECK=1 \
        "$venv/bin/python" -m pip --no-input "$@" </dev/null >>"$venv/install.log" 2>&1 9<&-
}

give_up() {
    tail -n 6 "$venv/install.log" >&2
    case $(uname -m) in
    x86_64 | aarch64) hint="check the network and the room on the disk, then run this again" ;;
    *) hint="a 64-bit system is needed: not every package is ready-made for $(uname -m)" ;;
    esac
    fail "$1; $hint (all of it: $venv/install.log)"
}

# The first Python here that is new enough and can make environments.
find_python() {
    for candidate in ${PYTHON:-} python3 /usr/bin/python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}
