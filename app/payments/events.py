"""Works on stored events. An event says only what to ask about: the provider is asked how the object stands."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.payments import audit_payments, disputes, installation, refunds
from app.payments.installation import ATTEMPT
from app.payments.models import LIVE, Attempt, Event, EventState
from app.payments.redaction import NOTHING
from app.payments.settle import settle
from app.runtime import lease
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.languages import Sentence
from app.runtime.lease import MINUTE, SELDOM
from app.stripe import schemas
from app.stripe.errors import NotFound, PaymentError
from app.stripe.gateway import Gateway
from app.stripe.schemas import ProviderDispute, ProviderRefund

log = logging.getLogger(__name__)

TRIES = 20
"""Over some three hours. After that staff have to look."""

UNDONE: tuple[EventState, ...] = ("new", "failed")
"""The sweep works on new ones. `kiosk reconcile`, or the provider's sending it again, tries a failed one once more."""

PARKED = str(Sentence("It waits: what it is about is not settled yet."))


async def process(session: Session, gateway: Gateway, event_id: str) -> bool:
    """Work on a stored event. Whether it is done; otherwise the sweep comes back to it."""
    event = await blocking(_claim, session, event_id, utcnow())
    if event is None:
        return False
    order_id, is_done, problem = None, False, None
    try:
        order_id, is_done = await _act(session, gateway, msgspec.json.decode(event.body, type=schemas.Event))
        problem = None if is_done else PARKED
    except PaymentError as error:
        problem = str(error)
        is_done = isinstance(error, NotFound)  # the provider has no such object, and never will
        log.warning("event %s: %s", event_id, error)
    except Exception as error:
        problem = repr(error)
        log.exception("event %s could not be worked on", event_id)
    await blocking(_record, session, event_id, order_id, is_done=is_done, problem=problem, now=utcnow())
    return is_done


def _claim(session: Session, event_id: str, now: datetime) -> Event | None:
    event = None
    if lease.claim(session, Event, event_id, now, Event.state.in_(UNDONE)):
        event = session.get(Event, event_id, populate_existing=True)
    session.commit()
    return event


def _record(
    session: Session, event_id: str, order_id: int | None, *, is_done: bool, problem: str | None, now: datetime
) -> None:
    session.rollback()
    event = session.get_one(Event, event_id, populate_existing=True)
    event.order_id, event.problem = order_id or event.order_id, problem
    if is_done:
        event.state = "done"
        event.finish()
        if event.order_id is None:  # it is about another system on the account
            event.body = NOTHING
    else:
        event.tries += 1
        event.state = "failed" if event.tries >= TRIES else "new"
        event.put_off_until(now + min(MINUTE * event.tries, SELDOM))
    session.commit()


async def _act(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[int | None, bool]:
    """The id of the order that the event is about, and whether all is done."""
    if not isinstance(event.subject.get("id"), str):
        return None, True
    if event.kind.startswith("checkout.session."):
        return await _settle_session(session, gateway, event)
    told = await _about_payment(session, gateway, event)
    return (None, True) if told is None else await _record_told(session, gateway, *told)


Record = Callable[[], int | None]
"""Records what the provider told. The id of the order; None where the payment that it is about has no row."""


async def _about_payment(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[str | None, Record] | None:
    """The payment intent that the event is about, and how to record it; None for events about something else."""
    kind, subject = event.kind, event.subject
    if kind.startswith("refund."):
        refund = await gateway.get_refund(subject["id"])
        return refund.payment_intent, partial(_adopt, session, [refund])
    if kind == "charge.refunded":
        is_thin = event.is_thin  # and does not name the payment
        intent = (await gateway.get_charge(subject["id"])).payment_intent if is_thin else subject.get("payment_intent")
        if isinstance(intent, str):
            return intent, partial(_adopt, session, [each async for each in gateway.refunds(intent)])
    if kind.startswith("charge.dispute."):
        dispute = await gateway.get_dispute(subject["id"])
        return dispute.payment_intent, partial(_record_dispute, session, dispute)
    return None


def _adopt(session: Session, told: list[ProviderRefund]) -> int | None:
    order_id = None
    for refund in told:
        order_id = refunds.adopt(session, refund, utcnow())
    return order_id


def _record_dispute(session: Session, told: ProviderDispute) -> int | None:
    return disputes.record(session, told, utcnow())


async def _record_told(
    session: Session, gateway: Gateway, intent_id: str | None, record: Record
) -> tuple[int | None, bool]:
    """Record what concerns a payment. A payment without a row may be about to come: settle its attempt first.

    The marks of the payment tell whose it is. Where it is ours and its attempt is over without it, that is left to
    the audit.
    """
    order_id = await blocking(record)
    if order_id is not None or intent_id is None:
        return order_id, True
    marks = (await gateway.get_intent(intent_id)).metadata or {}
    attempt = await blocking(_attempt, session, Attempt.idem_key == marks.get(ATTEMPT))
    if attempt is None or not await blocking(installation.belongs_here, session, marks):
        log.info("payment %s is not this installation's", intent_id)
        return None, True
    is_settled = await settle(session, gateway, attempt.id)
    if await blocking(record) is not None:
        return attempt.order_id, True
    return attempt.order_id, is_settled and await blocking(_is_over, session, attempt.id)


def _attempt(session: Session, condition: sa.ColumnElement[bool]) -> sa.Row[int, int, str | None] | None:
    row = session.execute(sa.select(Attempt.id, Attempt.order_id, Attempt.session_id).where(condition)).one_or_none()
    session.commit()
    return row


def _is_over(session: Session, attempt_id: int) -> bool:
    over = Attempt.problem.is_(None) & Attempt.status.not_in(LIVE)
    attempt = session.scalar(sa.select(Attempt.id).where(Attempt.id == attempt_id, over))
    session.commit()
    return attempt is not None


async def _settle_session(session: Session, gateway: Gateway, event: schemas.Event) -> tuple[int | None, bool]:
    session_id = event.subject["id"]
    attempt = await blocking(_attempt, session, Attempt.session_id == session_id)
    if attempt is None:  # the event was faster than the answer to our own POST, or that answer was lost
        attempt = await _by_mark(session, gateway, event)
    if attempt is None:
        log.info("session %s is not this installation's", session_id)
        return None, True
    if attempt.session_id not in (None, session_id):
        await audit_payments.report_twin(session, gateway, session_id)
    return attempt.order_id, await settle(session, gateway, attempt.id, session_id)


async def _by_mark(session: Session, gateway: Gateway, event: schemas.Event) -> sa.Row[int, int, str | None] | None:
    """The attempt whose mark the session bears. A thin event does not tell the marks."""
    marks = event.subject.get("metadata")
    if event.is_thin:
        marks = (await gateway.get_session(event.subject["id"])).metadata
    mark = marks.get(ATTEMPT) if isinstance(marks, dict) else None
    return await blocking(_attempt, session, Attempt.idem_key == mark) if isinstance(mark, str) else None
