"""The audit: our books against the provider's and against themselves. A difference is shown, never overwritten.

What a person has to see are the findings of AUDITED; each audit looks again at those that are open, however old.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import Item
from app.orders.models import LIVE, Attempt, Hold, Order
from app.payments import audit_payments, audit_refunds, findings
from app.payments.derived_findings import Need, digest
from app.payments.inbox import Event
from app.payments.money import Payment, Refund
from app.runtime.async_bridge import blocking
from app.runtime.db import now as at_once
from app.stripe.currencies import written
from app.stripe.errors import NotFound
from app.stripe.gateway import Gateway
from app.stripe.schemas import PaymentIntent

log = logging.getLogger(__name__)

WINDOW = timedelta(hours=48)
SETTLING = timedelta(minutes=5)
"""What is younger may still be on its way."""

AUDITED = (
    "payment_missing",
    "payment_foreign",
    "payment_unknown",
    "payment_differs",
    "refund_differs",
    "stock_differs",
)


async def audit(session: Session, gateway: Gateway) -> None:
    """Compare, mend what settling mends, and write down the rest. Committed."""
    now = at_once()
    since = now - WINDOW
    start = int(since.timestamp())
    paid = {each.id: each async for each in gateway.intents(start) if each.status == "succeeded"}
    found = await audit_payments.strange(session, gateway, paid, start)
    for name in await blocking(_to_ask, session, paid, since):
        with suppress(NotFound):
            paid[name] = await gateway.get_intent(name)
    found += await audit_refunds.differences(session, gateway, since)
    found += await blocking(_payments, session, paid, since)
    await blocking(_write, session, found, now)


def _recent(session: Session, since: datetime) -> sa.ColumnElement[bool]:
    """Payments of this time, and those that an open finding is about."""
    told = [each.subject for each in findings.open_ones(session, "payment_unknown", "payment_differs")]
    recent = (Payment.created_at > since + SETTLING) & ~Payment.payment_intent.startswith("none:")
    return recent | Payment.payment_intent.in_(told)


def _to_ask(session: Session, paid: dict[str, PaymentIntent], since: datetime) -> list[str]:
    """Payments in our books that the provider did not list: made earlier, maybe, and paid late."""
    names = list(session.scalars(sa.select(Payment.payment_intent).where(_recent(session, since))))
    session.commit()
    return [name for name in names if name not in paid]


def _payments(session: Session, at_provider: dict[str, PaymentIntent], since: datetime) -> list[Need]:
    found = []
    for payment in session.scalars(sa.select(Payment).where(_recent(session, since))):
        name, there = payment.payment_intent, at_provider.get(payment.payment_intent)
        if there is None:
            words = f"Payment {name} is in our books and not in the provider's."
            found.append(Need("payment_unknown", name, words, payment.order_id, digest(name), at_once()))
        elif there.amount_received != payment.amount:
            ours = written(payment.amount, payment.currency)
            theirs = written(there.amount_received, there.currency.upper())
            words = f"{ours} of {name} are in our books, {theirs} in the provider's."
            facts = digest(name, payment.amount, there.amount_received)
            found.append(Need("payment_differs", name, words, payment.order_id, facts, at_once()))
    session.commit()
    return found


def _stock(session: Session) -> list[Need]:
    held = sa.func.coalesce(sa.func.sum(Hold.quantity), 0)
    summed = (
        sa.select(Item.id, Item.name, Item.held, held.label("total"))
        .outerjoin(Hold, (Hold.item_id == Item.id) & (Hold.state == "held"))
        .group_by(Item.id, Item.name, Item.held)
        .having(Item.held != held)
    )
    return [
        Need(
            "stock_differs",
            str(row.id),
            f"{row.held} of {row.name!r} are held, and orders hold {row.total}.",
            None,
            digest(row.id, row.held - row.total),  # which is the same however many orders come and go
            at_once(),
        )
        for row in session.execute(summed)
    ]


def _write(session: Session, found: list[Need], now: datetime) -> None:
    findings.keep(session, found + _stock(session), now)
    session.commit()


def left_over(session: Session, now: datetime) -> tuple[int, bool]:
    """How many attempts, events and refunds are not finished, and whether somebody works on one or has died over it."""
    count = sa.func.count()
    open_attempts = (
        sa.select(count)
        .select_from(Attempt)
        .join(Order)
        .where(
            Attempt.status.in_(("new", "unknown"))
            | (Attempt.status.in_(LIVE) & Attempt.lease_until.is_not(None))
            | ((Attempt.status == "open") & Order.status.not_in(("pending", "processing")))  # has to be ended first
        )
    )
    new_events = sa.select(count).select_from(Event).where(Event.state == "new")
    new_refunds = sa.select(count).select_from(Refund).where(Refund.status.in_(("new", "unknown")))
    found = sum(session.scalar(query) or 0 for query in (open_attempts, new_events, new_refunds))
    leased = (sa.exists().where(each.lease_until > now) for each in (Attempt, Event, Refund))
    is_leased = bool(session.scalar(sa.select(sa.or_(*leased))))
    session.commit()
    return found, is_leased
