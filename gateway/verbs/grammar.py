"""How the command line is built: verbs, nouns with acts, and the options that all of them share."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, Protocol

from gateway.data import default_root

EXIT_SETTINGS = 2  # the settings or the command line are wrong

# Not read from the model: whoever asks for help should not wait until that is loaded.
PROFILES = ("essential", "balanced", "strict")
MODES = ("enforce", "observe")
ANSWERS = ("auto", "null", "nxdomain")
ACTIONS = ("allowed", "blocked", "rewritten", "observed", "refused")
SCOPES = ("read", "rules", "devices", "evidence", "admin")
SYNTAXES = ("auto", "hosts", "domains", "adblock", "dnsmasq", "unbound", "rpz")


class Parser(argparse.ArgumentParser):
    """Says in two lines what is wrong, as every error here."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_SETTINGS, f"{self.prog}: {message}\n  → {self.prog} --help\n")


class Act(Protocol):
    def __call__(self, name: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        """A new act of a noun. `prints`: does it know --json?"""


class Version(argparse.Action):
    """Looks it up when it is asked for, which takes 25 ms."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib import metadata

        try:
            print(f"hushgate {metadata.version('hushgate')}")
        except metadata.PackageNotFoundError:
            print("hushgate, from a checkout that was not installed")
        parser.exit()


class Grammar:
    """Takes up verbs and nouns, each with a sentence about it and the command that it calls."""

    def __init__(self, top: argparse.ArgumentParser) -> None:
        self._verbs = top.add_subparsers(metavar="VERB", title="verbs")
        self._plain, self._table = _shared(json=False), _shared(json=True)

    def verb(self, name: str, call: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
        """`hushgate NAME` calls `call` ("module:function" of gateway/commands). `prints`: does it know --json?"""
        parents = [self._table if prints else self._plain]
        made = self._verbs.add_parser(name, help=text, description=_sentence(text), parents=parents)
        made.set_defaults(call=call)
        return made

    def noun(self, noun: str, text: str) -> Act:
        """`hushgate NOUN` lists; `hushgate NOUN ACT` acts."""
        made = self._verbs.add_parser(noun, help=text, description=_sentence(text), parents=[self._table])
        made.set_defaults(call=f"{noun}:show")
        acts = made.add_subparsers(metavar="ACT", title="acts (without one: show them)")
        table, plain = _shared(json=True, again=True), _shared(json=False, again=True)

        def act(name: str, text: str, *, prints: bool = True) -> argparse.ArgumentParser:
            if name in acts.choices:  # "list", which every noun has
                known: argparse.ArgumentParser = acts.choices[name]
                return known
            parents = [table if prints else plain]
            one = acts.add_parser(name, help=text, description=_sentence(text), parents=parents)
            one.set_defaults(call=f"{noun}:{name}")
            return one

        act("list", "show them").set_defaults(call=f"{noun}:show")
        return act


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


def number(low: int, high: int) -> Callable[[str], int]:
    """What reads a number between these two."""

    def number(text: str) -> int:
        if not text.isascii() or not text.isdecimal() or not low <= int(text[:20]) <= high:
            raise argparse.ArgumentTypeError(f"{text!r} is no number from {low} to {high}")
        return int(text)

    return number


row_id = number(1, 2**31 - 1)
