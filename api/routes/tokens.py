"""`/v1/tokens`: what lets programs use the API."""

import time
from typing import Annotated

from fastapi import APIRouter, Path, Response

from api import etags
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Page
from api.problems import responses
from api.schemas.tokens import TokenCreate, TokenCreated, TokenPublic
from gateway.access import Scope
from gateway.store import tokens
from gateway.store.engine import Session
from gateway.store.tokens import Token

router = APIRouter(prefix="/v1/tokens", tags=["tokens"])

_ADMIN = scoped(Scope.ADMIN)
_WRITES = changing(Scope.ADMIN)

Id = Annotated[int, Path(ge=1, lt=2**31)]


@router.get("", dependencies=[_ADMIN], responses=responses(401, 403, 503))
def list_all(box: Box) -> Page[TokenPublic]:
    """All tokens, oldest first."""
    with box.works.reading() as session:
        return Page(items=[TokenPublic.of(token) for token in tokens.list_tokens(session)], next="")


@router.post("", status_code=201, response_model=TokenCreated, responses=responses(401, 403, 409, 422, 503))
def create(body: TokenCreate, making: Changing = _WRITES) -> Response:
    """Make a token. Its secret is in this answer and nowhere else."""
    now = int(time.time())

    def act(session: Session) -> tuple[Token, str]:
        return tokens.add_token(session, body.name, tuple(body.scopes), now=now, expires=body.expires)

    def show(made: tuple[Token, str]) -> TokenCreated:
        secret = "" if making.terms.dry_run else made[1]
        return TokenCreated(**TokenPublic.of(made[0]).model_dump(), token=secret)

    return making.note(
        "token made", act, show, status=201, target=lambda made: made[0].name, replayable=False
    )


@router.get("/{id}", dependencies=[_ADMIN], responses=responses(401, 403, 404, 422, 503))
def read(id: Id, box: Box, response: Response) -> TokenPublic:
    """One token."""
    with box.works.reading() as session:
        return etags.tagged(response, TokenPublic.of(tokens.get_token(session, id)))


@router.delete("/{id}", response_model=TokenPublic, responses=responses(401, 403, 404, 412, 422, 503))
def revoke(id: Id, making: Changing = _WRITES) -> Response:
    """Revoke a token: it counts no more. The answer says what it was."""

    def act(session: Session) -> Token:
        making.expect(TokenPublic.of(tokens.get_token(session, id)))
        return tokens.remove_token(session, id)

    return making.note("token revoked", act, TokenPublic.of, target=lambda token: token.name)
