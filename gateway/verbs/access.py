"""Nouns of who may come in: tokens, and the account of the panel."""

from gateway.verbs.grammar import SCOPES, Grammar


def add(grammar: Grammar) -> None:
    """Both."""
    act = grammar.noun("token", "tokens of programs that use the API")
    create = act("create", "make a token; it is printed this one time")
    create.add_argument("--name", required=True, help="what it is for: backup, home assistant")
    create.add_argument(
        "--scope",
        action="append",
        required=True,
        choices=SCOPES,
        help="what it may do; may be given again",
    )
    create.add_argument("--for", dest="duration", metavar="TIME", help='only for so long: "90d"')
    act("revoke", "let it count no more").add_argument("token", metavar="TOKEN", help="number or name")
    act = grammar.noun("account", "the password of the panel")
    link = act("setup-link", "print a new link by which the first password is set")
    link.set_defaults(call="account:link")
    act("reset", "forget password and second factor, end all logins, print a link to set a new one")
