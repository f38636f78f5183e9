"""The audit: our rows against the provider's objects, stock against holds. A difference is shown, not overwritten.

It stores the findings of the kinds in AUDITED. Each audit looks again at those that are open, however old they are.
"""

from contextlib import suppress
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.items.models import SET_ASIDE, Item
from app.orders.models import HELD, Hold
from app.payments import audit_payments, audit_refunds, findings
from app.payments.derived_findings import Observation, digest
from app.payments.models import Payment
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow
from app.runtime.languages import Sentence
from app.stripe.currencies import written
from app.stripe.errors import NotFound
from app.stripe.gateway import Gateway
from app.stripe.schemas import PaymentIntent

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
    """Compare, settle what can be settled, and store the differences that are left. Committed."""
    now = utcnow()
    since = now - WINDOW
    start = int(since.timestamp())
    paid = {each.id: each async for each in gateway.intents(start) if each.status == "succeeded"}
    observed = await audit_payments.missing(session, gateway, paid, start)
    for intent_id in await blocking(to_ask, session, paid, since):
        with suppress(NotFound):
            paid[intent_id] = await gateway.get_intent(intent_id)
    observed += await audit_refunds.differences(session, gateway, since)
    observed += await blocking(_payments, session, paid, since)
    await blocking(_keep, session, observed, now)


def _recent(session: Session, since: datetime) -> sa.ColumnElement[bool]:
    """Payments of this time, and those that an open finding is about."""
    named = [each.subject for each in findings.open_ones(session, "payment_unknown", "payment_differs")]
    recent = (Payment.created_at > since + SETTLING) & ~Payment.payment_intent.startswith("none:")
    return recent | Payment.payment_intent.in_(named)


def to_ask(session: Session, paid: dict[str, PaymentIntent], since: datetime) -> list[str]:
    """Payments of ours that the provider did not list: their intent may be older, and was paid late."""
    names = list(session.scalars(sa.select(Payment.payment_intent).where(_recent(session, since))))
    session.commit()
    return [name for name in names if name not in paid]


def _payments(session: Session, at_provider: dict[str, PaymentIntent], since: datetime) -> list[Observation]:
    observed = []
    for payment in session.scalars(sa.select(Payment).where(_recent(session, since))):
        name, intent = payment.payment_intent, at_provider.get(payment.payment_intent)
        if intent is None:
            words = Sentence("Payment {id} is in our books and not in the provider's.", id=name)
            observed.append(Observation("payment_unknown", name, str(words), payment.order_id, digest(name), utcnow()))
        elif intent.amount_received != payment.amount:
            ours = written(payment.amount, payment.currency)
            theirs = written(intent.amount_received, intent.currency.upper())
            words = Sentence(
                "{ours} of {id} are in our books, {theirs} in the provider's.", ours=ours, id=name, theirs=theirs
            )
            facts = digest(name, payment.amount, intent.amount_received)
            observed.append(Observation("payment_differs", name, str(words), payment.order_id, facts, utcnow()))
    session.commit()
    return observed


def wrong_stock(session: Session) -> list[Observation]:
    """Items of which more or less is held than the orders hold."""
    total = sa.func.sum(Hold.quantity).label("total")
    holds = sa.select(Hold.item_id, total).where(sa.text(HELD)).group_by(Hold.item_id).cte()
    of_item = holds.c.item_id == Item.id
    columns = (Item.id, Item.name, Item.held, sa.func.coalesce(holds.c.total, 0).label("total"))
    wrong = sa.select(*columns).outerjoin(holds, of_item).where(sa.text(SET_ASIDE), Item.held != columns[3])
    unknown = sa.select(*columns).join(holds, of_item).where(Item.held == 0)  # one query: orders come meanwhile
    return [
        Observation(
            "stock_differs",
            str(row.id),
            str(_held(row.held, row.name, row.total)),
            None,
            digest(row.id, row.held - row.total),  # which stays the same however many orders come and go
            utcnow(),
        )
        for row in session.execute(wrong.union_all(unknown))
    ]


def _held(held: int, item: str, total: int) -> Sentence:
    return Sentence("{held} of {item} are held, and orders hold {total}.", held=held, item=repr(item), total=total)


def _keep(session: Session, observed: list[Observation], now: datetime) -> None:
    findings.keep(session, observed + wrong_stock(session), now)
    session.commit()
