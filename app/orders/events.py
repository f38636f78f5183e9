"""Webhook messages: stored once, answered, then worked on. Seen is not done."""

import logging
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.db import insert_once
from app.errors import Problem, Unavailable
from app.orders.models import Attempt, Event
from app.orders.settle import settle
from app.payments import shapes, signature
from app.payments.gateway import Gateway

log = logging.getLogger(__name__)

MAX_EVENT_ID = 255


class BadSignature(Problem):
    error = "bad_signature"
    detail = "This message does not carry a valid signature."


class NoWebhookSecret(Unavailable):
    error = "webhook_secret_missing"
    detail = "Set KIOSK_PAYMENTS__WEBHOOK_SECRET: without it nobody can tell who sent this message."


def receive(session: Session, header: str, body: bytes, secrets: tuple[str, ...], now: datetime) -> str:
    """Check and store a message, committed. Gives its id. Raises BadSignature, NoWebhookSecret."""
    if not secrets:
        raise NoWebhookSecret
    try:
        signature.verify(header, body, secrets, now.timestamp())
        event = msgspec.json.decode(body, type=shapes.Event)
    except signature.BadSignature as error:
        log.warning("webhook refused: %s", error)
        raise BadSignature from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadSignature("This message is no event.") from error
    row = {"event_id": event.id[:MAX_EVENT_ID], "kind": event.type[:100], "body": body, "received_at": now}
    insert_once(Event, {**row, "state": "new", "tries": 0, "next_try_at": now})
    session.commit()
    return event.id[:MAX_EVENT_ID]


async def process(session: Session, gateway: Gateway, event_id: str) -> None:
    """Make of a stored event what there is to make of it. What fails stays for the sweep."""
    event = session.get(Event, event_id)
    assert event is not None
    if event.state == "done":
        return
    told = msgspec.json.decode(event.body, type=shapes.Event)
    done = True
    if told.type.startswith("checkout.session."):
        done = await _settle_session(session, gateway, told.data.object)
    if done:
        event.state, event.next_try_at = "done", None
    else:
        event.tries += 1
    session.commit()


async def _settle_session(session: Session, gateway: Gateway, told: dict[str, object]) -> bool:
    """The message says which session, and nothing else of it is believed: settle asks the provider itself."""
    session_id, marks = told.get("id"), told.get("metadata")
    if not isinstance(session_id, str):
        return True
    mark = marks.get("attempt") if isinstance(marks, dict) else None
    known = Attempt.session_id == session_id
    if isinstance(mark, str):  # faster than the answer to our own POST, or that answer was lost
        known |= Attempt.idem_key == mark
    attempt_id = session.scalar(sa.select(Attempt.id).where(known))
    session.commit()
    if attempt_id is None:
        log.info("session %s is none of ours", session_id)
        return True
    return await settle(session, gateway, attempt_id, session_id)
