"""The basket that is kept with an account."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from app.checkout.models import Basket
from app.checkout.schemas import BasketOut, OrderLineRequest, WaitingOrder
from app.orders.models import Order
from app.runtime.db import insert_into
from app.users.models import User

UNPAID = ("pending", "processing", "cancelling")


def of_user(session: Session, user_id: int) -> BasketOut:
    """What lies in it, and the user's orders that wait, the newest first: they set aside what else would be sold."""
    kept = session.execute(sa.select(Basket.lines, Basket.order_id).where(Basket.user_id == user_id)).one_or_none()
    waiting = sa.select(Order).where(Order.user_id == user_id, Order.status.in_(UNPAID))
    orders = session.scalars(waiting.order_by(Order.id.desc()).options(selectinload(Order.lines)))
    lines, order_id = kept or ([], None)
    return BasketOut(
        [OrderLineRequest(item_id, quantity) for item_id, quantity in lines],
        [WaitingOrder.of(order, from_basket=order.id == order_id) for order in orders],
    )


def put(session: Session, user_id: int, quantities: Mapping[int, int], now: datetime) -> None:
    """Replace what lies in it, as `quantities` by item id. Not committed."""
    _write(session, user_id, {"lines": list(quantities.items()), "changed_at": now}, ("lines", "changed_at"))


def ordered(session: Session, order: Order, quantities: Mapping[int, int], now: datetime) -> None:
    """`order` was placed from the basket: what it has leaves the basket once it is paid. Not committed."""
    values = {"lines": list(quantities.items()), "changed_at": now, "order_id": order.id}
    _write(session, order.user_id, values, ("order_id",))


def _write(session: Session, user_id: int, values: Mapping[str, object], changed: Sequence[str]) -> None:
    """Insert the row, or update those columns that are `changed`."""
    statement = insert_into(session, Basket).values(user_id=user_id, **values)
    newer = {name: statement.excluded[name] for name in changed}
    session.execute(statement.on_conflict_do_update(index_elements=[Basket.user_id], set_=newer))


def on_paid(order: Order, session: Session, **_: object) -> None:
    """What was put in beside it, or after it, stays."""
    mine = sa.select(Basket).where(Basket.user_id == order.user_id, Basket.order_id == order.id)
    basket = session.scalar(mine.with_for_update())
    if basket is None:
        return
    left = Counter(dict(basket.lines))
    left.subtract({line.item_id: line.quantity for line in order.lines})
    basket.lines = [[item_id, quantity] for item_id, quantity in left.items() if quantity > 0]
    basket.order_id = None


def forget(user: User, session: Session) -> None:
    """The user is leaving."""
    session.execute(sa.delete(Basket).where(Basket.user_id == user.id))
