"""The verbs of `hushgate`: parse, call, print, exit code. What they do is in gateway/commands.

Exit codes: 0 done; 1 it could not be done, or something is wrong; 2 the settings or the command line are wrong.
"""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from gateway.data import default_root
from gateway.errors import HushgateError, OwnFault, SettingsError

if TYPE_CHECKING:
    _Verbs = argparse._SubParsersAction[argparse.ArgumentParser]

EXIT_FAULT = 1
EXIT_SETTINGS = 2
EXIT_INTERRUPTED = 130
MAX_ROWS = 10_000  # what one search of the log gives

PROFILES = ("essential", "balanced", "strict")
MODES = ("enforce", "observe")
ANSWERS = ("auto", "null", "nxdomain")
ACTIONS = ("allowed", "blocked", "rewritten", "observed", "refused")
SYNTAXES = ("auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Data goes to stdout, everything else to stderr; an error ends with what to do."""
    options = parser().parse_args(arguments)
    if "call" not in options:
        parser().print_help()
        return 0
    os.umask(0o077)  # whatever is written is for its owner alone: the log is personal
    module, function = options.call.split(":")
    try:
        code: int = getattr(import_module(f"gateway.commands.{module}"), function)(options)
        sys.stdout.flush()
    except SettingsError as error:
        return _complain(error, EXIT_SETTINGS)
    except HushgateError as error:
        return _complain(error, EXIT_FAULT)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:  # `hushgate log | head`: the reader has seen enough
        os.dup2(
            os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno()
        )  # else the interpreter complains at its end
        return 0
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
        hint = "is it yours? Run as the user who runs the box" if isinstance(error, PermissionError) else ""
        return _complain(OwnFault(what, hint=hint), EXIT_FAULT)
    return code


def _complain(error: HushgateError, code: int) -> int:
    print(f"hushgate: {error}", file=sys.stderr)
    if error.hint:
        print(f"  → {error.hint}", file=sys.stderr)
    return code


class _Parser(argparse.ArgumentParser):
    """Says in two lines what is wrong, as every error here."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_SETTINGS, f"{self.prog}: {message}\n  → {self.prog} --help\n")


class _Verb(Protocol):
    def __call__(self, name: str, call: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        """A new verb."""


class _Act(Protocol):
    def __call__(self, name: str, help_text: str) -> argparse.ArgumentParser:
        """A new act of a noun."""


class _Version(argparse.Action):
    """Looks it up when it is asked for, which takes 25 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib import metadata

        try:
            print(f"hushgate {metadata.version('hushgate')}")
        except metadata.PackageNotFoundError:
            print("hushgate, from a checkout that was not installed")
        parser.exit()


def parser() -> argparse.ArgumentParser:
    """All verbs and their options."""
    top: argparse.ArgumentParser = _Parser(
        prog="hushgate", description="A privacy firewall for phones.", epilog="More: hushgate VERB --help"
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show the version")
    verbs = top.add_subparsers(metavar="VERB", title="verbs")
    plain, table = _shared(json=False), _shared(json=True)

    def verb(name: str, call: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        made = verbs.add_parser(
            name, help=text, description=_sentence(text), parents=[table if prints else plain]
        )
        made.set_defaults(call=call)
        return made

    _box(verb)
    _asking(verb)
    for noun in (_rules, _lists, _groups, _devices):
        noun(verbs, table)
    return top


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


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


def _number(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {low} to {high}")
        return int(text)

    return number


_id = _number(1, 2**31 - 1)


def _box(verb: _Verb) -> None:
    up = verb("up", "box:up", "run the box: DNS workers, keeper", prints=False)
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


def _asking(verb: _Verb) -> None:
    why = verb("why", "why:why", "what would become of a name, and who says so")
    why.add_argument("name", metavar="NAME")
    why.add_argument("--type", default="A", help="record type (%(default)s)")
    why.add_argument("--device", metavar="DEVICE", default="", help="as asked by this one: name or address")
    why.add_argument("--rules", type=Path, metavar="FILE", help="decide by this list alone, without a box")
    why.add_argument("--client", metavar="ID", default="", help="with --rules: address or name for $client")
    log = verb("log", "log:log", "what the phones attempted")
    log.add_argument("--follow", "-f", action="store_true", help="go on as it happens")
    log.add_argument(
        "--limit",
        "-n",
        type=_number(1, MAX_ROWS),
        metavar="N",
        help="newest N rows; without it 100, with --json all",
    )
    log.add_argument("--since", metavar="TIME", help='"1h", "2d" or a date')
    log.add_argument("--device", metavar="DEVICE", help="of this one: name or address")
    log.add_argument("--name", metavar="PATTERN", help="* stands for anything")
    log.add_argument("--action", choices=ACTIONS, help="what became of it")
    log.add_argument("--company", metavar="NAME", help="whose host was asked for: xiaomi")
    pause = verb("pause", "pause:pause", "block nothing for a while")
    pause.add_argument(
        "duration", metavar="TIME", nargs="?", help='"10m", "1h"; without it: what is paused now'
    )
    pause.add_argument("--device", metavar="DEVICE", help="only for this one: name or address")
    pause.add_argument("--group", metavar="GROUP", help="only for this group")
    pause.add_argument("--off", action="store_true", help="end the pause")
    demo = verb("demo", "demo:demo", "play a Xiaomi phone, to see the box at work")
    demo.add_argument("--remove", action="store_true", help="wipe the demo phone and all it did")
    demo.add_argument(
        "--seconds", type=float, default=20.0, metavar="N", help="how long it plays (%(default).0f)"
    )


def _rules(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "rules", "your own rules")
    add = act("add", "add a rule and have it in force")
    add.add_argument(
        "text",
        metavar="RULE",
        help='"||example.org^" blocks a domain, "@@||example.org^" allows it; "/regex/", $modifiers',
    )
    add.add_argument("--group", default="everyone", help="for the devices of this group (%(default)s)")
    add.add_argument("--comment", metavar="TEXT", default="", help="what it is for")
    add.add_argument("--for", dest="duration", metavar="TIME", help='only for so long: "1h"')
    for name, text in (
        ("remove", "delete a rule"),
        ("enable", "put it in force"),
        ("disable", "lay it aside"),
    ):
        act(name, text).add_argument("id", metavar="ID", type=_id, help="as `hushgate rules` shows it")


def _lists(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "lists", "lists of others that you subscribe to")
    add = act("add", "subscribe to a list by URL or file")
    add.add_argument(
        "source", metavar="URL_OR_FILE", help="or the name of a known list (hushgate lists known)"
    )
    add.add_argument("--name", default="", help="what to call it; else made from its source")
    add.add_argument("--group", default="everyone", help="for the devices of this group (%(default)s)")
    add.add_argument("--syntax", default="auto", choices=SYNTAXES, help="what it is written in (%(default)s)")
    for name, text in (
        ("remove", "end the subscription"),
        ("enable", "put it in force"),
        ("disable", "lay it aside"),
        ("report", "which of its lines were refused, and why"),
    ):
        act(name, text).add_argument("list", metavar="LIST", help="number or name")
    refresh = act("refresh", "fetch what has changed, now")
    refresh.add_argument("list", metavar="LIST", nargs="?", help="number or name; else all that are enabled")
    refresh.add_argument(
        "--due", action="store_true", help="only those not looked at for [lists] refresh_hours"
    )
    act("known", "public lists worth subscribing to")


def _groups(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "groups", "devices that are treated alike")
    for name, text in (("add", "make a group"), ("set", "change a group")):
        made = act(name, text)
        made.add_argument("name", metavar="GROUP")
        made.add_argument("--profile", choices=PROFILES, help="how much of the catalogue blocks")
        made.add_argument("--mode", choices=MODES, help="block, or only log what would be")
        made.add_argument("--answer", choices=ANSWERS, help="how a blocked name is answered")
        both = argparse.BooleanOptionalAction
        made.add_argument("--inherit", action=both, help="everyone's rules and lists too")
        made.add_argument("--catalogue", action=both, help="does the catalogue count at all?")
        made.add_argument("--comment", metavar="TEXT", help="what it is for")
    act("remove", "delete a group; its devices go to everyone").add_argument("name", metavar="GROUP")


def _devices(verbs: "_Verbs", table: argparse.ArgumentParser) -> None:
    act = _noun(verbs, table, "devices", "the phones and other devices that ask")
    made = act("set", "name a device, move it to a group")
    made.add_argument("device", metavar="DEVICE", help="address, or name if it has one")
    made.add_argument("--name", help="what to call it")
    made.add_argument("--group", help="which group it goes to")
    made.add_argument("--tags", help="comma-separated, for $ctag: device_phone,user_child")
    wipe = act("remove", "forget a device and wipe what it did")
    wipe.add_argument("device", metavar="DEVICE", help="address or name")


def _noun(verbs: "_Verbs", table: argparse.ArgumentParser, noun: str, text: str) -> _Act:
    """`hushgate NOUN` lists; `hushgate NOUN ACT` acts."""
    made = verbs.add_parser(noun, help=text, description=_sentence(text), parents=[table])
    made.set_defaults(call=f"{noun}:show")
    acts = made.add_subparsers(metavar="ACT", title="acts (without one: show them)")
    quiet = _shared(json=True, again=True)

    def act(name: str, help_text: str) -> argparse.ArgumentParser:
        one = acts.add_parser(name, help=help_text, description=_sentence(help_text), parents=[quiet])
        one.set_defaults(call=f"{noun}:{name}")
        return one

    act("list", "show them").set_defaults(call=f"{noun}:show")
    return act


if __name__ == "__main__":
    sys.exit(main())
