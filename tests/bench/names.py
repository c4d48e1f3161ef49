"""The names that are blocked and asked for: generated, the same for the same seed, shaped like those of public lists.

A list of N names has about N/3 parents, labels of random letters, two to four levels. No name repeats.
"""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

HOT = 2000  # names that a house full of phones asks for again and again
MIXED_LINES = 60_000
MIXED_NEW = 0.02  # of the mixed lines: blocked and never seen
_TLDS = ("com",) * 10 + ("net",) * 3 + ("cn", "org", "xyz", "info", "ru", "io", "top", "de")
_SERVICES = ("ads", "track", "log", "sdk", "stat", "data", "api", "m", "cdn", "beacon")
# What a phone asks for, as far as a resolver sees it: addresses of both families and HTTPS records.
_TYPES = ("A",) * 5 + ("AAAA",) * 3 + ("HTTPS",) * 2


def blocked(count: int, seed: int = 1) -> Iterator[str]:
    """`count` names for the lists."""
    for index in range(count):
        digest = hashlib.blake2b(b"%d %d" % (seed, index), digest_size=12).digest()
        parent = _parent(index // 3, seed)
        label = digest[:4].hex()[: 3 + digest[4] % 5] + f"{index % 3}"
        if digest[5] < 90:
            label += "." + _SERVICES[digest[6] % len(_SERVICES)]
        if digest[7] < 25:
            label = f"{digest[8]:x}.{label}"
        yield f"{label}.{parent}"


def allowed(count: int, seed: int = 1) -> list[str]:
    """`count` names that no list holds: their parents are none of `blocked`."""
    return [f"www.{_parent(index, seed + 1000)[::-1].replace('.', '-')}.example" for index in range(count)]


def _parent(index: int, seed: int) -> str:
    digest = hashlib.blake2b(b"parent %d %d" % (seed, index), digest_size=8).digest()
    return f"{digest[:4].hex()[: 2 + digest[4] % 7]}{index:x}.{_TLDS[digest[5] % len(_TLDS)]}"


class Workloads:
    """Query files for dnsperf in one folder, the same for every server.

    `hot`, `cached`: A queries for HOT names. `fresh[round]`, and `paced[round]` for a run at a fixed rate:
    blocked names that no other file holds, each once. `mixed[round]`: phone-like.
    """

    def __init__(self, folder: Path, count: int, rounds: int, *, paced: int, seed: int = 1) -> None:
        self._folder = folder
        self._random = random.Random(seed)
        names = list(blocked(count, seed))
        self.blocked = self._write("blocked", names)
        self._random.shuffle(names)
        self.hot_names, unseen = names[:HOT], names[HOT:]
        self.cached_names = allowed(HOT, seed)
        self.hot = self._write("hot", [f"{name} A" for name in self.hot_names])
        self.cached = self._write("cached", [f"{name} A" for name in self.cached_names])
        share = len(unseen) // rounds
        self.fresh, self.paced, self.mixed = [], [], []
        for number in range(rounds):
            part = unseen[number * share : (number + 1) * share]
            new, slow, fast = _cut(part, int(MIXED_LINES * MIXED_NEW), paced)
            self.mixed.append(self._write(f"mixed-{number}", self._mix(new)))
            self.paced.append(self._write(f"paced-{number}", [f"{name} A" for name in slow]))
            self.fresh.append(self._write(f"fresh-{number}", [f"{name} A" for name in fast]))

    def _mix(self, unseen: list[str]) -> list[str]:
        """70 % names in use, most of the rest blocked names that are tried again and again."""
        weights = [1 / rank for rank in range(1, HOT + 1)]  # Zipf's law
        used = iter(self._random.choices(self.cached_names, weights, k=MIXED_LINES))
        retried = iter(self._random.choices(self.hot_names, weights, k=MIXED_LINES))
        new = iter(unseen)
        lines = []
        for _ in range(MIXED_LINES):
            kind = self._random.random()
            if kind < 0.7:
                name = next(used)
            elif kind < 1 - MIXED_NEW:
                name = next(retried)
            else:
                name = next(new, self.hot_names[0])
            lines.append(f"{name} {self._random.choice(_TYPES)}")
        return lines

    def _write(self, name: str, lines: list[str]) -> Path:
        path = self._folder / f"{name}.txt"
        path.write_text("\n".join(lines) + "\n")
        return path


def _cut(names: list[str], first: int, second: int) -> tuple[list[str], list[str], list[str]]:
    """Two shares of `names`, each of the wanted length or a quarter of all where that is less; the rest."""
    quarter = len(names) // 4
    first, second = min(first, quarter), min(second, quarter)
    return names[:first], names[first : first + second], names[first + second :]
