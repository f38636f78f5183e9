"""The basket that is kept with an account."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.checkout.models import EPOCH, Basket, version_at
from app.checkout.schemas import BasketOut, OrderLineRequest, WaitingOrder
from app.orders.models import UNPAID, Order
from app.runtime.db import insert_into
from app.runtime.errors import Conflict
from app.users.models import User

MOST_ORDERS = 20
"""Of those that wait, so many are told; of those that were placed from a basket, so many are known."""

NEVER_KEPT = 0
"""The version of a basket that was never kept."""


class BasketChanged(Conflict):
    error = "basket_changed"
    detail = "The basket was changed or ordered meanwhile, perhaps in another window. Nothing was done; read it again."


def of_user(session: Session, user_id: int) -> BasketOut:
    """What lies in it, and the user's orders that wait, the newest first: they set aside what else would be sold."""
    columns = sa.select(Basket.lines, Basket.orders, Basket.changed_at)
    kept = session.execute(columns.where(Basket.user_id == user_id)).first()
    waiting = sa.select(Order).where(Order.user_id == user_id, Order.status.in_(UNPAID))
    orders = session.scalars(waiting.order_by(Order.id.desc()).limit(MOST_ORDERS).options(selectinload(Order.lines)))
    lines, ordered, changed_at = kept or ([], [], EPOCH)
    return BasketOut(
        [OrderLineRequest(item_id, quantity) for item_id, quantity in lines],
        [WaitingOrder.of(order, from_basket=order.id in ordered) for order in orders],
        version_at(changed_at),
    )


def put(session: Session, user_id: int, quantities: Mapping[int, int], now: datetime, seen: int | None = None) -> None:
    """Replace what lies in it, as `quantities` by item id. Not committed.

    `seen` is the version that the caller has changed. Raises BasketChanged where there is another one, unless this is
    in it already: a caller that got no answer asks again.
    """
    basket = _locked(session, user_id)
    lines = list(quantities.items())
    if [(item_id, quantity) for item_id, quantity in basket.lines] == lines:
        return
    _check(basket, seen)
    basket.lines = lines
    basket.changed(now)


def ordered(
    session: Session, order: Order, quantities: Mapping[int, int], now: datetime, seen: int | None = None
) -> None:
    """`order` was placed from the basket: what it has leaves the basket once it is paid. Not committed.

    `seen` is the version that the buyer has ordered. Raises BasketChanged where there is another one: the same basket
    is not ordered again from a window that does not show its order or its payment yet.
    """
    basket = _locked(session, order.user_id)
    _check(basket, seen)
    if basket.version == NEVER_KEPT:
        basket.lines = list(quantities.items())
    basket.orders = [*basket.orders, order.id][-MOST_ORDERS:]
    basket.changed(now)


def on_paid(order: Order, session: Session, now: datetime) -> None:
    """What was put in beside it, or after it, stays."""
    basket = session.scalar(_with_lock(order.user_id))
    if basket is None or order.id not in basket.orders:
        return
    left = Counter(dict(basket.lines))
    left.subtract({line.item_id: line.quantity for line in order.lines})
    basket.lines = [(item_id, quantity) for item_id, quantity in left.items() if quantity > 0]
    basket.orders = [each for each in basket.orders if each != order.id]
    basket.changed(now)


def _locked(session: Session, user_id: int) -> Basket:
    """The user's basket; a new one where there is none."""
    values = {"user_id": user_id, "lines": [], "orders": [], "changed_at": EPOCH}
    session.execute(insert_into(session, Basket).values(values).on_conflict_do_nothing())
    return session.scalars(_with_lock(user_id)).one()


def _with_lock(user_id: int) -> sa.Select[Basket]:
    return sa.select(Basket).where(Basket.user_id == user_id).with_for_update()


def _check(basket: Basket, seen: int | None) -> None:
    if seen is not None and seen != basket.version:
        raise BasketChanged


def forget(user: User, session: Session) -> None:
    """The user is leaving."""
    session.execute(sa.delete(Basket).where(Basket.user_id == user.id))
