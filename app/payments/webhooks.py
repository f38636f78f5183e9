"""Webhook messages: stored once, answered, then worked on. Seen is not done."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import LEASE, LIVE, MINUTE, SELDOM, Attempt
from app.payments import audit_payments, disputes, installation, refunds
from app.payments.inbox import Event
from app.payments.installation import ATTEMPT
from app.payments.redaction import reduced
from app.payments.settle import settle
from app.runtime.async_bridge import blocking
from app.runtime.db import insert_once
from app.runtime.db import now as at_once
from app.runtime.errors import Problem, Unavailable
from app.stripe import schemas, signature
from app.stripe.errors import NotFound, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import ProviderDispute, ProviderRefund

log = logging.getLogger(__name__)

MAX_EVENT_ID = 255
MAX_EVENT = 2 * 1024 * 1024
"""Bytes, as the proxy takes too. The provider names no limit (https://docs.stripe.com/webhooks): a snapshot holds its
object with whatever is in it, and one that is refused here is sent for days and never arrives."""

TRIES = 20
"""Over some three hours; then a person has to look."""

UNDONE = ("new", "failed")
"""A failed one is left to `kiosk reconcile`, and to the provider's sending it again."""

PARKED = "It waits: what it is about is not settled yet."

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
        event = msgspec.json.decode(body, type=schemas.Event)
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
        order_id, done = await _act(session, gateway, msgspec.json.decode(event.body, type=schemas.Event))
        problem = None if done else PARKED
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


async def _act(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[int | None, bool]:
    """The order it was about, and whether all is done. Nothing in a message is believed: the provider is asked."""
    subject = event.subject
    if not isinstance(subject.get("id"), str):
        return None, True
    if event.kind.startswith("checkout.session."):
        return await _session(session, gateway, event)
    told = await _told(session, gateway, event)
    return (None, True) if told is None else await _file(session, gateway, *told)


Take = Callable[[], int | None]
"""Takes something in, in our books; the id of its order, None where the payment that it is about is not there."""


async def _told(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[str | None, Take] | None:
    """The payment that a message is about, and how to take in what the provider says of it; None for other messages."""
    kind, subject = event.kind, event.subject
    if kind.startswith("refund."):
        refund = await gateway.get_refund(subject["id"])
        return refund.payment_intent, partial(_adopt, session, [refund])
    if kind == "charge.refunded":
        is_thin = event.is_thin  # and does not tell the payment
        intent = (await gateway.get_charge(subject["id"])).payment_intent if is_thin else subject.get("payment_intent")
        if isinstance(intent, str):
            return intent, partial(_adopt, session, [each async for each in gateway.refunds(intent)])
    if kind.startswith("charge.dispute."):
        dispute = await gateway.get_dispute(subject["id"])
        return dispute.payment_intent, partial(_note, session, dispute)
    return None


def _adopt(session: Session, told: list[ProviderRefund]) -> int | None:
    order_id = None
    for refund in told:
        order_id = refunds.adopt(session, refund, at_once())
    return order_id


def _note(session: Session, told: ProviderDispute) -> int | None:
    return disputes.note(session, told, at_once())


async def _file(session: Session, gateway: Gateway, intent_id: str | None, take: Take) -> tuple[int | None, bool]:
    """Take in what concerns a payment. Where that is not in our books, it may be on its way to them: `take` it then.

    The payment's own marks tell whose it is. One of ours whose attempt is over without it is left to the audit.
    """
    order_id = await blocking(take)
    if order_id is not None or intent_id is None:
        return order_id, True
    marks = (await gateway.get_intent(intent_id)).metadata or {}
    attempt = await blocking(_attempt, session, Attempt.idem_key == marks.get(ATTEMPT))
    if attempt is None or not await blocking(installation.is_of_ours, session, marks):
        log.info("payment %s is none of ours", intent_id)
        return None, True
    is_settled = await settle(session, gateway, attempt.id)
    if await blocking(take) is not None:
        return attempt.order_id, True
    return attempt.order_id, is_settled and await blocking(_is_over, session, attempt.id)


def _attempt(session: Session, condition: sa.ColumnElement[bool]) -> sa.Row[int, int, str | None] | None:
    found = session.execute(sa.select(Attempt.id, Attempt.order_id, Attempt.session_id).where(condition)).one_or_none()
    session.commit()
    return found


def _is_over(session: Session, attempt_id: int) -> bool:
    over = Attempt.problem.is_(None) & Attempt.status.not_in(LIVE)
    found = session.scalar(sa.select(Attempt.id).where(Attempt.id == attempt_id, over))
    session.commit()
    return found is not None


async def _session(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[int | None, bool]:
    subject = event.subject
    attempt = await blocking(_attempt, session, Attempt.session_id == subject["id"])
    if attempt is None:  # faster than the answer to our own POST, or that answer was lost
        attempt = await _marked(session, gateway, event)
    if attempt is None:
        log.info("session %s is none of ours", subject["id"])
        return None, True
    if attempt.session_id not in (None, subject["id"]):
        await audit_payments.note_twin(session, gateway, subject["id"])
    return attempt.order_id, await settle(session, gateway, attempt.id, subject["id"])


async def _marked(session: Session, gateway: Gateway, event: schemas.Event) -> sa.Row[int, int, str | None] | None:
    """The attempt whose mark the session carries; a thin message does not tell the marks."""
    marks = event.subject.get("metadata")
    if event.is_thin:
        marks = (await gateway.get_session(event.subject["id"])).metadata
    mark = marks.get(ATTEMPT) if isinstance(marks, dict) else None
    return await blocking(_attempt, session, Attempt.idem_key == mark) if isinstance(mark, str) else None
