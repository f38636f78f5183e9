"""An order that gets no money, or needed none: its attempts end, its stock is released, and it is cancelled."""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from app.orders import service as orders
from app.orders import stock
from app.orders.models import Order
from app.payments.ledger import Ledger
from app.payments.models import Attempt


def begin(session: Session, order_id: int, now: datetime, *, by_staff: bool = False) -> Ledger | None:
    """Begin to cancel a pending order, or `by_staff` a free one. Without a live attempt it is cancelled at once.

    A live attempt has to end at the provider first; it is due at once. None where there is no such order. Committed.
    """
    ledger = Ledger.lock(session, Order.id == order_id)
    if ledger is not None:
        if ledger.order.status == "pending":
            ledger.order.move("cancelling")
        elif by_staff and ledger.order.status == "paid" and ledger.order.is_free:
            orders.call_off(session, ledger.order)
        if ledger.order.status == "cancelling":
            if ledger.live_attempt is None:
                _finish(session, ledger)
            else:
                ledger.live_attempt.next_try_at = now
    session.commit()
    return ledger


def mark_dead(
    session: Session, ledger: Ledger, attempt: Attempt, status: Literal["expired", "rejected"], now: datetime
) -> None:
    """The attempt will bring no money. Its stock is released; an order whose time to pay is over is cancelled.

    A buyer who still has time may try again, and takes stock again then.
    """
    attempt.status = status
    attempt.finish()
    if ledger.live_attempt is None and ledger.order.status == "pending" and now < ledger.order.hold_until:
        stock.release(session, ledger.order)
    else:
        wind_up(session, ledger, now)


def wind_up(session: Session, ledger: Ledger, now: datetime) -> None:
    """Cancel an order that can no longer become paid."""
    order = ledger.order
    if ledger.live_attempt is not None:
        return
    if order.status == "processing" or (order.status == "pending" and now >= order.hold_until):
        order.move("cancelling")
    if order.status == "cancelling":
        _finish(session, ledger)


def _finish(session: Session, ledger: Ledger) -> None:
    assert ledger.live_attempt is None
    orders.cancel(session, ledger.order)
