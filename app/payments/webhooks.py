"""Webhook events: their signature is checked, and they are stored. `events` works on them afterwards."""

import logging
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from app.payments.models import Event
from app.payments.redaction import reduced
from app.runtime.db import insert_once
from app.runtime.errors import Unavailable
from app.stripe import schemas, signature
from app.stripe.signature import SignatureRefused

log = logging.getLogger(__name__)

MAX_EVENT_ID = 255
MAX_EVENT = 2 * 1024 * 1024
"""Bytes, as the proxy takes too. The provider names no limit (https://docs.stripe.com/webhooks): a snapshot holds its
object with whatever is in it, and the provider sends an event that is refused again for days, in vain."""

WANTED = ("checkout.session.", "refund.", "charge.refunded", "charge.dispute.")
"""Beginnings of the kinds that Kiosk works on. Events of other kinds are stored and done."""


class NoWebhookSecret(Unavailable):
    error = "webhook_secret_missing"
    detail = "Set KIOSK_PAYMENTS__WEBHOOK_SECRET: without it the sender of this event cannot be verified."


def receive(session: Session, header: str, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """Check and store an event. Its id. Committed. Raises SignatureRefused, NoWebhookSecret."""
    if not secrets:
        raise NoWebhookSecret
    try:
        signature.verify(header, body, secrets, now.timestamp())
    except SignatureRefused as error:
        log.warning("webhook refused: %s", error.why)
        raise
    event_id = keep(session, body, now)
    session.commit()
    if event_id is None:
        raise SignatureRefused("the body is no event", "This is not an event.")
    return event_id


def keep(session: Session, body: bytes, now: datetime) -> str | None:
    """Store an event unless it is stored already. Its id; None where `body` is none. Not committed."""
    try:
        event = msgspec.json.decode(body, type=schemas.Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not event.is_whole:
        return None
    event_id = event.id[:MAX_EVENT_ID]
    row = {"event_id": event_id, "kind": event.type[:100], "body": reduced(body), "received_at": now}
    is_wanted = event.kind.startswith(WANTED)
    state = {"state": "new", "next_try_at": now} if is_wanted else {"state": "done", "next_try_at": None}
    insert_once(session, Event, {**row, **state, "tries": 0})
    return event_id
