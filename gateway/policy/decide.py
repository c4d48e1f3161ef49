"""(who, name, type) → verdict. Never touches the network, the clock or the log.

The layers, one above the other (DESIGN.md, "Who wins"; special names and pauses come before, in the chain):
the group's own rules, those of everyone, what the catalogue keeps, a schedule that blocks everything else, lists
and the catalogue's blocks. A pause by the schedule goes before them all.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from gateway.errors import OwnFault
from gateway.model import Action, Facts, Layer, RuleRef, Verdict
from gateway.names import Name
from gateway.policy import overlay as overlays
from gateway.policy.generation.retention import kept
from gateway.policy.manifest import Manifest, current
from gateway.policy.matching.active import ActiveRule
from gateway.policy.matching.asker import Asker, address_of, key_of
from gateway.policy.matching.known import Known, KnownRow
from gateway.policy.matching.probe import Probe
from gateway.policy.matching.subscribed import Subscribed
from gateway.policy.matching.victory import BLOCK, Candidate, Won, winner
from gateway.policy.matching.view import GroupView, views
from gateway.policy.overlay import Overlay
from gateway.policy.pauses import pausing
from gateway.policy.snapshot import Base
from gateway.policy.state import EVERYONE, DeviceState, PauseState


class Shared:
    """What is made of a base once and serves every overlay on it."""

    def __init__(self, base: Base, sha256: str = "") -> None:
        self.base = base
        self.sha256 = sha256
        self.subscribed = Subscribed(base)
        self.known = Known(base.meta.rows, base.meta.domains)


class Policy:
    """One generation of the policy. Immutable."""

    def __init__(self, shared: Shared, overlay: Overlay, generation: int) -> None:
        """Raises OwnFault where base and overlay hold what cannot be used."""
        self.generation = generation
        self.shared = shared
        self.overlay = overlay
        try:
            self._views = views(overlay, shared.base.meta.lists)
        except (ValueError, StopIteration) as error:
            raise OwnFault(f"generation {generation}: {error}") from error
        self._everyone = self._views[EVERYONE]
        self._devices = {
            _key(address): device
            for device in overlay.devices
            for address in (device.address, *device.addresses)
        }
        self._known = shared.known
        self._subscribed = shared.subscribed

    @classmethod
    def open(cls, directory: Path) -> Self:
        """The generation that `manifest` in `directory` names, every byte checked. Raises OwnFault."""
        return cls._opened(directory, current(directory), None)

    @classmethod
    def open_latest(cls, directory: Path) -> tuple[Self, str]:
        """As `open`, or, should that be damaged, the newest generation before it that is whole, and why.

        For a worker that starts: an old policy blocks more than none. Raises OwnFault where nothing is whole.
        """
        try:
            return cls.open(directory), ""
        except OwnFault as fault:
            for manifest in kept(directory):
                try:
                    return cls._opened(directory, manifest, None), str(fault)
                except OwnFault:
                    continue  # damaged as well; the fault of the one in force is what is told
            raise

    def reopen(self, directory: Path) -> Self:
        """The generation in force now; a base that has stayed the same stays mapped. Raises OwnFault."""
        return self._opened(directory, current(directory), self.shared)

    @classmethod
    def _opened(cls, directory: Path, named: Manifest, held: Shared | None) -> Self:
        if held is None or held.sha256 != named.base_sha256:
            held = Shared(Base.open(directory / named.base, named.base_sha256), named.base_sha256)
        return cls(held, overlays.read(directory / named.overlay, named.overlay_sha256), named.generation)

    @property
    def pauses(self) -> tuple[PauseState, ...]:
        return self.overlay.pauses

    @property
    def expires(self) -> int:
        """Unix seconds at which a rule expires or a schedule changes a group: time to publish again. 0 for never."""
        return self.overlay.expires

    @property
    def groups(self) -> tuple[str, ...]:
        return tuple(self._views)

    def asker(self, address: str) -> Asker:
        """Who asks from this address, or has this MAC; an unknown device is in `everyone`."""
        ip = address_of(address)
        device = self._devices.get(_key(address))
        if device is None:
            return Asker(_key(address), ips=() if ip is None else (ip,))
        return _asker(device)

    def asker_named(self, client: str) -> Asker:
        """A device by its name, address or MAC; an unknown name is a device in `everyone` that is called so."""
        for device in self.overlay.devices:
            if device.name and device.name.lower() == client.lower():
                return _asker(device)
        if key_of(client) is None:
            return Asker("", name=client)
        return self.asker(client)

    def paused(self, asker: Asker, now: float, boot: float, boot_id: str) -> bool:
        """Is a pause in force for `asker` at wall clock `now` (Unix s) and CLOCK_BOOTTIME `boot` (s)?"""
        return pausing(self.pauses, asker, self.overlay.made, now, boot, boot_id) is not None

    def facts(self, name: Name) -> Facts | None:
        """What the catalogue says of the name, or at least whose domain it is in."""
        probe = Probe(_NOBODY, name, 0)
        rows = self._known.rows(probe)
        return rows[0].facts if rows else self._known.owner(probe)

    def scheduled(self, group: str) -> str:
        """ "by the schedule until 06:30", where a schedule has the word in this group now; else ""."""
        return next((one.scheduled for one in self.overlay.groups if one.name == group), "")

    def text_of(self, rule: RuleRef) -> str:
        """The rule as written, read from its list's last good copy; "" where that is gone."""
        if rule.layer is not Layer.LISTS or rule.text:
            return rule.text
        for place, entry in enumerate(self._subscribed.lists):
            if entry.name == rule.list:
                return self.shared.base.text_of(place, rule.line)
        return ""

    def decide(self, asker: Asker, name: Name, qtype: int) -> Verdict:
        """What becomes of the question (or of an answer's CNAME target). Raises OwnFault for a damaged base."""
        view = self._views.get(asker.group, self._everyone)
        probe = Probe(asker, name, qtype)
        rows = self._known.rows(probe)
        facts = rows[0].facts if rows else self._known.owner(probe)
        if view.paused is not None:
            return Verdict(Action.ALLOWED, view.paused, facts, generation=self.generation)
        spared: list[ActiveRule] = []
        for book in view.books:
            won = winner(book.candidates(probe), spared)
            if won is not None:
                return self._verdict(view, won, facts, of_user=True)
        row = _ruling(view, rows)
        if row is not None and row.keep:
            return self._verdict(view, Won(row, allow=True), facts)
        if view.block_all is not None:
            action = Action.OBSERVED if view.observes else Action.BLOCKED
            return Verdict(action, view.block_all, facts, None, view.answer, self.generation)
        found: list[Candidate] = [] if row is None else [(BLOCK, row)]
        if view.any_list:
            self._subscribed.candidates(view, probe, found)
        won = winner(found, spared) if found else None
        if won is not None:
            return self._verdict(view, won, facts)
        allowed = view.allowed.get(id(facts))
        if allowed is None:
            allowed = Verdict(Action.ALLOWED, facts=facts, generation=self.generation)
            view.allowed[id(facts)] = allowed
        return allowed

    def layers(self, asker: Asker, name: Name, qtype: int) -> Iterator[tuple[Candidate, str]]:
        """Every rule that covers the question, the strongest layer first, and why it may not count."""
        view = self._views.get(asker.group, self._everyone)
        probe = Probe(asker, name, qtype)
        for book in view.books:
            for candidate in book.candidates(probe):
                yield candidate, ""
        ruling = _ruling(view, rows := self._known.rows(probe))
        for row in rows:
            reason = ""
            if not view.catalogue:
                reason = "the catalogue is switched off for the group"
            elif not row.keep and not row.blocked_by(view.profile):
                reason = f"the profile {view.profile} does not block it"
            elif row is not ruling:
                reason = "a longer pattern of the catalogue is about it"
            yield (BLOCK + row.keep, row), reason
        for candidate in self._subscribed.candidates(view, probe, [], every=True):
            yield candidate, ""

    def ref(self, origin: int | ActiveRule | KnownRow) -> RuleRef:
        """How a rule is named to people."""
        if isinstance(origin, int):
            return self._subscribed.ref_of_line(origin)
        if isinstance(origin, ActiveRule):
            return origin.ref
        layer = Layer.KEEP if origin.keep else Layer.CATALOGUE
        return RuleRef(layer, origin.file, origin.line, origin.facts.pattern)

    def _verdict(self, view: GroupView, won: Won, facts: Facts | None, *, of_user: bool = False) -> Verdict:
        rewrite = won.rewrite
        if won.allow:
            action = Action.ALLOWED
        elif rewrite is not None and (of_user or not view.observes):
            action = Action.REWRITTEN
        elif view.observes:
            action, rewrite = Action.OBSERVED, None
        else:
            action = Action.BLOCKED
        return Verdict(action, self.ref(won.origin), facts, rewrite, view.answer, self.generation)


_NOBODY = Asker("")


def _ruling(view: GroupView, rows: list[KnownRow]) -> KnownRow | None:
    """The row that keeps or blocks the name for this group: the longest that has a say."""
    if view.catalogue:
        for row in rows:
            if row.keep or row.blocked_by(view.profile):
                return row
    return None


def _key(address: str) -> str:
    return key_of(address) or address


def _asker(device: DeviceState) -> Asker:
    ips = (address_of(address) for address in (device.address, *device.addresses))
    known = tuple(dict.fromkeys(ip for ip in ips if ip is not None))
    return Asker(_key(device.address), device.name, device.group, device.tags, known)
