"""Whose it is and whether it may follow is judged before anything else."""

import pytest

from gateway.bundles import verifying
from gateway.bundles.fetching import Parcel
from gateway.bundles.format import MAX_BYTES, BundleFault
from gateway.bundles.minisign import MinisignFault
from gateway.errors import Conflict
from gateway.store.bundles import StoredBundle
from tests.fakes.publisher import Publisher, made

ACME, OTHER = Publisher(1), Publisher(2)
KEYS = (OTHER.key.public, ACME.key.public)


def stored(**changed: object) -> StoredBundle:
    fields = {"version": 2, "sha256": "0" * 64, "highest": 2, "key_id": ACME.key.id, **changed}
    empty = {"name": "acme", "url": "", "issued": 1, "expires": 2, "applied": 1, "fetched": 0, "error": ""}
    return StoredBundle(**{**empty, **fields})  # type: ignore[arg-type]  # each its own type


def test_what_a_trusted_key_has_signed_is_an_offer() -> None:
    offer = verifying.verify(ACME.parcel("||a.example^"), KEYS)
    assert (offer.bundle.name, offer.key, offer.comment) == ("acme", ACME.key.public, "a comment")


def test_nothing_is_read_that_is_not_signed() -> None:
    with pytest.raises(MinisignFault, match="not of this file"):
        verifying.verify(Parcel(b"{}", ACME.parcel("||a.example^").signature), KEYS)
    with pytest.raises(BundleFault, match="not a bundle"):
        verifying.verify(ACME.sign(b"{}"), KEYS)


def test_what_is_too_large_is_not_even_hashed() -> None:
    with pytest.raises(BundleFault, match="at most"):
        verifying.verify(Parcel(b" " * (MAX_BYTES + 1), b""), KEYS)


def test_versions_go_up_only() -> None:
    def offer(version: int) -> verifying.Offer:
        return verifying.verify(ACME.sign(made("||a.example^", version=version)), KEYS)

    second = offer(2)
    assert not verifying.is_in_force(second, None)
    assert verifying.is_in_force(second, stored(sha256=second.sha256))
    assert not verifying.is_in_force(offer(3), stored())
    with pytest.raises(Conflict, match="other content"):
        verifying.is_in_force(second, stored())
    with pytest.raises(Conflict, match="older than 2"):
        verifying.is_in_force(offer(1), stored())
    # Rolled back or removed: the highest may come again, nothing below it.
    assert not verifying.is_in_force(second, stored(version=0))
    assert not verifying.is_in_force(second, stored(version=1))
    with pytest.raises(Conflict, match="older than 2"):
        verifying.is_in_force(offer(1), stored(version=0))


def test_a_name_is_its_first_keys_while_that_is_trusted() -> None:
    offer = verifying.verify(OTHER.parcel("||a.example^"), KEYS)
    verifying.check_owner(offer, None, KEYS)
    verifying.check_owner(offer, stored(key_id=OTHER.key.id), KEYS)
    verifying.check_owner(offer, stored(), (OTHER.key.public,))
    with pytest.raises(Conflict, match="is signed with the key") as caught:
        verifying.check_owner(offer, stored(), KEYS)
    assert f"keys remove {ACME.key.id}" in caught.value.hint
