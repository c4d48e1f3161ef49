"""`check`: settings and rules, before anything is started. Exit code 0 good, 1 rules refused, 2 settings."""

from argparse import Namespace

from gateway.commands import output
from gateway.commands.box import settings_file, settings_of
from gateway.commands.output import as_row
from gateway.policy import catalogue, trial


def check(options: Namespace) -> int:
    """Settings and catalogue, or with --rules one list. Raises SettingsError."""
    if options.rules is not None:
        return _check_rules(options)
    settings = settings_of(options)
    known = catalogue.load()
    output.pairs(
        {
            "settings": f"good, from {settings_file(options) or 'the defaults (no file) and the environment'}",
            "listen": list(settings.dns.listen),
            "upstreams": list(settings.dns.upstreams) or "this machine's own resolvers",
            "catalogue": f"{len(known.rows)} hosts, {len(known.bypass)} ways around DNS",
        },
        as_json=options.json,
    )
    return 0


def _check_rules(options: Namespace) -> int:
    report = trial.try_list(options.rules).report
    refused = [as_row(line) for line in report.examples]
    if options.json:
        output.json_line({"rules": report.rules, "refused": refused, "refused_total": report.refused})
    else:
        print(f"{report.rules} rules, {report.refused} lines refused")
        output.rows(refused, ["line", "reason", "text"], as_json=False, empty="")
    return 1 if report.refused else 0
