"""The basket that is kept with an account."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.checkout.models import Basket
from app.checkout.schemas import BasketOut, OrderLineRequest, WaitingOrder
from app.orders.models import UNPAID, Order
from app.runtime.db import insert_into
from app.users.models import User

MOST_ORDERS = 20
"""Of those that wait, so many are told; of those that were placed from a basket, so many are known."""


def of_user(session: Session, user_id: int) -> BasketOut:
    """What lies in it, and the user's orders that wait, the newest first: they set aside what else would be sold."""
    kept = session.execute(sa.select(Basket.lines, Basket.orders).where(Basket.user_id == user_id)).first()
    waiting = sa.select(Order).where(Order.user_id == user_id, Order.status.in_(UNPAID))
    orders = session.scalars(waiting.order_by(Order.id.desc()).limit(MOST_ORDERS).options(selectinload(Order.lines)))
    lines, ordered = kept or ([], [])
    return BasketOut(
        [OrderLineRequest(item_id, quantity) for item_id, quantity in lines],
        [WaitingOrder.of(order, from_basket=order.id in ordered) for order in orders],
    )


def put(session: Session, user_id: int, quantities: Mapping[int, int], now: datetime) -> None:
    """Replace what lies in it, as `quantities` by item id. Not committed."""
    _add(session, user_id, {}, now)
    lines = list(quantities.items())
    session.execute(sa.update(Basket).where(Basket.user_id == user_id).values(lines=lines, changed_at=now))


def ordered(session: Session, order: Order, quantities: Mapping[int, int], now: datetime) -> None:
    """`order` was placed from the basket: what it has leaves the basket once it is paid. Not committed."""
    _add(session, order.user_id, quantities, now)
    if basket := _locked(session, order.user_id):
        basket.orders = [*basket.orders, order.id][-MOST_ORDERS:]


def on_paid(order: Order, session: Session, **_: object) -> None:
    """What was put in beside it, or after it, stays."""
    basket = _locked(session, order.user_id)
    if basket is None or order.id not in basket.orders:
        return
    left = Counter(dict(basket.lines))
    left.subtract({line.item_id: line.quantity for line in order.lines})
    basket.lines = [(item_id, quantity) for item_id, quantity in left.items() if quantity > 0]
    basket.orders = [each for each in basket.orders if each != order.id]


def _add(session: Session, user_id: int, quantities: Mapping[int, int], now: datetime) -> None:
    """Add the row, where the user has none."""
    values = {"user_id": user_id, "lines": list(quantities.items()), "orders": [], "changed_at": now}
    session.execute(insert_into(session, Basket).values(values).on_conflict_do_nothing())


def _locked(session: Session, user_id: int) -> Basket | None:
    return session.scalar(sa.select(Basket).where(Basket.user_id == user_id).with_for_update())


def forget(user: User, session: Session) -> None:
    """The user is leaving."""
    session.execute(sa.delete(Basket).where(Basket.user_id == user.id))
