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
"""How many unpaid orders are shown with a basket, and how many orders a basket remembers."""

NEVER_KEPT = 0
"""The version of a basket that was never kept."""


class BasketChanged(Conflict):
    error = "basket_changed"
    detail = "The basket was changed or ordered meanwhile, perhaps in another window. Nothing was done; read it again."


def of_user(session: Session, user_id: int) -> BasketOut:
    """The user's basket, with their unpaid orders, the newest first: these hold stock, which the page has to show."""
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
    """Replace the lines of the basket; `quantities` is by item id. Not committed.

    `seen` is the version that the caller read and changed. Raises BasketChanged where the basket has another version by
    now. Where it has exactly these lines nothing is raised: a caller that got no answer sends its request again.
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
    """Remember that `order` was placed from the basket: once it is paid its lines leave the basket. Not committed.

    `seen` is the version that the buyer ordered. Raises BasketChanged where the basket has another version by now, so
    that no basket is ordered again from a second window that does not show the first order yet.
    """
    basket = _locked(session, order.user_id)
    _check(basket, seen)
    if basket.version == NEVER_KEPT:
        basket.lines = list(quantities.items())
    basket.orders = [*basket.orders, order.id][-MOST_ORDERS:]
    basket.changed(now)


def on_paid(order: Order, session: Session, now: datetime) -> None:
    """Take the order's lines out of the basket. What the buyer has put in besides stays."""
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
