"""Nouns of what the user sets: rules, lists, groups, devices."""

import argparse

from gateway.verbs.grammar import ANSWERS, MODES, PROFILES, SYNTAXES, Grammar, row_id

IMPORTS = ("auto", "adblock", "hosts", "domains", "rpz", "json", "pihole", "adguardhome")
EXPORTS = ("adblock", "hosts", "domains", "rpz", "json")


def add(grammar: Grammar) -> None:
    """All four."""
    for noun in (_rules, _lists, _groups, _devices):
        noun(grammar)


def _rules(grammar: Grammar) -> None:
    act = grammar.noun("rules", "your own rules")
    add = act("add", "add a rule and have it in force")
    add.add_argument(
        "text",
        metavar="RULE",
        help='"||example.org^" blocks a domain, "@@||example.org^" allows it; "/regex/", $modifiers',
    )
    add.add_argument("--group", default="everyone", help="for the devices of this group (%(default)s)")
    add.add_argument("--comment", metavar="TEXT", default="", help="what it is for")
    add.add_argument("--for", dest="duration", metavar="TIME", help='only for so long: "1h"')
    add.add_argument("--tag", action="append", metavar="TAG", help="to find it by; may be given again")
    act("list", "show them").add_argument("--tag", metavar="TAG", help="only those with this tag")
    change = act("set", "change a rule; it keeps its number")
    change.add_argument("id", metavar="ID", type=row_id, help="as `hushgate rules` shows it")
    change.add_argument("--text", metavar="RULE", help="what it says")
    change.add_argument("--group", help="whom it is for")
    change.add_argument("--comment", metavar="TEXT", help="what it is for")
    change.add_argument(
        "--for", dest="duration", metavar="TIME", help='for so long from now: "1h"; "ever" for without end'
    )
    change.add_argument("--tags", metavar="TAGS", help='all its tags, joined by commas; "" for none')
    for name, text in (
        ("remove", "delete a rule"),
        ("enable", "put it in force"),
        ("disable", "lay it aside"),
    ):
        act(name, text).add_argument("id", metavar="ID", type=row_id, help="as `hushgate rules` shows it")
    bring = act("import", "take rules from a file, of Pi-hole or AdGuard Home too")
    bring.set_defaults(call="exchange:bring")
    bring.add_argument("file", metavar="FILE", help="- for standard input")
    bring.add_argument(
        "--format", default="auto", choices=IMPORTS, help="what it is written in (%(default)s)"
    )
    bring.add_argument("--group", default="everyone", help="whom a plain list is for (%(default)s)")
    bring.add_argument("--dry-run", action="store_true", help="change nothing; say what would be taken")
    give = act("export", "write your rules to standard output", prints=False)
    give.set_defaults(call="exchange:give")
    give.add_argument("--format", default="adblock", choices=EXPORTS, help="what to write (%(default)s)")
    give.add_argument("--group", metavar="GROUP", help="only those of this group")


def _lists(grammar: Grammar) -> None:
    act = grammar.noun("lists", "lists of others that you subscribe to")
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


def _groups(grammar: Grammar) -> None:
    act = grammar.noun("groups", "devices that are treated alike")
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
    week = act("schedule", "when a group is treated otherwise: show or set it")
    week.add_argument("name", metavar="GROUP")
    week.add_argument(
        "windows",
        metavar="WINDOW",
        nargs="*",
        help='"mon-fri 21:30-06:30 block", "sat,sun 08:00-12:00 strict", "daily 13:00-14:00 pause"; first fit counts',
    )
    week.add_argument("--zone", metavar="ZONE", help="time zone: Europe/Berlin; else this machine's")
    week.add_argument("--off", action="store_true", help="end it")
    act("remove", "delete a group; its devices go to everyone").add_argument("name", metavar="GROUP")


def _devices(grammar: Grammar) -> None:
    act = grammar.noun("devices", "the phones and other devices that ask")
    made = act("set", "name a device, move it to a group")
    made.add_argument("device", metavar="DEVICE", help="name, MAC or any of its addresses")
    made.add_argument("--name", help="what to call it")
    made.add_argument("--kind", help="what it is: phone, tablet, tv …")
    made.add_argument("--group", help="which group it goes to")
    made.add_argument("--tags", help="comma-separated, for $ctag: device_phone,user_child")
    wipe = act("remove", "forget a device and wipe what it did")
    wipe.add_argument("device", metavar="DEVICE", help="name, MAC or any of its addresses")
