"""Verbs that keep what the box holds: backup and restore."""

from gateway.verbs.grammar import Grammar


def add(grammar: Grammar) -> None:
    """backup, restore."""
    backup = grammar.verb("backup", "backup:backup", "write all you have set into one file")
    backup.add_argument(
        "file", metavar="FILE", nargs="?", help="- for standard output; else a name with the date"
    )
    backup.add_argument(
        "--with-secrets", action="store_true", help="accounts, tokens and the webhooks' secrets too"
    )
    backup.add_argument("--with-log", action="store_true", help="what the phones attempted, too")
    restore = grammar.verb("restore", "backup:restore", "put a backup in the place of all you have set")
    restore.add_argument("file", metavar="FILE", help="as `hushgate backup` wrote it")
    restore.add_argument("--dry-run", action="store_true", help="check it and say what would change")
