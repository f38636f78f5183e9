"""Orders whose hold ran out. The sweep finds them here, and begins to cancel them.

What is set aside for an order is released once no attempt of it can bring money any more: see `cancel`.
"""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.orders.models import Order
from app.payments import cancel
from app.payments.models import LIVE, Attempt
from app.runtime.async_bridge import blocking
from app.runtime.db import utcnow


def expired(session: Session, limit: int | None) -> list[int]:
    """The ids of orders whose time to pay is over, and of those whose cancelling was interrupted. Committed."""
    alive = sa.exists().where(Attempt.order_id == Order.id, Attempt.status.in_(LIVE))
    over = (Order.status == "pending") & (Order.hold_until <= utcnow())
    left = (Order.status == "cancelling") & ~alive
    oldest = sa.select(Order.id).order_by(Order.hold_until, Order.id).limit(limit)
    ids = [*session.scalars(oldest.where(over)), *session.scalars(oldest.where(left))]
    session.commit()
    return ids[:limit]


async def begin_cancel(session: Session, order_id: int) -> None:
    await blocking(cancel.begin, session, order_id, utcnow())
