"""Whose bundle is it, and may it come after what was there? Judges; changes nothing."""

import hashlib
from collections.abc import Sequence
from functools import cache

import msgspec

from gateway.bundles import format as formats
from gateway.bundles import minisign
from gateway.bundles.fetching import Parcel
from gateway.bundles.format import Bundle, BundleFault
from gateway.bundles.minisign import PublicKey
from gateway.errors import Conflict
from gateway.policy import catalogue
from gateway.policy.catalogue import Catalogue
from gateway.store.bundles import StoredBundle


class Offer(msgspec.Struct, frozen=True):
    """A bundle whose signature is good."""

    bundle: Bundle
    key: PublicKey
    sha256: str  # of its file
    comment: str  # signed with it


@cache
def shipped() -> Catalogue:
    """The catalogue beside which a bundle's must fit."""
    return catalogue.load()


def verify(parcel: Parcel, keys: Sequence[PublicKey]) -> Offer:
    """The bundle, signed by one of `keys`. Nothing of it is read before that is known. Raises UsageError."""
    if len(parcel.bundle) > formats.MAX_BYTES:
        raise BundleFault(f"a bundle of {len(parcel.bundle)} bytes; at most {formats.MAX_BYTES}")
    signature = minisign.read_signature(parcel.signature)
    key = minisign.verify(parcel.bundle, signature, keys)
    bundle = formats.decode(parcel.bundle, shipped())
    return Offer(bundle, key, hashlib.sha256(parcel.bundle).hexdigest(), signature.trusted_comment)


def is_in_force(offer: Offer, stored: StoredBundle | None) -> bool:
    """Is it this very file? Raises Conflict for one that must not follow what was there.

    The highest version ever applied counts, whatever was removed or rolled back since: an old one would bring back
    what its publisher has corrected. That version itself may be taken up again.
    """
    if stored is None:
        return False
    name, version = offer.bundle.name, offer.bundle.version
    if stored.version == version:
        if stored.sha256 == offer.sha256:
            return True
        raise Conflict(
            f"version {version} of {name} is in force already, with other content",
            hint="its publisher must give each content a version of its own",
        )
    if version < stored.highest:
        raise Conflict(
            f"version {version} of {name} is older than {stored.highest}, which was applied before",
            hint="versions never go back: ask its publisher for a newer one",
        )
    return False


def check_owner(offer: Offer, stored: StoredBundle | None, keys: Sequence[PublicKey]) -> None:
    """A name belongs to the key that used it first, as long as that is trusted. Raises Conflict."""
    if stored is None or stored.key_id in ("", offer.key.id):
        return
    if any(key.id == stored.key_id for key in keys):
        raise Conflict(
            f"the bundle {offer.bundle.name} is signed with the key {stored.key_id}, this one with {offer.key.id}",
            hint=f"if the publisher has a new key: hushgate bundle keys remove {stored.key_id}",
        )
