"""Signed bundles, and the keys that are trusted."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from gateway.bundles.applying import Done
from gateway.bundles.format import MAX_BYTES
from gateway.bundles.minisign import MAX_FILE
from gateway.policy import sources
from gateway.store.brought import Tally
from gateway.store.bundle_keys import BundleKey
from gateway.store.bundles import StoredBundle


class BundleUpload(Input):
    """A bundle and its signature, as the two files hold them."""

    bundle: str = Field(max_length=MAX_BYTES, description="What `hushgate bundle build` made, byte for byte.")
    signature: str = Field(max_length=MAX_FILE, description="The .minisig file.")


class BundleSubscribe(Input):
    """A bundle to be fetched now, and again whenever there is a newer one."""

    url: str = Field(min_length=1, max_length=2000, description="Its signature lies beside it: URL.minisig.")


class TallyPublic(BaseModel):
    """What became of rows."""

    added: int
    removed: int
    kept: int

    @classmethod
    def of(cls, tally: Tally) -> Self:
        """From the store's value."""
        return cls(added=tally.added, removed=tally.removed, kept=tally.kept)


class BundlePublic(BaseModel):
    """A bundle in force, or subscribed to."""

    name: str
    url: str = Field(description="Subscribed to; empty for one that was handed in. Without credentials.")
    key_id: str = Field(description="Of the key that signed it, as minisign shows it.")
    version: int = Field(description="In force; 0 for none.")
    highest: int = Field(description="The highest version ever applied; no older one is.")
    issued: int = Field(description="Unix seconds.")
    expires: int = Field(
        description="Unix seconds. What has expired still counts, but nobody has renewed it."
    )
    sha256: str
    since: int = Field(description="When this version was put in force, in Unix seconds.")
    fetched: int = Field(description="Unix seconds of the last fetch that gave something good.")
    error: str = Field(description="Why the last fetch failed; empty if it did not.")

    @classmethod
    def of(cls, one: StoredBundle) -> Self:
        """From the store's value."""
        return cls(
            name=one.name,
            url=sources.shown(one.url) if one.url else "",
            key_id=one.key_id,
            version=one.version,
            highest=one.highest,
            issued=one.issued,
            expires=one.expires,
            sha256=one.sha256,
            since=one.applied,
            fetched=one.fetched,
            error=one.error,
        )


class BundleDone(BundlePublic):
    """A bundle, and what it changed."""

    result: str = Field(description="`applied`, `unchanged` or `removed`.")
    rules: TallyPublic
    lists: TallyPublic
    catalogue: int = Field(description="Its rows of the catalogue.")

    @classmethod
    def of_done(cls, done: Done) -> Self:
        """From what was done."""
        return cls(
            **BundlePublic.of(done.bundle).model_dump(),
            result=done.result,
            rules=TallyPublic.of(done.rules),
            lists=TallyPublic.of(done.lists),
            catalogue=done.rows,
        )


class BundleChanged(BundleDone, InForce):
    """A bundle, what it changed, and where that is in force."""


class KeyCreate(Input):
    """A key to be trusted."""

    public_key: str = Field(
        max_length=MAX_FILE, description="A public key file of minisign's, or its second line alone."
    )
    name: str = Field("", max_length=64, description="Whose it is.")


class KeyPublic(BaseModel):
    """A key whose bundles are trusted."""

    id: str = Field(description="As minisign shows it: 16 hexadecimal digits.")
    name: str
    public_key: str
    created: int = Field(description="Unix seconds.")

    @classmethod
    def of(cls, key: BundleKey) -> Self:
        """From the store's value."""
        return cls(id=key.id, name=key.name, public_key=key.public_key, created=key.created)
