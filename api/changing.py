"""The one way in which a route changes something: dry run, versions, audit, and where it is in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel

from api import etags
from api.auth.callers import Caller
from api.box import ApiBox
from api.deps import Box, scoped
from gateway.access import Scope
from gateway.store.engine import Session
from gateway.works import Trial, summary

T = TypeVar("T")

MAX_DAYS = 90  # of log that a dry run looks at


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is asked for."""

    dry_run: bool
    days: int
    if_match: str | None


class Changing:
    """What one request needs to make its change."""

    def __init__(self, request: Request, box: ApiBox, caller: Caller, terms: Terms) -> None:
        self.request = request
        self.box = box
        self.caller = caller
        self.terms = terms

    def expect(self, now: BaseModel) -> None:
        """Inside of a change: is this still the version that the caller knows? Raises Stale."""
        etags.expect(self.terms.if_match, now)

    def change(
        self,
        cause: str,
        act: Callable[[Session], T],
        show: Callable[[T], Mapping[str, Any]],
        *,
        status: int = 200,
        target: str = "",
    ) -> Response:
        """Change rules, groups, devices or pauses; `show` presents what `act` has returned.

        `cause` stands in the history. With dry_run nothing is changed, and the answer says what would be.
        """
        dry_run = self.terms.dry_run
        with self.box.works.change(cause, self.caller.author, dry_run=dry_run) as change:
            change.target = target
            shown = dict(show(act(change.session)))
        if change.trial is not None:
            return self._tried(change.trial, shown)
        return _json({**shown, **change.summary()}, status)

    def change_lists(
        self,
        cause: str,
        act: Callable[[Session], T],
        show: Callable[[T], Mapping[str, Any]],
        *,
        status: int = 200,
    ) -> Response:
        """As `change`, for what makes the lists be compiled anew."""
        outcome = self.box.works.change_lists(cause, act, self.caller.author, dry_run=self.terms.dry_run)
        shown = dict(show(outcome.result))
        if outcome.trial is not None:
            return self._tried(outcome.trial, shown)
        assert outcome.applied is not None
        return _json({**shown, **summary(outcome.applied)}, status)

    def _tried(self, trial: Trial, shown: dict[str, Any]) -> Response:
        return _json({"dry_run": True, "generation": trial.before.generation, "result": shown}, 200)


def changing(*any_of: Scope) -> Any:
    """The right to change, with the terms of this request: `_WRITES = changing(Scope.RULES)`."""
    needed = scoped(*any_of)

    def make(
        request: Request,
        box: Box,
        terms: Annotated[Terms, Depends(_terms)],
        caller: Caller = needed,
    ) -> Changing:
        return Changing(request, box, caller, terms)

    return Depends(make)


def _terms(
    dry_run: Annotated[bool, Query(description="Change nothing; say what would change.")] = False,
    days: Annotated[int, Query(ge=1, le=MAX_DAYS, description="Days of log that a dry run looks at.")] = 7,
    if_match: Annotated[
        str | None, Header(max_length=500, description="The ETag of the version to be changed.")
    ] = None,
) -> Terms:
    return Terms(dry_run, days, if_match)


def _json(value: Any, status: int) -> Response:
    return Response(msgspec.json.encode(value), status, media_type="application/json")
