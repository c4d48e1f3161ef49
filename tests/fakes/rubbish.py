"""Files that somebody may subscribe to and that are no list, or half of one."""

import gzip
import random
from collections.abc import Iterable

GOOD = [b"||good%d.rubbish.example^" % number for number in range(100)]

_EVIL = (  # for a backtracking engine; RE2 takes some and refuses others
    b"/(a+)+$/",
    b"/((a*)*)*z9/",
    b"/(a|aa)+$/",
    b"/^(([a-z])+.)+[A-Z]([a-z])+evil$/",
    b"/(.*a){30}/",
    b"/(x+x+)+y/",
)
_BROKEN = (
    b"/a{1000}{1000}/",
    b"/[^a]{999}x{999}/",
    b"/(?=a)/",
    rb"/(a)\1/",
    b"/a**/",
    b"/[/",
    b"/(?P<n>a)(?P=n)/",
    b"/(x+x+)+y.{0,900}/",
)


def useless() -> dict[str, bytes]:
    """What must be refused as a whole."""
    chance = random.Random(3)
    octets = chance.randbytes(500_000)
    link = b"<a href='http://ads.example.com'>ads.example.com</a>\n"
    packed = gzip.compress(_lines(GOOD * 10_000))
    return {
        "binary": octets,
        "binary-without-nul": octets.replace(b"\0", b"\1"),
        "page": b"<!DOCTYPE html>\n<html>" + link * 1000,
        "page-behind-a-comment": b"\n# a list\n" + link * 1000,
        "noise": noise(20_000),
        "line-of-10-mb": b"a" * 10_000_000,
        "name-of-10-mb": b"a." * 5_000_000,
        "rule-of-10-mb": b"||" + b"a-" * 5_000_000 + b"^\n",
        "packed": packed,
        "packed-three-times": gzip.compress(gzip.compress(packed)),
        "control-characters": _lines(_with_control_characters()),
        "impossible-patterns": _lines(_BROKEN * 250),
        "nothing": b"",
        "comments": b"# nothing here\n! nor here\n" * 1000,
    }


def half_good() -> dict[str, tuple[bytes, int]]:
    """What is taken in part: the file, and how many lines are refused."""
    bad = _with_control_characters()
    return {
        "some-control-characters": (_lines([*bad, *GOOD]), len(bad)),
        "some-impossible-patterns": (_lines([*_BROKEN, *GOOD]), len(_BROKEN)),
        "line-of-1-mb-among-others": (_lines([*GOOD, b"x" * 1_000_000]), 1),
    }


def evil_patterns(count: int = 2000) -> bytes:
    """Patterns that cost whoever matches by trying, each another one."""
    patterns = [b"/(.*a%d.*){%d}[a-z]{1,%d}$/" % (n, 5 + n % 20, 50 + n % 900) for n in range(count)]
    return _lines([*_EVIL, *patterns[len(_EVIL) :]])


def evil_names() -> list[str]:
    """Names that make such patterns work hardest."""
    return [".".join([f"a{number}" * 12] * 4) + ".example" for number in range(10, 90)]


def noise(lines: int) -> bytes:
    """Printable characters without any meaning."""
    chance = random.Random(4)
    return _lines(bytes(chance.choices(range(32, 127), k=20)) for _ in range(lines))


def _with_control_characters() -> list[bytes]:
    ascii_ones = [
        b"||a%db%s.example^" % (code, bytes((code,))) for code in range(1, 32) if code not in (9, 10, 13)
    ]
    return [*ascii_ones, "||a\u2028b.example^".encode(), "||a\u202eb.example^".encode()]


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"
