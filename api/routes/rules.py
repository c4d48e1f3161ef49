"""`/v1/rules`: the user's own rules."""

import time

from fastapi import APIRouter, Response

from api.changing import Changing, changing
from api.deps import Box, scoped
from api.problems import responses
from api.schemas.rules import RuleChanged, RuleCreate, RulePublic
from gateway.access import Scope
from gateway.policy.syntax import parse_rule
from gateway.store import rules
from gateway.store.engine import Session
from gateway.store.rules import StoredRule

router = APIRouter(prefix="/v1/rules", tags=["rules"])

_READS = scoped(Scope.READ, Scope.RULES)
_WRITES = changing(Scope.RULES)


@router.post(
    "", status_code=201, response_model=RuleChanged, responses=responses(401, 403, 404, 409, 422, 503)
)
def create(body: RuleCreate, making: Changing = _WRITES) -> Response:
    """Add a rule. When this answers, it is in force in every worker."""
    parse_rule(body.text)

    def act(session: Session) -> StoredRule:
        return rules.add_rule(
            session, body.text, now=int(time.time()), group=body.group, comment=body.comment
        )

    return making.change(f"rule added: {body.text}", act, _shown, status=201)


@router.get("/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: int, box: Box) -> RulePublic:
    """One rule."""
    with box.works.reading() as session:
        return RulePublic.of(rules.get_rule(session, number))


@router.delete("/{number}", response_model=RuleChanged, responses=responses(401, 403, 404, 412, 422, 503))
def delete(number: int, making: Changing = _WRITES) -> Response:
    """Delete a rule. When this answers, it counts nowhere any more."""

    def act(session: Session) -> StoredRule:
        making.expect(RulePublic.of(rules.get_rule(session, number)))
        return rules.remove_rule(session, number)

    return making.change(f"rule {number} removed", act, _shown, target=f"rule {number}")


def _shown(rule: StoredRule) -> dict[str, object]:
    return RulePublic.of(rule).model_dump()
