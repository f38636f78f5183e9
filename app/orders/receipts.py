"""The receipt: the mail to the buyer of a paid order."""

from sqlalchemy.orm import Session, selectinload

from app.mail import moments
from app.mail.message import Message
from app.mail.models import Outgoing
from app.orders.models import Order
from app.runtime.config import settings
from app.shop import service as shop
from app.stripe.currencies import written
from app.users.models import User


def parts(order: Order) -> list[dict[str, str]]:
    """What lies between the lines and the total, where anything does: from the subtotal on."""
    amounts = {"Discount": -order.discount, "Shipping": order.shipping, "Tax": order.tax_added}
    if not any(amounts.values()):
        return []
    return [
        {"name": name, "amount": written(amount, order.currency)}
        for name, amount in {"Subtotal": order.subtotal, **amounts}.items()
        if amount
    ]


def receipt(session: Session, mail: Outgoing) -> Message | None:
    """The payload is `{"order": id}`. None where the order is not paid, or the buyer's account has no address now.

    It goes to an unverified address too: the buyer gave the address in order to hear of the order.
    """
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
        "parts": parts(order),
        "total": written(order.total, order.currency),
        "tax_included": written(included, order.currency) if (included := order.tax - order.tax_added) else "",
        "at": moments.written(order.paid_at),
        "delivery": shop.profile(session).delivery.splitlines(),
        "link": f"{settings().public_url}/orders/{order.id}",
    }
    return Message(user.email, "receipt", values)
