"""`/v1/log/{id}:allow` and `:block`: a rule made straight from a row of the log."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.changing import Changing, changing
from api.problems import Refused, responses
from api.schemas.act import Act, ActedInForce, ActedPublic
from gateway import acting
from gateway.access import Scope
from gateway.errors import Missing
from gateway.journal import search

router = APIRouter(prefix="/v1/log", tags=["log"])

_WRITES = changing(Scope.RULES)

_Row = Annotated[int, Path(ge=1, lt=2**63, description="The id of a row of the log.")]


@router.post(
    "/{number}:allow",
    status_code=201,
    response_model=ActedInForce,
    responses=responses(401, 403, 404, 409, 422, 503),
)
def allow(number: _Row, body: Act | None = None, making: Changing = _WRITES) -> Response:
    """Allow the name of this row from now on. Needs the scope `read` as well: it tells what the row is."""
    return _act(number, body or Act.model_validate({}), making, allow=True)


@router.post(
    "/{number}:block",
    status_code=201,
    response_model=ActedInForce,
    responses=responses(401, 403, 404, 409, 422, 503),
)
def block(number: _Row, body: Act | None = None, making: Changing = _WRITES) -> Response:
    """Block the name of this row from now on. Needs the scope `read` as well: it tells what the row is."""
    return _act(number, body or Act.model_validate({}), making, allow=False)


def _act(number: int, body: Act, making: Changing, *, allow: bool) -> Response:
    if not making.caller.may(Scope.READ):  # the answer says which name that row is about
        raise Refused(403, "this needs the scope read as well", hint="use a token that has both")
    with making.box.journal() as journal:
        row = search.one(journal, number)
    if row is None:
        raise Missing(f"no row {number} in the log", hint="it may be too old by now")
    wished = acting.wish(
        making.box.policy(),
        making.box.settings,
        row.device,
        row.name,
        row.type or "A",
        allow=allow,
        scope=body.scope,
        reach=body.match,
    )
    expires = int(time.time()) + body.seconds if body.seconds else 0
    word = "allowed" if allow else "blocked"
    return making.change(
        f"{word} from the log: {wished.text}",
        lambda session: acting.act(session, wished, comment=body.comment, expires=expires),
        ActedPublic.of,
        status=201,
        target=lambda done: f"rule {done.rule.id} from row {number} of the log",
    )
