"""Verbs of the box itself: start it, look at it, check it."""

from pathlib import Path

from gateway.verbs.grammar import Grammar


def add(grammar: Grammar) -> None:
    """up, run, status, check."""
    verb = grammar.verb
    up = verb("up", "box:up", "run the box: DNS workers, keeper, panel", prints=False)
    up.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    up.add_argument(
        "--dns", action="append", metavar="ADDR:PORT", help="answer DNS there; may be given again"
    )
    up.add_argument("--panel", metavar="ADDR:PORT", help="where panel and API listen")
    up.add_argument(
        "--upstream",
        action="append",
        metavar="URL",
        help="whom to ask: udp:// tcp:// tls:// https:// or recursive; may be given again",
    )
    up.add_argument("--no-firewall", action="store_true", help="leave the packet filter alone")
    role = verb("run", "box:run", "run one role in the foreground (for systemd)", prints=False)
    role.add_argument("role", help="dns-0, dns-1 …, keeper")
    verb("status", "status:status", "what runs, since when, how much it has done")
    check = verb("check", "check:check", "check settings and rules without starting anything")
    check.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    check.add_argument(
        "--rules", type=Path, metavar="FILE", help="a list: how many rules, which lines refused"
    )
