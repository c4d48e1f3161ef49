"""What every change answers with, and what it would answer had it only been tried."""

from collections.abc import Iterator
from typing import Any, Self

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from api.schemas.why import RulePlace
from gateway.differences import Differences as Compared
from gateway.preview import Preview

MAX_SHOWN = 1000  # of each kind of difference


class Input(BaseModel):
    """Base of everything that is sent to us."""

    model_config = ConfigDict(extra="forbid")


class AppliedPublic(BaseModel):
    """How a change came into force."""

    workers: int = Field(description="DNS workers that decide by it.")
    of: int
    ms: float


class InForce(BaseModel):
    """What every change of the policy ends with."""

    generation: int
    applied: AppliedPublic
    warnings: list[str] = []


class Altered(BaseModel):
    """One thing before and after."""

    before: dict[str, Any]
    after: dict[str, Any]


class Differences(BaseModel):
    """What has come, gone and changed of one kind; the first thousand of each."""

    added: list[dict[str, Any]]
    removed: list[dict[str, Any]]
    changed: list[Altered]
    more: int = Field(0, description="How many more there are, not shown.")

    @classmethod
    def of(cls, found: Compared[Any] | None) -> Self:
        """None: nothing differs."""
        if found is None:
            return cls(added=[], removed=[], changed=[], more=0)
        parts = (found.added, found.removed, found.changed)
        shown = [msgspec.to_builtins(part[:MAX_SHOWN]) for part in parts]
        return cls(
            added=shown[0],
            removed=shown[1],
            changed=shown[2],
            more=sum(max(0, len(part) - MAX_SHOWN) for part in parts),
        )

    def every(self) -> Iterator[dict[str, Any]]:
        """Whatever is shown, before and after."""
        yield from (*self.added, *self.removed)
        for one in self.changed:
            yield from (one.before, one.after)


class DecisionPublic(BaseModel):
    """What becomes of a name."""

    action: str
    rule: RulePlace | None = Field(description="Who says so; null where nobody does.")


class VerdictChange(BaseModel):
    """A name that a device has asked for, and that would get another verdict."""

    device: str
    device_name: str
    name: str
    count: int = Field(description="How often it was asked for in these days.")
    before: DecisionPublic
    after: DecisionPublic


class DryRun(BaseModel):
    """What a change would come to. Nothing has been changed."""

    dry_run: bool = True
    generation: int = Field(description="In force, and staying so.")
    result: dict[str, Any] = Field(description="What the change would answer with.")
    rules: Differences
    groups: Differences
    lists: Differences
    devices: Differences
    pauses: Differences
    verdicts: list[VerdictChange] = Field(
        description="Most frequent first. Pauses are left aside. None is told without the scope `read`."
    )
    other_rule: int = Field(description="Names that another rule decides, to the same end.")
    looked_at: int = Field(description="Pairs of device and name found in the log of these days.")
    truncated: bool = Field(description="There was more log, or more to show, than is shown.")
    warnings: list[str] = Field(
        [],
        description="What phones need and would be blocked by this, in which group, and what stops working.",
    )

    @classmethod
    def of(cls, generation: int, result: dict[str, Any], found: Preview | None = None) -> Self:
        """None: it is nothing that verdicts hang on."""
        lists = Differences.of(found.lists if found else None)
        for one in lists.every():
            del one["path"]  # where the box keeps its copy is the box's business
        return cls(
            generation=generation,
            result=result,
            rules=Differences.of(found.rules if found else None),
            groups=Differences.of(found.groups if found else None),
            lists=lists,
            devices=Differences.of(found.devices if found else None),
            pauses=Differences.of(found.pauses if found else None),
            verdicts=msgspec.to_builtins(found.verdicts) if found else [],
            other_rule=found.other_rule if found else 0,
            looked_at=found.looked_at if found else 0,
            truncated=bool(found and found.truncated),
            warnings=list(found.warnings) if found else [],
        )
