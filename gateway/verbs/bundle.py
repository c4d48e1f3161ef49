"""The noun `bundle`: signed rules, lists and catalogue rows, for those who publish them and those who use them."""

import argparse
from pathlib import Path

from gateway.verbs.grammar import Act, Grammar, number

MAX_VERSION = (1 << 53) - 1


def add(grammar: Grammar) -> None:
    """All acts: a publisher's first."""
    act = grammar.noun("bundle", "signed bundles of rules, lists and catalogue rows")
    _publishing(act)
    _using(act)


def _publishing(act: Act) -> None:
    build = act("build", "make a bundle of files")
    build.set_defaults(call="bundle_files:build")
    build.add_argument(
        "files",
        type=Path,
        nargs="+",
        metavar="FILE_OR_FOLDER",
        help="rules (.txt, one a line); lists and catalogue (.toml: [[list]], [vendor], [[host]], [[bypass]])",
    )
    build.add_argument("--name", required=True, help="what the bundle is called, in every version")
    build.add_argument(
        "--version", required=True, type=number(1, MAX_VERSION), metavar="N", help="higher than any before"
    )
    build.add_argument(
        "--expires",
        required=True,
        metavar="TIME",
        help='"90d" or a date: when nobody should trust it any more',
    )
    build.add_argument(
        "--issued", metavar="DATE", default="", help="else now; given, the same files make the same bytes"
    )
    build.add_argument("--output", "-o", type=Path, metavar="FILE", help="else NAME.bundle; - for stdout")
    sign = act("sign", "sign a bundle as `minisign -S` does")
    sign.set_defaults(call="bundle_files:sign")
    sign.add_argument("file", type=Path, metavar="FILE")
    sign.add_argument(
        "--key",
        type=Path,
        metavar="FILE",
        default=Path("~/.minisign/minisign.key"),
        help="minisign's secret key (%(default)s); its password is asked for, or in HUSHGATE_KEY_PASSWORD",
    )
    sign.add_argument("--password-fd", type=number(0, 1023), metavar="N", help="read the password from there")
    sign.add_argument("--comment", metavar="TEXT", default="", help="trusted comment; else time and file")
    _signature(sign, "write the signature there")
    verify = act("verify", "is it a bundle, by whom, and what is in it?")
    verify.set_defaults(call="bundle_files:verify")
    verify.add_argument("file", type=Path, metavar="FILE")
    verify.add_argument(
        "--key", metavar="KEY", default="", help="public key (file or line); else the trusted ones"
    )
    _signature(verify, "its signature")


def _using(act: Act) -> None:
    apply = act("apply", "put a bundle in force, all of it or nothing")
    apply.add_argument("file", type=Path, metavar="FILE")
    _signature(apply, "its signature")
    subscribe = act("subscribe", "put the bundle at a URL in force, and every newer one")
    subscribe.add_argument("url", metavar="URL", help="its signature lies beside it: URL.minisig")
    for one in (apply, subscribe):
        one.add_argument("--dry-run", action="store_true", help="only say what would change")
    refresh = act("refresh", "look for newer versions, now")
    refresh.add_argument("name", metavar="BUNDLE", nargs="?", help="else all that are subscribed to")
    refresh.add_argument(
        "--due", action="store_true", help="only those not looked at for [lists] refresh_hours"
    )
    remove = act("remove", "take a bundle out of force, and end its subscription")
    remove.add_argument("name", metavar="BUNDLE")
    keys = act("keys", "whose bundles are trusted: keys, keys add KEY, keys remove ID")
    keys.add_argument("act", nargs="?", choices=("list", "add", "remove"), default="list")
    keys.add_argument(
        "key", nargs="?", metavar="KEY", default="", help="public key (file or line), or its id or name"
    )
    keys.add_argument("--name", default="", help="whose it is")


def _signature(made: argparse.ArgumentParser, text: str) -> None:
    made.add_argument("--signature", type=Path, metavar="FILE", help=f"{text}; else FILE.minisig")
