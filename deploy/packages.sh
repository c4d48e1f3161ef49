# Debian packages, where root and apt allow. Sourced by deploy/up and deploy/test.
# Nothing that is installed here starts to run, now or at the next boot: a resolver that takes port 53
# would stand in Hushgate's way.
# shellcheck shell=sh disable=SC2154  # $project is set by whoever sources this

POLICY=/usr/sbin/policy-rc.d # asked by Debian before a service is started; 101 says no
DAEMONS="unbound nsd postgresql"

# The packages named in deploy/packages/NAME … that are not installed, on one line.
missing_packages() {
    wanted=$(for name in "$@"; do sed 's/[[:space:]]*#.*//' "$project/deploy/packages/$name"; done)
    # shellcheck disable=SC2086  # words are meant
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p') || true
    for package in $wanted; do
        printf '%s\n' "$installed" | grep -qxF -- "$package" || printf '%s ' "$package"
    done
}

# Install what is missing of deploy/packages/NAME …, or say in one line what is and go on.
ensure_packages() {
    if ! command -v dpkg-query >/dev/null; then
        say "no Debian packages here; going on without looking for: $(cd "$project/deploy/packages" && cat "$@" | sed -n 's/^\([a-z0-9-]\{1,\}\).*/\1/p' | tr '\n' ' ')"
        return 0
    fi
    missing=$(missing_packages "$@")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" != 0 ]; then
        say "going on without what only root can install: apt-get install --no-install-recommends $missing"
    elif ! command -v apt-get >/dev/null; then
        say "going on without (no apt-get here): $missing"
    else
        # A subshell, so that its trap puts everything back before anything else happens.
        (install_packages "$missing") 9<&- || true
        missing=$(missing_packages "$@")
        [ -z "$missing" ] || say "going on without what apt could not install: $missing"
    fi
}

install_packages() {
    exec 8</var/lib/dpkg && flock 8 # one at a time on this machine: the policy file below is shared
    log=$(mktemp)
    policy_is_ours=
    trap 'rm -f "$log"; [ -z "$policy_is_ours" ] || rm -f "$POLICY"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP

    say "installing Debian packages: $1"
    apt update || say "apt-get update failed; trying with what apt knows already"
    known=
    for package in $1; do
        apt-cache show --no-all-versions "$package" >/dev/null 2>&1 && known="$known $package"
    done
    [ -n "$known" ] || return 0

    hold_daemons
    enabled_before=$(enabled_daemons)
    # shellcheck disable=SC2086  # words are meant
    apt install -y --no-install-recommends $known || tail -n 5 "$log" >&2
    for daemon in $(enabled_daemons); do
        case " $enabled_before " in
        *" $daemon "*) ;; # someone runs it already; not ours to stop
        *) systemctl disable --quiet "$daemon" 2>/dev/null || true ;;
        esac
    done
}

apt() {
    # NEEDRESTART: Ubuntu restarts unrelated services after an installation, unless told not to.
    DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
        apt-get -o DPkg::Lock::Timeout=300 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 "$@" \
        </dev/null >>"$log" 2>&1 8<&-
}

# No service starts while this process lives. A policy of the machine's own is left alone; one that a killed
# run of ours left behind answers "yes" by itself, since its process is gone, and is replaced.
hold_daemons() {
    if [ -e "$POLICY" ] && ! grep -q 'hushgate deploy' "$POLICY"; then
        return 0
    fi
    policy_is_ours=yes
    printf '#!/bin/sh\n# hushgate deploy: no service starts while process %s installs packages.\n[ ! -d /proc/%s ] || exit 101\n' "$$" "$$" >"$POLICY"
    chmod 755 "$POLICY"
}

# Those of DAEMONS that start at boot, on one line.
enabled_daemons() {
    command -v systemctl >/dev/null || return 0
    for daemon in $DAEMONS; do
        ! systemctl is-enabled --quiet "$daemon" 2>/dev/null || printf '%s ' "$daemon"
    done
}
