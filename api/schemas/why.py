"""Explanations."""

from pydantic import BaseModel, Field


class RulePlace(BaseModel):
    """The one rule that a verdict leads back to."""

    layer: str = Field(description="special, pause, rules, keep, schedule, lists or catalogue")
    list: str = Field(description="The list, or the group of a user's rule.")
    line: int = Field(description="The line of the list, or the number of the user's rule; 0 for none.")
    text: str


class OtherRule(BaseModel):
    """A rule that covers the name, too."""

    rule: RulePlace
    effect: str = Field(description="blocks, allows, answers …")
    reason: str = Field(description="Why it did not decide.")


class WhyPublic(BaseModel):
    """What would become of a name now, and why: the object of `hushgate why --json`."""

    name: str
    type: str
    action: str = Field(description="allowed, blocked, rewritten or observed")
    rule: RulePlace | None = Field(description="null where no rule is about the name.")
    company: str
    product: str
    purpose: str
    country: str
    data: str
    evidence: str
    breakage: str = Field(description="What stops working while it is blocked.")
    device: str
    group: str
    schedule: str = Field(
        description="`by the schedule until 06:30`, where the group's schedule has the word."
    )
    generation: int
    others: list[OtherRule]
