"""The mail to whoever paid for an order."""

from sqlalchemy.orm import Session, selectinload

from app.mail.message import Message
from app.mail.models import Outgoing
from app.orders.models import Order
from app.runtime.config import settings
from app.stripe.currencies import written
from app.users.models import User


def receipt(session: Session, mail: Outgoing) -> Message | None:
    """`{"order": its id}`. It goes to the buyer's address, verified or not: they gave it to hear from us."""
    order = session.get(Order, mail.payload["order"], options=[selectinload(Order.lines)])
    user = session.get(User, order.user_id) if order else None
    if order is None or order.paid_at is None or user is None or not user.active or user.email is None:
        return None
    lines = [
        {
            "quantity": each.quantity,
            "name": each.name,
            "amount": written(each.quantity * each.unit_price, order.currency),
        }
        for each in order.lines
    ]
    values = {
        "username": user.username,
        "number": order.number,
        "lines": lines,
        "total": written(order.total, order.currency),
        "at": f"{order.paid_at:%Y-%m-%d %H:%M} UTC",
        "link": f"{settings().public_url}/orders/{order.id}",
    }
    return Message(user.email, "receipt", values)
