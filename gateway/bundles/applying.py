"""A bundle put in force or taken out again: all that it brings in one transaction and one generation, or nothing.

Everything that can fail is tried before: signature, expiry, version, every rule, every list fetched.
"""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

import msgspec

from gateway import subscriptions
from gateway.author import Author
from gateway.bundles import format as formats
from gateway.bundles import minisign, verifying
from gateway.bundles.fetching import Parcel
from gateway.bundles.format import Bundle, BundleFault
from gateway.bundles.minisign import PublicKey
from gateway.bundles.verifying import Offer
from gateway.data import Data
from gateway.policy import sources
from gateway.policy.bundled import origin_of
from gateway.policy.sources import Outcome as Fetch
from gateway.settings import Settings
from gateway.store import brought, bundle_keys, bundles
from gateway.store.brought import BroughtList, Tally
from gateway.store.bundles import KeptBundle, StoredBundle
from gateway.store.engine import Session
from gateway.store.lists import Subscription
from gateway.works import Outcome, Works

PATIENCE = 300.0  # seconds for all lists of a bundle: a hundred slow servers must not hold us for hours


class Result(StrEnum):
    """What became of a bundle."""

    APPLIED = "applied"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


class Done(msgspec.Struct, frozen=True):
    """A bundle, and what it changed."""

    bundle: StoredBundle
    result: Result
    rules: Tally = Tally()
    lists: Tally = Tally()
    rows: int = 0  # of the catalogue


class Ready(msgspec.Struct, frozen=True):
    """A bundle of which everything has been tried: `act` makes it so, in a transaction of the caller's."""

    cause: str
    act: Callable[[Session], Done]
    unchanged: Done | None = None  # there is nothing to be done


def trusted(session: Session) -> tuple[PublicKey, ...]:
    """The keys whose bundles are taken."""
    return tuple(minisign.read_public_key(key.public_key) for key in bundle_keys.list_keys(session))


@contextlib.contextmanager
def ready(
    works: Works,
    data: Data,
    settings: Settings,
    parcel: Parcel,
    *,
    url: str = "",
    expected: str = "",
    again: bool = True,
) -> Iterator[Ready]:
    """Try all of a bundle; hand it to Works.change_lists within the body. Raises UsageError, Conflict.

    `url`: subscribe to it, too. `expected`: the name that it must have. `again`: is the highest version taken up
    once more after it was rolled back? Else that stays as the user has left it.
    """
    now = time.time()
    with works.reading() as session:
        keys = trusted(session)
    offer = verifying.verify(parcel, keys)
    bundle = offer.bundle
    if expected and bundle.name != expected:
        raise BundleFault(f"a bundle {bundle.name} was found where {expected} should be")
    formats.check_time(bundle, now)
    with works.reading() as session:
        stored = bundles.find_bundle(session, bundle.name)
        known = {one.source: one for one in brought.lists_of(session, origin_of(bundle.name))}
    verifying.check_owner(offer, stored, keys)
    cause = f"bundle {bundle.name} version {bundle.version} applied"
    is_left = not again and stored is not None and stored.highest == bundle.version != stored.version
    if stored and (verifying.is_in_force(offer, stored) or is_left) and url in ("", stored.url):
        yield Ready(cause, lambda _: Done(stored, Result.UNCHANGED), Done(stored, Result.UNCHANGED))
        return
    with subscriptions.fetching(data):
        lists = _fetched(data, settings, bundle, known)
        yield Ready(cause, lambda session: _bring(session, offer, lists, url, int(now)))


def apply(
    works: Works,
    data: Data,
    settings: Settings,
    parcel: Parcel,
    by: Author | None = None,
    *,
    url: str = "",
    expected: str = "",
    again: bool = True,
    dry_run: bool = False,
) -> Outcome[Done]:
    """Put a bundle in force; when this returns it is. Nothing is published for what is in force already."""
    with ready(works, data, settings, parcel, url=url, expected=expected, again=again) as made:
        if made.unchanged is not None:
            return Outcome(made.unchanged)
        return works.change_lists(made.cause, made.act, by, dry_run=dry_run)


def removing(name: str) -> Callable[[Session], Done]:
    """What takes the bundle and all that it brought out of a session's state."""

    def act(session: Session) -> Done:
        gone = bundles.clear_bundle(session, name)
        rules, lists = brought.take_away(session, origin_of(gone.name))
        return Done(gone, Result.REMOVED, rules, lists)

    return act


def _bring(session: Session, offer: Offer, lists: tuple[BroughtList, ...], url: str, now: int) -> Done:
    bundle = offer.bundle
    # Again, in the transaction: another may have been applied, or a key removed, while lists were fetched.
    stored = bundles.find_bundle(session, bundle.name)
    bundle_keys.get_key(session, offer.key.id)
    verifying.is_in_force(offer, stored)
    origin = origin_of(bundle.name)
    wanted = {(rule.group, rule.text): rule.comment for rule in bundle.rules}
    rules = brought.bring_rules(session, origin, wanted, now=now)
    tally = brought.bring_lists(session, origin, lists, now=now)
    bundles.put_bundle(
        session,
        KeptBundle(
            name=bundle.name,
            key_id=offer.key.id,
            version=bundle.version,
            issued=bundle.issued_at,
            expires=bundle.expires_at,
            sha256=offer.sha256,
            applied=now,
            catalogue=msgspec.json.encode(bundle.catalogue) if bundle.catalogue else b"",
        ),
    )
    if url:
        bundles.subscribe(session, bundle.name, url)
    return Done(
        bundles.fetched_bundle(session, bundle.name, now=now), Result.APPLIED, rules, tally, bundle.rows
    )


def _fetched(
    data: Data, settings: Settings, bundle: Bundle, known: Mapping[str, Subscription]
) -> tuple[BroughtList, ...]:
    """Its lists, each with a copy: a new one, or the last good one of the version before. Raises BundleFault."""
    until = time.monotonic() + PATIENCE
    found: list[BroughtList] = []
    for one in bundle.lists:
        shown = sources.shown(one.source)
        if time.monotonic() > until:
            raise BundleFault(
                f"the lists of the bundle took more than {PATIENCE:.0f} s to fetch", hint="try again"
            )
        old = known.get(one.source)
        got = subscriptions.fetch(data, settings, one.source, one.syntax, old)
        if got.copy is None:
            raise BundleFault(f"nothing of the bundle was applied: {shown}: {got.reason}", hint=got.hint)
        refused = got.report.refused if got.report else (old.refused if old else 0)
        found.append(
            BroughtList(
                source=one.source,
                name=one.name,
                group=one.group,
                syntax=one.syntax,
                version=got.copy.version,
                rules=got.copy.rules,
                refused=refused,
                etag=got.copy.validators.etag,
                last_modified=got.copy.validators.modified,
                error=got.reason if got.outcome is Fetch.KEPT else "",
            )
        )
    return tuple(found)
