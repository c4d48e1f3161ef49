"""What is done straight from the log."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from api.schemas.rules import Comment, RulePublic, Seconds
from gateway.acting import Acted, Reach, Whom


class Act(Input):
    """For whom, for which names, and for how long."""

    scope: Whom = Field(Whom.DEVICE, description="The device, the group it is in now, or everyone.")
    match: Reach = Field(Reach.DOMAIN, description="The name alone, or all below it as well.")
    comment: Comment = ""
    seconds: Seconds | None = Field(None, alias="for", description="Seconds; left out: for good.")


class ActedPublic(BaseModel):
    """The rule that was made. Delete it to undo this, and enable what was laid aside."""

    rule: RulePublic
    laid_aside: list[int] = Field(description="Rules of the very opposite that were switched off.")
    note: str = Field(description="Why the rule may not decide for this device all the same; mostly empty.")

    @classmethod
    def of(cls, acted: Acted) -> Self:
        """From the value."""
        return cls(rule=RulePublic.of(acted.rule), laid_aside=list(acted.laid_aside), note=acted.note)


class ActedInForce(ActedPublic, InForce):
    """The rule, and where it is in force."""
