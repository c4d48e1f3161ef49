"""`/v1/webhooks`: where the few events are sent that a person wants to be told of."""

import os
import time

from fastapi import APIRouter, Response

from api import etags
from api.changing import Changing, changing
from api.deps import Box, scoped
from api.paging import Page
from api.problems import responses
from api.schemas.webhooks import (
    EventPublic,
    WebhookCreate,
    WebhookCreated,
    WebhookPublic,
    WebhookTested,
    WebhookUpdate,
)
from api.webhooks import events, sending, signing
from api.webhooks.courier import Bell, signed
from gateway.access import Scope
from gateway.journal import notices
from gateway.store import webhooks
from gateway.store.engine import Session
from gateway.store.webhooks import Webhook

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])
sent = APIRouter()  # what goes out, for the document alone

_READS = scoped(Scope.ADMIN)
_WRITES = changing(Scope.ADMIN)


@router.get("", dependencies=[_READS], responses=responses(401, 403, 503))
def list_all(box: Box) -> Page[WebhookPublic]:
    """All webhooks."""
    with box.works.reading() as session:
        found = webhooks.list_webhooks(session)
    return Page(items=[WebhookPublic.of(one) for one in found], next="")


@router.post("", status_code=201, response_model=WebhookCreated, responses=responses(401, 403, 409, 422, 503))
def create(body: WebhookCreate, box: Box, making: Changing = _WRITES) -> Response:
    """Add a webhook. It is told of what happens from now on; its secret is shown here and never again."""
    sending.check(body.url, allow_private=box.settings.panel.private_webhooks)
    secret = signing.make_secret(os.urandom(32))
    with box.journal() as journal:
        last = notices.last_id(journal)

    def act(session: Session) -> Webhook:
        kinds = tuple(dict.fromkeys(body.events))
        return webhooks.add_webhook(
            session, body.url, secret, events=kinds, now=int(time.time()), cursor=last
        )

    def show(made: Webhook) -> WebhookCreated:
        shown = WebhookPublic.of(made).model_dump()
        return WebhookCreated(**shown, secret="" if making.terms.dry_run else secret)

    answer = making.note("webhook added", act, show, status=201, target=_target, replayable=False)
    box.kept(Bell).set()
    return answer


@router.get("/{number}", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def read(number: int, box: Box, response: Response) -> WebhookPublic:
    """One webhook and how it fares."""
    with box.works.reading() as session:
        found = WebhookPublic.of(webhooks.get_webhook(session, number))
    return etags.tagged(response, found)


@router.patch(
    "/{number}", response_model=WebhookPublic, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def update(number: int, body: WebhookUpdate, box: Box, making: Changing = _WRITES) -> Response:
    """Change a webhook. What could not be delivered is tried again at once."""
    if body.url is not None:
        sending.check(body.url, allow_private=box.settings.panel.private_webhooks)

    def act(session: Session) -> Webhook:
        making.expect(WebhookPublic.of(webhooks.get_webhook(session, number)))
        return webhooks.update_webhook(
            session,
            number,
            url=body.url,
            events=None if body.events is None else tuple(dict.fromkeys(body.events)),
            enabled=body.enabled,
        )

    answer = making.note("webhook changed", act, WebhookPublic.of, target=_target)
    box.kept(Bell).set()
    return answer


@router.delete(
    "/{number}", response_model=WebhookPublic, responses=responses(401, 403, 404, 409, 412, 422, 503)
)
def delete(number: int, making: Changing = _WRITES) -> Response:
    """Delete a webhook, and what it has not got yet."""

    def act(session: Session) -> Webhook:
        making.expect(WebhookPublic.of(webhooks.get_webhook(session, number)))
        return webhooks.remove_webhook(session, number)

    return making.note("webhook removed", act, WebhookPublic.of, target=_target)


@router.post("/{number}:test", dependencies=[_READS], responses=responses(401, 403, 404, 422, 503))
def test(number: int, box: Box) -> WebhookTested:
    """Send an event of the kind `test` now, and tell what became of it."""
    with box.works.reading() as session:
        found = webhooks.get_webhook(session, number)
        secret = webhooks.secret_of(session, number)
    now = int(time.time())
    message = signed(events.trial(number, now, events.box_name()), secret, now)
    begin = time.perf_counter()
    try:
        status = sending.send(found.url, message, allow_private=box.settings.panel.private_webhooks)
        error = ""
    except sending.SendFault as fault:
        status, error = fault.status, str(fault)
    ms = round((time.perf_counter() - begin) * 1000, 1)
    return WebhookTested(delivered=not error, status=status, error=error, ms=ms)


@sent.post("event", tags=["webhooks"], status_code=204, operation_id="webhooks_event")
def event(body: EventPublic) -> None:  # described, never called
    """Sent to each webhook, with `webhook-id`, `webhook-timestamp` and `webhook-signature` (Standard Webhooks).

    Any status of 200 to 299 will do; after all else it is sent again, ever later, for a day; 410 ends the webhook.
    """


def _target(webhook: Webhook) -> str:
    return f"webhook {webhook.id}"
