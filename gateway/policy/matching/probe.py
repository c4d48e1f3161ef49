"""One question while it is decided: its parts, each worked out once and only if somebody asks."""

from gateway.names import Name, to_text
from gateway.policy.matching.asker import Asker


class Probe:
    """Who asks for what. `suffixes`: the name itself, then its parents, nearest first, without the root."""

    __slots__ = ("_text", "asker", "name", "suffixes", "type")

    def __init__(self, asker: Asker, name: Name, qtype: int) -> None:
        self.asker = asker
        self.name = name
        self.type = qtype
        self._text = ""
        self.suffixes = suffixes = [name] if name[0] else []
        at = 0
        while length := name[at]:  # names.suffixes, unrolled: a generator costs as much as two look-ups
            at += length + 1
            if name[at]:
                suffixes.append(name[at:])

    @property
    def text(self) -> str:
        """The name as patterns see it."""
        if not self._text:
            self._text = to_text(self.name)
        return self._text
