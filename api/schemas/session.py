"""Logging in and out."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import Input
from gateway.store.logins import Login

# Longer than any password may be, so that the one clear error comes from the place that knows.
_MAX = 4000


class SetupPublic(BaseModel):
    """What a login page has to know before anybody has logged in."""

    needed: bool = Field(description="No password is set yet: open the setup link.")
    second_factor: bool = Field(description="A login needs a code besides the password.")


class SetupCreate(Input):
    """The first password."""

    token: str = Field(max_length=200, description="What stands behind # in the setup link.")
    password: str = Field(max_length=_MAX, description="At least 10 characters.")


class SessionCreate(Input):
    """A login."""

    password: str = Field(max_length=_MAX)
    code: str = Field("", max_length=100, description="Of the authenticator app, or a recovery code.")


class SessionStarted(BaseModel):
    """Who is logged in; the cookie comes with it."""

    account: str
    csrf: str = Field(description="Goes with each change as the header X-CSRF-Token.")
    expires: int = Field(description="Unix seconds; without a request for 12 hours it ends earlier.")


class CallerPublic(BaseModel):
    """Who asks, and what they may do."""

    name: str = Field(examples=["admin", "token backup"])
    scopes: list[str]
    csrf: str = Field(description="Of a browser's login; empty for a token.")


class SessionPublic(BaseModel):
    """A browser that is logged in."""

    id: str
    created: int = Field(description="Unix seconds.")
    seen: int = Field(description="Unix seconds, to the minute.")
    expires: int = Field(description="Unix seconds.")
    address: str
    agent: str = Field(description="What the browser calls itself.")
    current: bool = Field(description="Is it the one that asks?")

    @classmethod
    def of(cls, login: Login, current: Login | None) -> Self:
        """From the store's value."""
        return cls(
            id=login.number,
            created=login.created,
            seen=login.seen,
            expires=login.expires,
            address=login.address,
            agent=login.agent,
            current=current is not None and current.id == login.id,
        )
