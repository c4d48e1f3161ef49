from gateway.cli import parser


def test_a_backup_may_be_named_and_leaves_secrets_and_log_out() -> None:
    options = parser().parse_args(["backup"])
    assert (options.call, options.file, options.with_secrets, options.with_log) == (
        "backup:backup",
        None,
        False,
        False,
    )
    assert parser().parse_args(["backup", "-", "--with-secrets"]).file == "-"


def test_a_restore_may_be_tried() -> None:
    options = parser().parse_args(["restore", "x.tar.gz", "--dry-run", "--json"])
    assert (options.call, options.file, options.dry_run, options.json) == (
        "backup:restore",
        "x.tar.gz",
        True,
        True,
    )
