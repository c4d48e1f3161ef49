"""The account: password and second factor."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import Input
from gateway.store.accounts import Account

_MAX = 4000  # as in schemas/session.py


class Proof(Input):
    """That it is the person: a session alone, which somebody may have found open, does not do."""

    password: str = Field(max_length=_MAX)
    code: str = Field("", max_length=100, description="Needed where there is a second factor.")


class PasswordChange(Proof):
    """Another password."""

    new: str = Field(max_length=_MAX, description="At least 10 characters.")


class CodeCheck(Input):
    """The first code of a new second factor."""

    code: str = Field(max_length=100)


class AccountPublic(BaseModel):
    """The account, without its secrets."""

    name: str
    second_factor: bool
    recovery_left: int = Field(description="Recovery codes that were not used yet.")
    created: int = Field(description="Unix seconds.")
    changed: int = Field(description="Unix seconds.")

    @classmethod
    def of(cls, account: Account) -> Self:
        """From the store's value."""
        return cls(
            name=account.name,
            second_factor=bool(account.totp),
            recovery_left=len(account.recovery),
            created=account.created,
            changed=account.changed,
        )


class Enrolment(BaseModel):
    """A second factor that waits for its first code."""

    secret: str = Field(description="Base32, for typing it in.")
    uri: str = Field(description="otpauth://…, what the QR code says.")
    svg: str = Field(description="The QR code.")
    expires: int = Field(description="Unix seconds until which a code must come.")


class RecoveryCodes(BaseModel):
    """Each counts once, in place of a code. They are not shown again."""

    codes: list[str]


class LoginsEnded(BaseModel):
    """What a new password has done."""

    ended: int = Field(description="Other logins that count no more.")
