"""`check`: settings and rules, before anything is started. Exit code 0 good, 1 rules refused, 2 settings."""

from argparse import Namespace

from gateway.commands import output
from gateway.commands.box import settings_file, settings_of
from gateway.commands.output import as_row
from gateway.data import Data
from gateway.dns.upstream import build
from gateway.policy import catalogue, trial


def check(options: Namespace) -> int:
    """Settings and catalogue, or with --rules one list. Raises SettingsError."""
    if options.rules is not None:
        return _check_rules(options)
    settings = Data(options.data.absolute()).in_force(settings_of(options))
    build.check(settings.dns)
    known = catalogue.load()
    file, upstreams = settings_file(options) or "", list(settings.dns.upstreams)
    of_panel = sorted(key for key, origin in settings.origins.items() if origin == "panel")
    output.pairs(
        {
            "settings": "good",
            "file": str(file) if options.json or file else "none: the defaults and the environment",
            "listen": list(settings.dns.listen),
            "upstreams": upstreams if options.json or upstreams else "none: this machine's own resolvers",
            "catalogue_hosts": len(known.rows),
            "ways_around_dns": len(known.bypass),
            **({"set_by_the_panel": of_panel} if of_panel else {}),
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
        print(f"{output.counted(report.rules, 'rule')}, {output.counted(report.refused, 'line')} refused")
        output.rows(refused, ["line", "reason", "text"], as_json=False, empty="")
    return 1 if report.refused else 0
