"""Verbs that look back: generations, audit."""

from gateway.verbs.grammar import Grammar, number, row_id

MAX_ROWS = 1000


def add(grammar: Grammar) -> None:
    """generations, audit."""
    act = grammar.noun("generations", "every policy that was in force, and the way back")
    one = act("show", "what was changed with one")
    one.set_defaults(call="generations:one")
    one.add_argument("number", metavar="N", type=row_id)
    diff = act("diff", "what was changed from one to another")
    diff.add_argument("before", metavar="N", type=row_id)
    diff.add_argument("after", metavar="M", type=row_id)
    restore = act("restore", "go back to one; a new one is in force then")
    restore.add_argument("number", metavar="N", type=row_id)
    restore.add_argument("--dry-run", action="store_true", help="change nothing; say what would change")
    audit = grammar.verb("audit", "audit:audit", "who changed what, and from where")
    audit.add_argument(
        "--limit", "-n", type=number(1, MAX_ROWS), metavar="N", default=100, help="newest N (%(default)s)"
    )
    audit.add_argument("--who", metavar="NAME", default="", help="only this one's changes")
    audit.add_argument("--action", metavar="WORDS", default="", help="with these words in what was done")
    audit.add_argument("--since", metavar="TIME", help='"1h", "2d" or a date')
