"""Whether a paid order may be handed over: not where its money went back, or is disputed."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders import signals, stock
from app.payments.ledger import Ledger
from app.payments.models import Dispute
from app.runtime.errors import Conflict


class Refunded(Conflict):
    error = "order_refunded"
    detail = "All of this order's money went back: there is nothing to hand over."


class Disputed(Conflict):
    error = "order_disputed"
    detail = (
        "The payer has asked their bank for this money, and the shop may not keep it. Look at the dispute first;"
        " despite_dispute=true hands the order over all the same."
    )


def check(session: Session, ledger: Ledger, *, despite_dispute: bool) -> None:
    """Raises Refunded, or Disputed unless `despite_dispute`."""
    if ledger.settled_by is not None and ledger.settled_by.is_gone():
        raise Refunded
    if not despite_dispute and any(each.stands for each in _disputes(session, ledger)):
        raise Disputed


def review(session: Session, ledger: Ledger) -> None:
    """Tell the listeners whether a paid order is still to be handed over: its money stays here, and its stock too."""
    if ledger.order.status == "paid" and ledger.settled_by is not None:
        lost = sum(each.amount for each in _disputes(session, ledger) if each.is_lost)
        is_due = not ledger.settled_by.is_gone(lost) and stock.is_sold(ledger.order)
        signals.due_changed.send(ledger.order, session=session, is_due=is_due)


def _disputes(session: Session, ledger: Ledger) -> list[Dispute]:
    """Of the payment that paid the order, as they are now."""
    if ledger.settled_by is None:
        return []
    query = sa.select(Dispute).where(Dispute.payment_id == ledger.settled_by.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))
