"""A request that is sent again under its Idempotency-Key: done once, answered alike both times."""

import time
from typing import Annotated

from fastapi import Depends, FastAPI, Header, Request, Response

from gateway.store import idempotency
from gateway.store.engine import Session
from gateway.store.idempotency import Answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
MAX_KEY = 255  # characters


class Known(Exception):
    """The request was made before: leaves the change, which so is taken back, with what was answered then.

    `install` has it answered.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.answer = answer


class Once:
    """The key of one request; does nothing for a request without one."""

    def __init__(self, key: str, request: str) -> None:
        """`key` as the caller gave it, "" for none; `request`: what tells it from others."""
        self._key = key
        self._request = request

    @property
    def has_key(self) -> bool:
        """Or does nothing come of it?"""
        return bool(self._key)

    def first(self, principal: str, session: Session) -> None:
        """Raises Known. With the writer's lock it is certain: of two at once the second meets the first's answer."""
        if self._key:
            now = int(time.time())
            key = idempotency.key_of(principal, self._key)
            answer = idempotency.find_answer(session, key, self._request, now=now)
            if answer is not None:
                raise Known(answer)

    def keep(self, principal: str, session: Session, answer: Answer, *, whole: bool = True) -> None:
        """Keep the answer in the transaction of the change."""
        if self._key:
            idempotency.keep_answer(
                session,
                idempotency.key_of(principal, self._key),
                self._request,
                answer,
                now=int(time.time()),
                whole=whole,
            )


async def once(
    request: Request,
    key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            min_length=1,
            max_length=MAX_KEY,
            description="A request sent again with its key is not made again, and answered as the first time.",
        ),
    ] = None,
) -> Once:
    """The dependency."""
    if key is None:
        return Once("", "")
    target = f"{request.url.path}?{request.url.query}"
    return Once(key, idempotency.request_of(request.method, target, await request.body()))


MaybeOnce = Annotated[Once, Depends(once)]


def replayed(answer: Answer) -> Response:
    """As the first time, and said so."""
    headers = {REPLAYED: "true", **({"ETag": answer.etag} if answer.etag else {})}
    return Response(answer.body, answer.status, headers, "application/json")


def install(app: FastAPI) -> None:
    """Have `app` answer what is known."""

    @app.exception_handler(Known)
    def known(_: Request, known: Known) -> Response:
        return replayed(known.answer)
