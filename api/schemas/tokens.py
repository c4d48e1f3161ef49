"""Tokens."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import Input
from gateway.access import Scope
from gateway.store.text import MAX_NAME
from gateway.store.tokens import Token


class TokenCreate(Input):
    """A token to be made."""

    name: str = Field(max_length=MAX_NAME, examples=["home assistant"])
    scopes: list[Scope] = Field(min_length=1, max_length=len(Scope))
    expires: int = Field(0, ge=0, lt=2**53, description="Unix seconds; 0 for never.")


class TokenPublic(BaseModel):
    """A token, without its secret."""

    id: int
    name: str
    scopes: list[Scope]
    created: int = Field(description="Unix seconds.")
    expires: int = Field(description="Unix seconds; 0 for never.")
    last_used: int = Field(description="Unix seconds, to the minute; 0 for never.")
    last_address: str

    @classmethod
    def of(cls, token: Token) -> Self:
        """From the store's value."""
        return cls(
            id=token.id,
            name=token.name,
            scopes=list(token.scopes),
            created=token.created,
            expires=token.expires,
            last_used=token.last_used,
            last_address=token.last_address,
        )


class TokenCreated(TokenPublic):
    """A new token."""

    token: str = Field(description="The secret. It is not shown again.")
