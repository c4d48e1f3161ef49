"""A question walked through the chain."""

from pydantic import BaseModel, Field

from api.schemas.why import WhyPublic


class StepPublic(BaseModel):
    """One link of the chain, and what it did."""

    link: str = Field(description="protocol, special, pause, policy, cache, forward or answers")
    did: str = Field(
        description="passed, skipped, answered, allowed, blocked, observed, rewritten, refused or failed"
    )
    says: str = Field(
        description="Why, in one sentence. May hold names that others chose: text, never markup."
    )
    ms: float


class TracedAnswer(BaseModel):
    """What the device would hear."""

    rcode: str = Field(examples=["NOERROR", "NXDOMAIN"])
    records: list[str] = Field(examples=[["A 192.0.2.1 ttl 300"]], description="At most 64.")
    ede: list[str] = Field(description="Extended errors (RFC 8914): `15: Hushgate: …`.")


class TracePublic(BaseModel):
    """A question's way through the chain."""

    name: str
    type: str
    device: str = Field(description="Its name, else its address; empty for anybody.")
    links: list[StepPublic] = Field(
        description="In the order in which they were asked; the last one answered."
    )
    answer: TracedAnswer
    verdict: WhyPublic = Field(
        description="As `/v1/why` tells it; where the answer led to another verdict, that one."
    )
    generation: int
    ms: float = Field(description="In the worker, all links together.")
