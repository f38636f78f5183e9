"""Webhook events: their signature is checked, and they are stored. `events` works on them afterwards."""

import logging
import re
from datetime import datetime
from typing import NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import installation
from app.payments.installation import ATTEMPT, INSTALLATION
from app.payments.models import Attempt, Event
from app.payments.redaction import reduced
from app.runtime.db import insert_once
from app.runtime.errors import Unavailable
from app.stripe import schemas, signature
from app.stripe.signature import SignatureRefused

log = logging.getLogger(__name__)

MAX_EVENT_ID = 255
NAME = re.compile(r"[!-~]{1,255}")
"""Of an event, its kind or its object, where it can be stored: no database takes all of Unicode."""

MAX_EVENT = 2 * 1024 * 1024
"""Bytes, as the proxy takes too. The provider names no limit (https://docs.stripe.com/webhooks): a snapshot holds its
object with whatever is in it, and the provider sends an event that is refused again for days, in vain."""

WANTED = ("checkout.session.", "refund.", "charge.refunded", "charge.dispute.")
"""Beginnings of the kinds that Kiosk works on. Events of other kinds are not stored."""


class Stored(NamedTuple):
    """`is_new`: the event was stored just now; it was not where it was stored before, or is none of ours."""

    event_id: str
    is_new: bool


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
    kept = keep(session, body, now)
    session.commit()
    if kept is None:
        raise SignatureRefused("the body is no event", "This is not an event.")
    return kept.event_id


def keep(session: Session, body: bytes, now: datetime) -> Stored | None:
    """Store an event unless it is stored already or concerns no order. None where `body` is no event. Not committed."""
    try:
        event, reduced_body = msgspec.json.decode(body, type=schemas.Event), reduced(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    event_id = event.id[:MAX_EVENT_ID]
    kind = event.type[:100]
    if not event.is_whole or not (NAME.fullmatch(event_id) and NAME.fullmatch(kind)):
        return None
    row = {"event_id": event_id, "kind": kind, "body": reduced_body, "received_at": now}
    if not event.kind.startswith(WANTED) or _is_of_another(session, event):
        return Stored(event_id, is_new=False)
    stored = insert_once(session, Event, {**row, "state": "new", "next_try_at": now, "tries": 0})
    return Stored(event_id, is_new=stored is not None)


def _is_of_another(session: Session, event: schemas.Event) -> bool:
    """Whether it is about a session of another system on the account. Of other objects only the provider can say."""
    marks, name = event.subject.get("metadata") or {}, event.subject.get("id")
    if event.is_thin or not event.kind.startswith("checkout.session.") or not isinstance(marks, dict):
        return False
    if isinstance(marks.get(ATTEMPT), str) and marks.get(INSTALLATION) in (None, installation.mark(session)):
        return False
    if not isinstance(name, str) or not NAME.fullmatch(name):
        return True
    return session.scalar(sa.select(Attempt.id).where(Attempt.session_id == name)) is None
