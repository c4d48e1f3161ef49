"""A household's log, the same every time: batches as the DNS workers send them, thirty days of them."""

import random
from collections.abc import Iterator

from gateway import names
from gateway.model import Action, Batch, Channel, EventRow, VerdictRow

DAYS = 30
DEVICES = 12
COMMON = 10_000  # names that come again, by Zipf's law
RARE = 0.01  # share of rows whose name never comes again
COMPANIES = 40
LISTS = 8
BATCH = 1000  # rows
TYPES = (1, 28, 65)
ODD_TYPE = 16  # TXT: one row in a thousand
RULES = 30  # of the user's own

_ALLOWED = VerdictRow(Action.ALLOWED, "", "", 0, "", "", "", "", 7)


def device(number: int) -> str:
    """The address of the device of this number."""
    return f"192.0.2.{number + 1}"


def name(number: int) -> str:
    """The name of this rank."""
    return f"host{number}.cdn{number % 997}.site{number % 331}.example"


def batches(count: int, end: int, seed: int = 1) -> Iterator[Batch]:
    """`count` rows that end at `end` (Unix seconds), in batches."""
    chance = random.Random(seed)
    weights = [0.0]
    for number in range(COMMON):
        weights.append(weights[-1] + 1 / (number + 5))
    verdicts = [_verdict(number) for number in range(COMMON)]
    wire = [names.from_text(name(number)) for number in range(COMMON)]
    begin, step = end - DAYS * 86400, DAYS * 86400 / count
    rare = 0
    for sequence, start in enumerate(range(0, count, BATCH), 1):
        picks = chance.choices(range(COMMON), cum_weights=weights[1:], k=min(BATCH, count - start))
        used: dict[VerdictRow, int] = {}
        rows = []
        for place, pick in enumerate(picks, start):
            asked, verdict = wire[pick], verdicts[pick]
            if chance.random() < RARE:
                rare += 1
                asked, verdict = names.from_text(f"x{rare}.once.example"), _ALLOWED
            index = used.setdefault(verdict, len(used))
            kind = ODD_TYPE if place % 1000 == 0 else TYPES[place % 3]
            who = device((place * 7 + pick) % DEVICES)
            when = int(begin + place * step)
            rows.append(EventRow(when, who, Channel.DNS, asked, kind, "", 0, index, 1, 70))
        yield Batch("bench/1/1", sequence, 0, tuple(used), tuple(rows))


def _verdict(number: int) -> VerdictRow:
    """A quarter of the names is blocked: by lists, the catalogue, or a rule of the user's."""
    if number % 4 or number < 4:
        return _ALLOWED
    which = number // 4
    if which % 100 == 0:
        line = which // 100 % RULES + 1
        return VerdictRow(Action.BLOCKED, "rules", "everyone", line, f"||rule{line}.example^", "", "", "", 7)
    if which % 5:
        return VerdictRow(
            Action.BLOCKED, "lists", f"list {which % LISTS}", number, f"||{name(number)}^", "", "", "", 7
        )
    company = which // 5 % COMPANIES
    place = ("CN", "SG", "US", "DE")[company % 4]
    purpose = ("analytics", "advertising", "push")[company % 3]
    return VerdictRow(
        Action.BLOCKED,
        "catalogue",
        f"vendor{company}",
        number,
        name(number),
        f"Company {company}",
        purpose,
        place,
        7,
    )
