"""Whether an order is to be handed over, and whether it may be: what is paid for, and is there."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders import stock
from app.orders.models import Order
from app.payments.money import Dispute
from app.runtime.errors import Conflict
from app.todos.models import Todo


class NotPaid(Conflict):
    error = "order_not_paid"
    detail = "Only a paid order can be handed over."


class Refunded(Conflict):
    error = "order_refunded"
    detail = "All of this order's money went back: there is nothing to hand over."


class Disputed(Conflict):
    error = "order_disputed"
    detail = (
        "The payer has asked their bank for this money, and the shop may not keep it. Look at the dispute first;"
        " despite_dispute=true hands the order over all the same."
    )


class NotInStock(Conflict):
    error = "not_in_stock"
    detail = (
        "What was bought went back on the shelf and is sold since: there is nothing to hand over. Refund the order."
    )


def check(session: Session, order: Order, *, despite_dispute: bool) -> None:
    """That a paid order may be handed over now, and what was put back on the shelf is taken for it again.

    Raises Refunded, Disputed, NotInStock.
    """
    if order.settled_by is not None and order.settled_by.is_gone():
        raise Refunded
    if not despite_dispute and any(each.stands for each in _disputes(session, order)):
        raise Disputed
    if not stock.is_sold(order) and not stock.take_back(session, order):
        raise NotInStock


def tick(session: Session, order: Order) -> None:
    """The to-do of a paid order is open while there is money for it that stays here, and something to give for it."""
    if order.status == "paid" and order.settled_by is not None:
        lost = sum(each.amount for each in _disputes(session, order) if each.is_lost)
        done = order.settled_by.is_gone(lost) or not stock.is_sold(order)
        session.execute(sa.update(Todo).where(Todo.order_id == order.id).values(done=done))


def _disputes(session: Session, order: Order) -> list[Dispute]:
    """Of the payment that made it paid, as they are now."""
    if order.settled_by is None:
        return []
    query = sa.select(Dispute).where(Dispute.payment_id == order.settled_by.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))
