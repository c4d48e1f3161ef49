from gateway.cli import parser


def test_generations_are_shown_compared_and_gone_back_to() -> None:
    assert parser().parse_args(["generations"]).call == "generations:show"
    one = parser().parse_args(["generations", "show", "7"])
    assert (one.call, one.number) == ("generations:one", 7)
    diff = parser().parse_args(["generations", "diff", "3", "5", "--json"])
    assert (diff.call, diff.before, diff.after, diff.json) == ("generations:diff", 3, 5, True)
    restore = parser().parse_args(["generations", "restore", "3"])
    assert (restore.call, restore.dry_run) == ("generations:restore", False)
    assert parser().parse_args(["generations", "restore", "3", "--dry-run"]).dry_run


def test_the_audit_may_be_filtered() -> None:
    options = parser().parse_args(["audit", "--who", "admin", "--since", "2d", "-n", "5"])
    assert (options.call, options.who, options.since, options.limit) == ("audit:audit", "admin", "2d", 5)
