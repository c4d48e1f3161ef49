# The panel's pages, built from api/panel where that has changed. Sourced by deploy/prepare.sh.
# shellcheck shell=sh disable=SC2154  # $project and $venv are set by whoever sources this

# At once: a look at the sources. A checkout without a panel has nothing to build.
panel_is_ready() {
    [ ! -e "$project/api/panel/package.json" ] || panel_build --is-fresh
}

# The box matters more than its pages: without them it starts all the same, and says so.
make_panel() {
    say "building the panel's pages (up to some minutes on a small board; only when they have changed)"
    have_node && panel_build 2>>"$venv/install.log" && return 0
    tail -n 1 "$venv/install.log" >&2
    say "going on without new pages; run this again to try again (all of it: $venv/install.log)"
}

# A Node.js to build with: the machine's own, or one in .venv. That one is 61 MB to fetch and has nothing to do
# when the pages are built, so it has a lock file of its own.
have_node() {
    panel_build --has-node && return 0
    say "no Node.js here that is new enough; fetching one into .venv (61 MB, once; deploy/locks/panel.txt)"
    pip install --require-hashes -r "$project/deploy/locks/panel.txt" || {
        echo "hushgate: the panel: Node.js could not be fetched; check the network, or install Node.js 22 with npm 11" >>"$venv/install.log"
        return 1
    }
}

panel_build() {
    "$venv/bin/python" "$project/deploy/panel_build.py" "$@" </dev/null 9<&-
}
