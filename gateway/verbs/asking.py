"""Verbs that ask what happened or would happen, and those that leave off for a while."""

from pathlib import Path

from gateway.verbs.grammar import ACTIONS, Grammar, number

MAX_ROWS = 10_000  # what one search of the log gives


def add(grammar: Grammar) -> None:
    """why, log, pause, demo."""
    verb = grammar.verb
    why = verb("why", "why:why", "what would become of a name, and who says so")
    why.add_argument("name", metavar="NAME")
    why.add_argument("--type", default="A", help="record type (%(default)s)")
    why.add_argument(
        "--device", metavar="DEVICE", default="", help="as asked by this one: name, MAC or address"
    )
    why.add_argument("--rules", type=Path, metavar="FILE", help="decide by this list alone, without a box")
    why.add_argument("--client", metavar="ID", default="", help="with --rules: address or name for $client")
    log = verb("log", "log:log", "what the phones attempted")
    log.add_argument("--follow", "-f", action="store_true", help="go on as it happens")
    log.add_argument(
        "--limit",
        "-n",
        type=number(1, MAX_ROWS),
        metavar="N",
        help="newest N rows; without it 100, with --json all",
    )
    log.add_argument("--since", metavar="TIME", help='"1h", "2d" or a date')
    log.add_argument("--device", metavar="DEVICE", help="of this one: name, MAC or address")
    log.add_argument("--name", metavar="PATTERN", help="* stands for anything")
    log.add_argument("--action", choices=ACTIONS, help="what became of it")
    log.add_argument("--company", metavar="NAME", help="whose host was asked for: xiaomi")
    log.add_argument("--list", metavar="NAME", help="decided by this list; or by a rule of this group")
    log.add_argument("--type", metavar="TYPE", help="of this record type: A, HTTPS")
    log.add_argument(
        "--export", type=Path, metavar="FILE", help="write it to a .csv, .jsonl or .parquet file"
    )
    pause = verb("pause", "pause:pause", "block nothing for a while")
    pause.add_argument(
        "duration", metavar="TIME", nargs="?", help='"10m", "1h"; without it: what is paused now'
    )
    pause.add_argument("--device", metavar="DEVICE", help="only for this one: name, MAC or address")
    pause.add_argument("--group", metavar="GROUP", help="only for this group")
    pause.add_argument("--off", action="store_true", help="end the pause")
    demo = verb("demo", "demo:demo", "play a Xiaomi phone, to see the box at work")
    demo.add_argument("--remove", action="store_true", help="wipe the demo phone and all it did")
    demo.add_argument(
        "--seconds", type=float, default=20.0, metavar="N", help="how long it plays (%(default).0f)"
    )
