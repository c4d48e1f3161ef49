# What deploy/up and deploy/test share. Sourced by them, with $project set.
# shellcheck shell=sh disable=SC2154  # $project is set by whoever sources this

say() { printf 'hushgate: %s\n' "$*" >&2; }

fail() {
    say "$@"
    exit 1
}

. "$project/deploy/packages.sh"
. "$project/deploy/venv.sh"
. "$project/deploy/panel.sh"

# .venv made right for deploy/locks/NAME.txt, and the panel built: at once when it is so already.
prepare() {
    ! venv_is_ready "$1" || ! panel_is_ready || return 0
    take_turn
    venv_is_ready "$1" || make_venv "$1" # another run may just have made it
    panel_is_ready || make_panel
    exec 9<&- # what runs afterwards must not hold the lock
}

# One run at a time in this checkout; the lock goes with the process, however it ends.
take_turn() {
    exec 9<"$project/deploy"
    command -v flock >/dev/null || return 0
    flock -n 9 || {
        say "waiting for another run that prepares this checkout"
        flock 9
    }
}
