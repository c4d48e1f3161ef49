"""Groups and their schedules."""

from typing import Annotated, Any, ClassVar, Literal, Self

import msgspec
from pydantic import BaseModel, Field

from api.schemas.changes import InForce, Input
from gateway import schedule
from gateway.model import BlockedAnswer, Mode, Profile
from gateway.policy.state import GroupState
from gateway.schedule import MAX_WINDOWS, WEEK, Day
from gateway.store.groups import Group, Members

MAX_LISTS = 1000

_Start = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["21:30"])]
_End = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", examples=["06:30"])]
_Numbers = Annotated[list[Annotated[int, Field(ge=1, lt=2**31)]], Field(max_length=MAX_LISTS)]
_Name = Annotated[str, Field(min_length=1, max_length=64)]
_Comment = Annotated[str, Field(max_length=500)]


class WindowModel(Input):
    """From `start` to `end` of these days, past midnight where the end is not after the start."""

    start: _Start
    end: _End
    days: list[Day] = Field(list(WEEK), min_length=1, max_length=7, description="On which it starts.")
    profile: Profile | None = Field(None, description="null: the group's own.")
    mode: Mode | None = Field(None, description="null: the group's own.")
    block: Literal["", "everything"] = Field(
        "", description="`everything`: all but the user's own exceptions and what the catalogue keeps."
    )
    pause: bool = Field(False, description="Nothing is blocked.")


class ScheduleModel(Input):
    """When the group is treated otherwise. Of several windows that fit at once the first counts."""

    zone: str = Field(min_length=1, max_length=64, description="An IANA zone.", examples=["Europe/Berlin"])
    windows: list[WindowModel] = Field(min_length=1, max_length=MAX_WINDOWS)

    def text(self) -> str:
        """As it is stored."""
        return msgspec.json.encode(self.model_dump(mode="json", exclude_none=True)).decode()

    @classmethod
    def of(cls, text: str) -> Self | None:
        """From what is stored; None without one."""
        return cls.model_validate_json(text) if text else None


class GroupCreate(Input):
    """A group to be made."""

    name: _Name
    profile: Profile = Profile.BALANCED
    mode: Mode = Mode.ENFORCE
    answer: BlockedAnswer = BlockedAnswer.AUTO
    inherit: bool = Field(True, description="Do the rules and lists of `everyone` count here too?")
    catalogue: bool = Field(True, description="Does the catalogue block and keep here?")
    comment: _Comment = ""
    schedule: ScheduleModel | None = None
    lists: _Numbers = Field([], description="Numbers of lists, in the order in which they count.")

    def values(self) -> dict[str, Any]:
        """For the store, without the lists."""
        return _values(self.model_dump(exclude={"lists", "schedule"}), self.schedule)


class GroupUpdate(Input):
    """What is to be changed; what is left out stays."""

    name: _Name | None = None
    profile: Profile | None = None
    mode: Mode | None = None
    answer: BlockedAnswer | None = None
    inherit: bool | None = None
    catalogue: bool | None = None
    comment: _Comment | None = None
    schedule: ScheduleModel | None = Field(None, description="null ends it.")
    lists: _Numbers | None = Field(None, description="Exactly these, in this order.")

    def values(self) -> dict[str, Any]:
        """For the store, without the lists."""
        given = self.model_dump(exclude={"lists", "schedule", "name"}, exclude_unset=True)
        values = _values(given, self.schedule) if "schedule" in self.model_fields_set else given
        return {**values, "new_name": self.name}


class GroupNow(BaseModel):
    """How the group is treated at this moment, its schedule included."""

    profile: Profile
    mode: Mode
    blocks_everything: bool
    paused: bool = Field(description="By the schedule; other pauses are at `/v1/pauses`.")
    schedule: str = Field(description="`by the schedule until 06:30`, where that has the word.")
    until: int = Field(description="Unix seconds of the schedule's next change; 0 for never.")

    @classmethod
    def of(cls, state: GroupState) -> Self:
        """From the policy's value."""
        return cls(
            profile=state.profile,
            mode=state.mode,
            blocks_everything=state.block_all,
            paused=state.paused,
            schedule=state.scheduled,
            until=state.until,
        )


class GroupPublic(BaseModel):
    """A group."""

    VOLATILE: ClassVar = frozenset({"devices", "rules", "now"})

    name: str
    profile: Profile
    mode: Mode
    answer: BlockedAnswer
    inherit: bool
    catalogue: bool
    comment: str
    schedule: ScheduleModel | None
    lists: list[int] = Field(description="Numbers of its lists, in the order in which they count.")
    devices: int = Field(description="How many were put into it.")
    rules: int = Field(description="How many were written for it.")
    now: GroupNow

    @classmethod
    def of(cls, group: Group, lists: tuple[int, ...], members: Members, now: float) -> Self:
        """From the store's values, at this Unix time."""
        state = GroupState(group.name, group.profile, group.mode, group.answer)
        return cls(
            **{
                **msgspec.structs.asdict(group),
                "schedule": ScheduleModel.of(group.schedule),
                "lists": list(lists),
                "devices": members.devices,
                "rules": members.rules,
                "now": GroupNow.of(schedule.resolved(state, group.schedule, now)),
            }
        )


class GroupChanged(GroupPublic, InForce):
    """A group, and where it is in force."""


def _values(given: dict[str, Any], found: ScheduleModel | None) -> dict[str, Any]:
    return {**given, "schedule": found.text() if found else ""}
