"""The verbs of `hushgate`: parse, call, print, exit code. What they do is in gateway/commands."""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gateway.data import default_root
from gateway.errors import HushgateError, SettingsError

if TYPE_CHECKING:
    _Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EXIT_FAULT = 1
EXIT_SETTINGS = 2
EXIT_INTERRUPTED = 130


class _Verb(Protocol):
    def __call__(self, name: str, call: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        """A new verb."""


class _Act(Protocol):
    def __call__(self, name: str, help_text: str) -> argparse.ArgumentParser:
        """A new act of a noun."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Data goes to stdout, everything else to stderr; an error ends with what to do."""
    options = parser().parse_args(arguments)
    os.umask(0o077)  # whatever is written is for its owner alone: the log is personal
    module, function = options.call.split(":")
    try:
        code: int = getattr(import_module(f"gateway.commands.{module}"), function)(options)
    except SettingsError as error:
        return _complain(error, EXIT_SETTINGS)
    except HushgateError as error:
        return _complain(error, EXIT_FAULT)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `hushgate log | head`: the reader has seen enough
        sys.stderr.close()
        return 0
    return code


def _complain(error: HushgateError, code: int) -> int:
    print(f"hushgate: {error}", file=sys.stderr)
    if error.hint:
        print(f"  → {error.hint}", file=sys.stderr)
    return code


def parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    top = argparse.ArgumentParser(
        prog="hushgate", description="A privacy firewall for phones.", epilog="More: hushgate VERB --help"
    )
    top.add_argument("--version", action="version", version=f"hushgate {version('hushgate')}")
    verbs = top.add_subparsers(metavar="VERB", required=True)
    plain, table = _shared(json=False), _shared(json=True)

    def verb(name: str, call: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        made = verbs.add_parser(name, help=text, description=text, parents=[table if prints else plain])
        made.set_defaults(call=call)
        return made

    _box(verb)
    _asking(verb)
    for noun in (_rules, _lists, _groups, _devices):
        noun(verbs, table)
    return top


def _shared(*, json: bool, again: bool = False) -> argparse.ArgumentParser:
    """Options of every verb. `again`: for an act, whose defaults would overwrite what stood before it."""
    made = argparse.ArgumentParser(add_help=False)
    root = default_root()
    made.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        default=argparse.SUPPRESS if again else root,
        help=f"the box's folder ({root})",
    )
    if json:
        made.add_argument(
            "--json",
            action="store_true",
            default=argparse.SUPPRESS if again else False,
            help="one JSON object a line instead of a table",
        )
    return made


def _box(verb: _Verb) -> None:
    up = verb("up", "box:up", "run the box: DNS workers, keeper", prints=False)
    up.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    up.add_argument(
        "--dns", action="append", metavar="ADDR:PORT", help="answer DNS there; may be given again"
    )
    up.add_argument("--panel", metavar="ADDR:PORT", help="where panel and API listen")
    up.add_argument(
        "--upstream", action="append", metavar="URL", help="udp:// tcp:// tls:// https:// recursive"
    )
    up.add_argument("--no-firewall", action="store_true", help="leave the packet filter alone")
    role = verb("run", "box:run", "run one role in the foreground (for systemd)", prints=False)
    role.add_argument("role", help="dns-0, dns-1 …, keeper")
    verb("status", "box:status", "what runs, since when, how much it has done")
    check = verb("check", "check:check", "check settings and rules without starting anything")
    check.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    check.add_argument(
        "--rules", type=Path, metavar="FILE", help="a list: how many rules, which lines refused"
    )


def _asking(verb: _Verb) -> None:
    why = verb("why", "why:why", "what would become of a name, and who says so")
    why.add_argument("name")
    why.add_argument("--type", default="A", help="record type (%(default)s)")
    why.add_argument("--device", metavar="ADDRESS", default="", help="as asked by this device")
    why.add_argument("--rules", type=Path, metavar="FILE", help="decide by this list alone, without a box")
    why.add_argument("--client", metavar="ID", default="", help="with --rules: address or name for $client")
    log = verb("log", "log:log", "what the phones attempted")
    log.add_argument("--follow", "-f", action="store_true", help="go on as it happens")
    log.add_argument("--limit", "-n", type=int, default=100, metavar="N", help="newest N rows (%(default)s)")
    log.add_argument("--since", metavar="TIME", help='"1h", "2d" or a date')
    log.add_argument("--device", metavar="ADDRESS")
    log.add_argument("--name", metavar="PATTERN", help="* stands for anything")
    log.add_argument("--action", choices=("allowed", "blocked", "rewritten", "observed", "refused"))
    log.add_argument("--company")
    pause = verb("pause", "pause:pause", "block nothing for a while")
    pause.add_argument("duration", nargs="?", help='"10m", "1h"; without it: what is paused now')
    pause.add_argument("--device", metavar="ADDRESS", help="only for this device")
    pause.add_argument("--group", help="only for this group")
    pause.add_argument("--off", action="store_true", help="end the pause")
    demo = verb("demo", "demo:demo", "play a Xiaomi phone for a minute, to see the box at work")
    demo.add_argument("--remove", action="store_true", help="wipe the demo phone and all it did")
    demo.add_argument("--seconds", type=float, default=20.0, help="how long it plays (%(default)s)")


def _rules(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "rules", "your own rules")
    add = act("add", "add a rule and have it in force")
    add.add_argument("text", help='"||example.org^", "@@||example.org^", "/regex/", with $modifiers')
    add.add_argument("--group", default="everyone", help="for the devices of this group (%(default)s)")
    add.add_argument("--comment", default="")
    add.add_argument("--for", dest="duration", metavar="TIME", help='only for so long: "1h"')
    for name, text in (
        ("remove", "delete a rule"),
        ("enable", "put it in force"),
        ("disable", "lay it aside"),
    ):
        act(name, text).add_argument("id", type=int)


def _lists(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "lists", "lists of others that you subscribe to")
    add = act("add", "subscribe to a list by URL or file")
    add.add_argument(
        "source", metavar="URL_OR_FILE", help="or the name of a known list (hushgate lists known)"
    )
    add.add_argument("--name", default="", help="what to call it; else made from its source")
    add.add_argument("--group", default="everyone", help="for the devices of this group (%(default)s)")
    add.add_argument(
        "--syntax",
        default="auto",
        choices=("auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz"),
    )
    for name, text in (
        ("remove", "end the subscription"),
        ("enable", "put it in force"),
        ("disable", "lay it aside"),
        ("report", "which of its lines were refused, and why"),
    ):
        act(name, text).add_argument("id", type=int)
    refresh = act("refresh", "fetch what has changed, now")
    refresh.add_argument("id", type=int, nargs="?")
    refresh.add_argument(
        "--due", action="store_true", help="only those not looked at for [lists] refresh_hours"
    )
    act("known", "public lists worth subscribing to")


def _groups(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "groups", "devices that are treated alike")
    for name, text in (("add", "make a group"), ("set", "change a group")):
        made = act(name, text)
        made.add_argument("name")
        made.add_argument("--profile", choices=("essential", "balanced", "strict"))
        made.add_argument("--mode", choices=("enforce", "observe"))
        made.add_argument("--answer", choices=("auto", "null", "nxdomain"))
        made.add_argument(
            "--inherit", action=argparse.BooleanOptionalAction, help="everyone's rules and lists too"
        )
    act("remove", "delete a group; its devices go to everyone").add_argument("name")


def _devices(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "devices", "the phones and other devices that ask")
    made = act("set", "name a device, move it to a group")
    made.add_argument("address")
    made.add_argument("--name")
    made.add_argument("--group")
    made.add_argument("--tags", help="comma-separated, for $ctag: device_phone,user_child")
    act("remove", "forget a device and wipe what it did").add_argument("address")


def _noun(verbs: "_Verbs", table: argparse.ArgumentParser, noun: str, text: str) -> _Act:
    """`hushgate NOUN` lists; `hushgate NOUN ACT` acts."""
    made = verbs.add_parser(noun, help=text, description=text[0].upper() + text[1:] + ".", parents=[table])
    made.set_defaults(call=f"{noun}:show")
    acts = made.add_subparsers(metavar="ACT", title="acts (without one: show them)")
    quiet = _shared(json=True, again=True)

    def act(name: str, help_text: str) -> argparse.ArgumentParser:
        one = acts.add_parser(name, help=help_text, description=help_text, parents=[quiet])
        one.set_defaults(call=f"{noun}:{name}")
        return one

    act("list", "show them").set_defaults(call=f"{noun}:show")
    return act


if __name__ == "__main__":
    sys.exit(main())
