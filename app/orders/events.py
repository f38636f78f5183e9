"""Webhook messages: stored once, answered, then worked on. Seen is not done."""

import logging
from datetime import datetime

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.bridge import blocking
from app.db import insert_once
from app.db import now as at_once
from app.errors import Problem, Unavailable
from app.orders import disputes, refunds
from app.orders.essence import reduced
from app.orders.inbox import Event
from app.orders.models import LEASE, MINUTE, SELDOM, Attempt
from app.orders.settle import settle
from app.payments import shapes, signature
from app.payments.errors import NotFound, PaymentError
from app.payments.gateway import Gateway

log = logging.getLogger(__name__)

MAX_EVENT_ID = 255
MAX_EVENT = 2 * 1024 * 1024
"""Bytes, as the proxy takes too. The provider names no limit (https://docs.stripe.com/webhooks): a snapshot holds its
object with whatever is in it, and one that is refused here is sent for days and never arrives."""

TRIES = 20
"""Over some three hours; then a person has to look."""

UNDONE = ("new", "failed")
"""A failed one is left to `kiosk reconcile`, and to the provider's sending it again."""

WANTED = ("checkout.session.", "refund.", "charge.refunded", "charge.dispute.")


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
    except signature.BadSignature as error:
        log.warning("webhook refused: %s", error)
        raise BadSignature from error
    event_id = keep(body, now)
    session.commit()
    if event_id is None:
        raise BadSignature("This message is no event.")
    return event_id


def keep(body: bytes, now: datetime) -> str | None:
    """Store a message unless it is there. Its id; None where it is no message."""
    try:
        event = msgspec.json.decode(body, type=shapes.Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if not event.is_whole:
        return None
    event_id = event.id[:MAX_EVENT_ID]
    wanted = event.kind.startswith(WANTED)
    row = {"event_id": event_id, "kind": event.type[:100], "body": reduced(body), "received_at": now}
    state = {"state": "new", "next_try_at": now} if wanted else {"state": "done", "next_try_at": None}
    insert_once(Event, {**row, **state, "tries": 0})
    return event_id


async def process(session: Session, gateway: Gateway, event_id: str) -> bool:
    """Make of a stored message what there is to make of it. Whether that is done; else the sweep comes back."""
    event = await blocking(_claim, session, event_id, at_once())
    if event is None:
        return False
    order_id, done, problem = None, False, None
    try:
        order_id, done = await _act(session, gateway, msgspec.json.decode(event.body, type=shapes.Event))
    except PaymentError as error:
        problem = str(error)
        done = isinstance(error, NotFound)  # there is no such thing at the provider, and there never will be
        log.warning("event %s: %s", event_id, error)
    except Exception as error:
        problem = repr(error)
        log.exception("event %s could not be worked on", event_id)
    await blocking(_record, session, event_id, order_id, done=done, problem=problem, now=at_once())
    return done


def _claim(session: Session, event_id: str, now: datetime) -> Event | None:
    free = Event.lease_until.is_(None) | (Event.lease_until < now)
    claimed = session.execute(
        sa.update(Event)
        .where(Event.event_id == event_id, Event.state.in_(UNDONE), free)
        .values(lease_until=now + LEASE)
        .execution_options(synchronize_session=False)
    )
    found = None
    if claimed.rowcount:  # type: ignore[attr-defined]
        found = session.get(Event, event_id, populate_existing=True)
    session.commit()
    return found


def _record(
    session: Session, event_id: str, order_id: int | None, *, done: bool, problem: str | None, now: datetime
) -> None:
    session.rollback()
    event = session.get_one(Event, event_id, populate_existing=True)
    event.lease_until, event.order_id, event.problem = None, order_id or event.order_id, problem
    if done:
        event.state, event.next_try_at = "done", None
    else:
        event.tries += 1
        event.state = "failed" if event.tries >= TRIES else "new"
        event.next_try_at = now + min(MINUTE * event.tries, SELDOM)
    session.commit()


async def _act(session: Session, gateway: Gateway, event: shapes.Event) -> tuple[int | None, bool]:
    """The order it was about, and whether all is done. Nothing in a message is believed: the provider is asked."""
    subject = event.subject
    if not isinstance(subject.get("id"), str):
        return None, True
    if event.kind.startswith("checkout.session."):
        return await _session(session, gateway, event)
    if event.kind.startswith("refund."):
        found = await gateway.get_refund(subject["id"])
        return await blocking(refunds.adopt, session, found, at_once()), True
    if event.kind == "charge.refunded":
        return await _refunds_of(session, gateway, event)
    if event.kind.startswith("charge.dispute."):
        told = await gateway.get_dispute(subject["id"])
        return await blocking(disputes.note, session, told, at_once()), True
    return None, True


async def _session(session: Session, gateway: Gateway, event: shapes.Event) -> tuple[int | None, bool]:
    subject = event.subject
    attempt = await blocking(_attempt, session, subject["id"], subject.get("metadata"))
    if attempt is None and event.is_thin:  # it does not tell the marks
        found = await gateway.get_session(subject["id"])
        attempt = await blocking(_attempt, session, found.id, found.metadata)
    if attempt is None:
        log.info("session %s is none of ours", subject["id"])
        return None, True
    attempt_id, order_id = attempt
    return order_id, await settle(session, gateway, attempt_id, subject["id"])


def _attempt(session: Session, session_id: str, marks: object) -> tuple[int, int] | None:
    """The attempt that made this session, and its order."""
    mark = marks.get("attempt") if isinstance(marks, dict) else None
    known = Attempt.session_id == session_id
    if isinstance(mark, str):  # faster than the answer to our own POST, or that answer was lost
        known |= Attempt.idem_key == mark
    found = session.execute(sa.select(Attempt.id, Attempt.order_id).where(known)).one_or_none()
    session.commit()
    return (found.id, found.order_id) if found else None


async def _refunds_of(session: Session, gateway: Gateway, event: shapes.Event) -> tuple[int | None, bool]:
    intent, order_id = event.subject.get("payment_intent"), None
    if event.is_thin:
        intent = (await gateway.get_charge(event.subject["id"])).payment_intent
    if isinstance(intent, str):
        async for found in gateway.refunds(intent):
            order_id = await blocking(refunds.adopt, session, found, at_once())
    return order_id, True
