"""The one way in which a route changes something: dry run, versions, audit, once, and where it is in force."""

import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Header, Query, Request, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api import etags
from api.auth.callers import Caller
from api.box import ApiBox
from api.deps import Box, scoped
from api.idempotency import MaybeOnce, Once
from api.schemas.changes import DryRun
from gateway.access import Scope
from gateway.differences import Differences
from gateway.policy.publish import Applied
from gateway.preview import preview
from gateway.store.engine import Session
from gateway.store.idempotency import Answer
from gateway.works import About, Trial, summary

T = TypeVar("T")
Shown = Mapping[str, Any] | BaseModel

MAX_DAYS = 90  # of log that a dry run looks at
MAX_DETAIL = 300  # characters of one value in the audit
NOTHING: Differences[Any] = Differences((), (), ())


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is asked for."""

    dry_run: bool
    days: int
    if_match: str | None


@dataclass(frozen=True, slots=True)
class Asked(Generic[T]):
    """How one change is to be answered and noted."""

    show: Callable[[T], Shown]  # a model gives the answer its ETag
    status: int | Callable[[T], int]
    target: str | Callable[[T], str]  # for the audit: "rule 12"
    whole: bool = True  # may the answer be kept for whoever sends the request again?


class Changing:
    """What one request needs to make its change."""

    def __init__(self, request: Request, box: ApiBox, caller: Caller, terms: Terms, once: Once) -> None:
        self.request = request
        self.box = box
        self.caller = caller
        self.terms = terms
        self._once = once
        self._before: BaseModel | None = None

    def expect(self, now: BaseModel) -> None:
        """Inside of a change: is this still the version that the caller knows? Raises Stale.

        What is handed in here stands in the audit as what was before.
        """
        self._before = now
        etags.expect(self.terms.if_match, now)

    def change(
        self,
        cause: str,
        act: Callable[[Session], T],
        show: Callable[[T], Shown],
        *,
        status: int | Callable[[T], int] = 200,
        target: str | Callable[[T], str] = "",
    ) -> Response:
        """Change rules, groups, devices or pauses; `show` presents what `act` has returned.

        `cause` stands in the history. With dry_run nothing is changed, and the answer says what would be.
        """
        asked = Asked(show, status, target)
        dry_run = self.terms.dry_run
        with self.box.works.change(cause, self.caller.author, dry_run=dry_run) as change:
            self.first(change.session)
            done = act(change.session)
            change.about(self._about(asked, done))
            change.before_commit(lambda session, applied: self._keep(session, asked, done, applied))
        if change.trial is not None:
            return self._tried(change.trial, _dumped(show(done)))
        assert change.applied is not None
        return _response(self._answer(asked, done, change.applied))

    def change_lists(
        self,
        cause: str,
        act: Callable[[Session], T],
        show: Callable[[T], Shown],
        *,
        status: int | Callable[[T], int] = 200,
        target: str | Callable[[T], str] = "",
    ) -> Response:
        """As `change`, for what makes the lists be compiled anew; `act` is called twice."""
        asked = Asked(show, status, target)
        last: list[T] = []  # what the call returned that counts

        def once(session: Session) -> T:
            self.first(session)
            last[:] = [act(session)]
            return last[0]

        outcome = self.box.works.change_lists(
            cause,
            once,
            self.caller.author,
            dry_run=self.terms.dry_run,
            about=lambda done: self._about(asked, done),
            finish=lambda session, applied: self._keep(session, asked, last[0], applied),
        )
        if outcome.trial is not None:
            return self._tried(outcome.trial, _dumped(show(outcome.result)))
        assert outcome.applied is not None
        return _response(self._answer(asked, outcome.result, outcome.applied))

    def note(
        self,
        action: str,
        act: Callable[[Session], T],
        show: Callable[[T], Shown],
        *,
        status: int | Callable[[T], int] = 200,
        target: str | Callable[[T], str] = "",
        replayable: bool = True,
    ) -> Response:
        """Change what changes no verdict: tokens, webhooks. Not `replayable`: the answer holds a secret."""
        asked = Asked(show, status, target, replayable)
        with self.box.works.noting(
            self.caller.author,
            action,
            about=lambda: self._about(asked, done),
            dry_run=self.terms.dry_run,
        ) as session:
            self.first(session)
            done = act(session)
            if not self.terms.dry_run:
                self._keep(session, asked, done, None)
        if self.terms.dry_run:
            tried = DryRun.of(self.box.policy().generation, _dumped(show(done)))
            return _json(tried)
        return _response(self._answer(asked, done, None))

    def first(self, session: Session) -> None:
        """Raises Known where the request was made before."""
        if not self.terms.dry_run:
            self._once.first(self.caller.name, session)

    def _keep(self, session: Session, asked: Asked[T], done: T, applied: Applied | None) -> None:
        answer = self._answer(asked, done, applied)
        self._once.keep(self.caller.name, session, answer, whole=asked.whole)

    def _answer(self, asked: Asked[T], done: T, applied: Applied | None) -> Answer:
        shown = asked.show(done)
        is_there = isinstance(shown, BaseModel) and self.request.method != "DELETE"
        etag = etags.tag(shown) if isinstance(shown, BaseModel) and is_there else ""
        body = _dumped(shown)
        if applied:
            told = summary(applied)
            body = {**body, **told, "warnings": [*body.get("warnings", []), *told["warnings"]]}
        status = asked.status if isinstance(asked.status, int) else asked.status(done)
        return Answer(status, etag, msgspec.json.encode(body))

    def _about(self, asked: Asked[T], done: T) -> About:
        target = asked.target if isinstance(asked.target, str) else asked.target(done)
        if not asked.whole:
            return About(target)
        before = _dumped(self._before) if self._before else {}
        after = {} if self.request.method == "DELETE" else _dumped(asked.show(done))
        return About(target, _told(before, after))

    def _tried(self, trial: Trial, shown: dict[str, Any]) -> Response:
        with contextlib.ExitStack() as stack:
            # A dry run is no way to read the log, nor the devices, for who may not look at them.
            journal = stack.enter_context(self.box.journal()) if self.caller.may(Scope.READ) else None
            found = preview(trial, journal, days=self.terms.days, now=time.time())
        if not self.caller.may(Scope.READ, Scope.DEVICES):
            found = msgspec.structs.replace(found, devices=NOTHING, pauses=NOTHING)
        return _json(DryRun.of(trial.before.generation, shown, found))


def changing(*any_of: Scope) -> Any:
    """The right to change, with the terms of this request: `_WRITES = changing(Scope.RULES)`."""
    needed = scoped(*any_of)

    async def make(
        request: Request,
        box: Box,
        terms: Annotated[Terms, Depends(_terms)],
        once: MaybeOnce,
        caller: Caller = needed,
    ) -> Changing:
        made = Changing(request, box, caller, terms, once)
        if (
            once.has_key
        ):  # before the route does anything: what it fetches or looks up first may differ by now
            await run_in_threadpool(_look, made)
        return made

    return Depends(make)


def _look(made: Changing) -> None:
    with made.box.works.reading() as session:
        made.first(session)


async def _terms(
    dry_run: Annotated[bool, Query(description="Change nothing; say what would change.")] = False,
    days: Annotated[int, Query(ge=1, le=MAX_DAYS, description="Days of log that a dry run looks at.")] = 7,
    if_match: Annotated[
        str | None, Header(max_length=500, description="The ETag of the version to be changed.")
    ] = None,
) -> Terms:
    return Terms(dry_run, days, if_match)


def _dumped(shown: Shown) -> dict[str, Any]:
    return shown.model_dump(mode="json") if isinstance(shown, BaseModel) else dict(shown)


def _told(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """For the audit: what differs, or all of what has come or gone; long values are cut."""
    if before and after:
        keys = [key for key in before if key in after and before[key] != after[key]]
        before, after = {key: before[key] for key in keys}, {key: after[key] for key in keys}
    told = {"before": before, "after": after}
    return {
        when: {key: _short(value) for key, value in values.items()} for when, values in told.items() if values
    }


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_DETAIL]
    if isinstance(value, dict | list | tuple):
        text = msgspec.json.encode(value).decode()
        return value if len(text) <= MAX_DETAIL else text[:MAX_DETAIL]
    return value


def _response(answer: Answer) -> Response:
    headers = {"ETag": answer.etag} if answer.etag else None
    return Response(answer.body, answer.status, headers, "application/json")


def _json(tried: DryRun) -> Response:
    return Response(tried.model_dump_json(), media_type="application/json")
